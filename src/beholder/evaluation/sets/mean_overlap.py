"""Mean intersection over union (mIoU) of semantic segmentation, over pictures that may count differently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from beholder.evaluation.sets.segment_record import SegmentRecord

Values = NDArray[np.float64]


class SegmentSet:
    """Records of some pictures."""

    def __init__(self, records: Sequence[SegmentRecord]) -> None:
        classes = sorted({index for record in records for index in record.classes})
        places = {index: place for place, index in enumerate(classes)}
        # (labelled, predicted, both) by picture and class.
        self._pixels = np.zeros((3, len(records), len(classes)))
        for picture, record in enumerate(records):
            for index, own in record.classes.items():
                self._pixels[:, picture, places[index]] = own

    def mean(self, weights: Values) -> Values:
        """Returns (R,) mIoU in 0..1: the mean over the classes that labels have, else nan.

        Intersections and unions of a class are summed over all pictures before they are divided.
        """
        labelled, predicted, both = (weights @ pixels for pixels in self._pixels)
        there = labelled > 0
        overlap = both / np.maximum(labelled + predicted - both, np.finfo(float).tiny)
        classes = there.sum(axis=1)
        return np.where(classes > 0, (overlap * there).sum(axis=1) / np.maximum(classes, 1), np.nan)

    def variants(self, weights: Values) -> Mapping[str, Values]:
        """Returns nothing: there are none."""
        return {}
