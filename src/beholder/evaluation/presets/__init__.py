"""Experiments of the papers behind Beholder, run again on the data at hand.

::

    preset (s1.py, s2.py, s3.py: what the paper did and reported)
        + request (pictures, networks, what overrides) --plan--> parts, each a run of its own
    rows of a part --readings--> tables, with the paper's numbers as further rows --> preset.md
"""
