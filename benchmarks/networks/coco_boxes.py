"""Box mAP of detections on pictures of a COCO annotation file, and for pictures that count differently."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from beholder.evaluation.coco_file import CocoFile
from beholder.evaluation.sets.matching import Matcher
from beholder.evaluation.sets.mean_precision import DetectionSet
from beholder.observers import Objects


class BoxPrecision:
    """Scores detections on pictures of an annotation file."""

    def __init__(self, annotations: Path, picture_ids: Sequence[int]) -> None:
        """Reads the annotations.

        Args:
            annotations: An ``instances_*.json``.
            picture_ids: Of the pictures that count, in the order of the weights.
        """
        truth = CocoFile(annotations)
        self._matchers = []
        for number in picture_ids:
            objects = truth.objects(number)
            # Boxes need no size of the picture where the file has none.
            self._matchers.append(Matcher(objects, "box", (objects.height or 1, objects.width or 1)))

    def matches(self, detections: Sequence[NDArray[np.float32]]) -> DetectionSet:
        """Matches detections with objects.

        Args:
            detections: For each picture, (boxes, 6): x0, y0, x1, y1 in its pixels, score, and class by its
                place among the categories.
        """
        records = []
        for matcher, own in zip(self._matchers, detections, strict=True):
            found = Objects(own[:, :4], own[:, 4], own[:, 5].astype(np.int64))
            records.append(matcher.match(found, classes_are_ids=False))
        return DetectionSet(records)

    @staticmethod
    def mean_precision(matches: DetectionSet, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """(R,) mAP@[.5:.95] in 0..1, mean over the classes that have objects.

        Args:
            matches: As `matches` gives.
            weights: (R, pictures): how often each picture counts, in R samples.
        """
        return matches.mean(weights)
