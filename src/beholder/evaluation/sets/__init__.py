r"""Numbers of whole sets of pictures: what each picture adds to them, and how they are summed up.

::

    objects found, true objects --matching--> DetectionRecord --text--> rows --DetectionSet--> mAP
    segments found, true ones --counting--> SegmentRecord --text--> rows --SegmentSet--> mIoU

What a picture adds is a record, a compact text in the picture's row. Pictures can count differently, so that
the bootstrap over pictures is sums and no new matching.
"""
