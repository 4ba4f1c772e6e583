r"""Box mAP as COCO has it, of detectors that give candidates, and for pictures that count differently.

::

    candidates --score threshold, class-wise suppression--> Boxes --pycocotools--> matches of each picture
                                                                                      \--weights--> mAP

Matching is by pycocotools. Precision is summed up here, so that pictures can be weighed: a resampling of
pictures then costs some sums and no new matching.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

_MOST_BOXES = 100  # a picture, as COCO counts
_RECALLS = 101
_CLASS_STRIDE = 1e4  # pixels; boxes of different classes are moved apart so far that none overlap


@dataclass(frozen=True)
class Suppression:
    """What turns candidates into detections.

    Attributes:
        least_score: Candidates must score more.
        most_overlap: IoU from which the lower of two boxes of one class goes.
    """

    least_score: float
    most_overlap: float

    def __call__(self, boxes: torch.Tensor, scores: torch.Tensor) -> NDArray[np.float32]:
        """(boxes, 6): x0, y0, x1, y1, score, class of at most 100 detections, best first.

        Args:
            boxes: (candidates, 4) x0, y0, x1, y1.
            scores: (candidates, classes).
        """
        candidate, label = (scores > self.least_score).nonzero(as_tuple=True)
        found = torch.cat(
            [boxes[candidate], scores[candidate, label, None], label[:, None].to(boxes.dtype)], dim=1
        ).numpy()
        found = found[np.argsort(-found[:, 4], kind="stable")]
        kept = _suppress(found[:, :4] + _CLASS_STRIDE * found[:, 5:], self.most_overlap)
        return np.asarray(found[kept[:_MOST_BOXES]], np.float32)


def _suppress(boxes: NDArray[np.float32], most_overlap: float) -> list[int]:
    """Greedy non-maximum suppression of (N, 4) boxes, best first: the rows that stay."""
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    areas = sides.prod(axis=1)
    left = np.arange(len(boxes))
    kept: list[int] = []
    while len(left) and len(kept) < _MOST_BOXES:
        first, left = int(left[0]), left[1:]
        kept.append(first)
        common = np.minimum(boxes[left, 2:], boxes[first, 2:]) - np.maximum(boxes[left, :2], boxes[first, :2])
        shared = np.maximum(common, 0).prod(axis=1)
        left = left[shared <= most_overlap * (areas[left] + areas[first] - shared)]
    return kept


@dataclass(frozen=True)
class _Matches:
    """All detections of one class, best first.

    Attributes:
        picture: (D,) index of the picture of each.
        right: (T, D) whether it matches an object at each of the ten overlaps.
        counted: (T, D) whether it counts; one on a crowd does not.
        objects: (pictures,) objects to be found in each.
    """

    picture: NDArray[np.intp]
    right: NDArray[np.bool_]
    counted: NDArray[np.bool_]
    objects: NDArray[np.float64]


class BoxPrecision:
    """Scores detections on pictures of a COCO annotation file."""

    def __init__(self, annotations: Path, picture_ids: Sequence[int]) -> None:
        """Reads the annotations.

        Args:
            annotations: An ``instances_*.json``.
            picture_ids: Of the pictures that count, in the order of the weights.
        """
        with contextlib.redirect_stdout(io.StringIO()):
            self._truth = COCO(str(annotations))
        self._ids = list(picture_ids)
        self._classes = sorted(self._truth.getCatIds())

    def matches(self, detections: Sequence[NDArray[np.float32]]) -> list[_Matches]:
        """Matches detections with objects.

        Args:
            detections: For each picture, (boxes, 6) as `Suppression` gives, in pixels of the picture.
        """
        found = np.concatenate(
            [
                np.column_stack(
                    [
                        np.full(len(own), number),
                        own[:, :2],
                        own[:, 2:4] - own[:, :2],
                        own[:, 4],
                        np.array(self._classes)[own[:, 5].astype(int)],
                    ]
                )
                for number, own in zip(self._ids, detections, strict=True)
            ]
        )
        if not len(found):
            return []
        with contextlib.redirect_stdout(io.StringIO()):
            evaluation = COCOeval(self._truth, self._truth.loadRes(found), "bbox")
            evaluation.params.imgIds = self._ids
            evaluation.params.catIds = self._classes
            evaluation.params.areaRng = evaluation.params.areaRng[:1]  # objects of all sizes
            evaluation.params.areaRngLbl = evaluation.params.areaRngLbl[:1]
            evaluation.evaluate()
        by_class: dict[int, list[Any]] = {number: [] for number in self._classes}
        for record in evaluation.evalImgs:
            if record is not None:  # neither objects nor detections of this class in this picture
                by_class[record["category_id"]].append(record)
        pictures = {number: index for index, number in enumerate(self._ids)}
        return [_joined(records, pictures) for records in by_class.values() if records]

    @staticmethod
    def mean_precision(matches: Sequence[_Matches], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """(R,) mAP@[.5:.95] in 0..1, mean over the classes that have objects.

        Args:
            matches: As `matches` gives.
            weights: (R, pictures): how often each picture counts, in R samples.
        """
        total, classes = np.zeros(len(weights)), np.zeros(len(weights))
        for own in matches:
            objects = weights @ own.objects
            there = objects > 0
            classes += there
            if own.picture.size:
                total[there] += _precision(own, weights[there][:, own.picture], objects[there])
        return total / np.maximum(classes, 1)


def _joined(records: Sequence[Any], pictures: Mapping[int, int]) -> _Matches:
    """The detections of a class in all pictures, from pycocotools' records of each picture.

    Args:
        records: Of this class.
        pictures: Index of each picture by its number.
    """
    objects = np.zeros(len(pictures))
    for record in records:
        objects[pictures[record["image_id"]]] = np.sum(np.asarray(record["gtIgnore"]) == 0)
    scores = np.concatenate([np.asarray(record["dtScores"], float) for record in records])
    best = np.argsort(-scores, kind="stable")
    own = [np.full(len(record["dtScores"]), pictures[record["image_id"]], np.intp) for record in records]
    matched = np.concatenate([record["dtMatches"] for record in records], axis=1) > 0
    ignored = np.concatenate([record["dtIgnore"] for record in records], axis=1) > 0
    return _Matches(
        picture=np.concatenate(own)[best],
        right=(matched & ~ignored)[:, best],
        counted=~ignored[:, best],
        objects=objects,
    )


def _precision(
    matches: _Matches, weights: NDArray[np.float64], objects: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(R,) average precision of a class at 101 recalls, mean over ten overlaps.

    Args:
        matches: Of the class.
        weights: (R, D) of each detection's picture.
        objects: (R,) weighted number of objects.
    """
    found = np.zeros(len(weights))
    all_claims = np.cumsum(weights, axis=1)
    for right, counted in zip(matches.right, matches.counted, strict=True):
        if not right.any():
            continue
        claims = all_claims if counted.all() else np.cumsum(weights * counted, axis=1)
        # Between hits precision only falls, so that hits are all that the envelope needs.
        hits = np.cumsum(weights[:, right], axis=1)
        precision = hits / np.maximum(claims[:, right], np.finfo(float).tiny)
        envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
        reached = np.floor(hits / objects[:, None] * (_RECALLS - 1) + 1e-9) + 1  # of the recalls 0, .01, .. 1
        found += (envelope * np.diff(reached, prepend=0.0, axis=1)).sum(axis=1) / _RECALLS
    return np.asarray(found / len(matches.right))
