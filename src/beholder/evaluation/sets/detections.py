"""How detections match objects: of one picture as text, about 9 bytes a detection; and mAP over pictures.

Source: T.-Y. Lin et al., "Microsoft COCO: common objects in context", ECCV 2014, and its reference
implementation pycocotools, whose numbers these are.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from beholder.errors import InputError

Values = NDArray[np.float64]

# IoU from which a detection counts as right, as pycocotools computes them.
OVERLAPS = np.linspace(0.5, 0.95, 10)
# A detection's outcome at each overlap is a digit in base 3: wrong, right, or on something to be ignored.
_POWERS = 3 ** np.arange(len(OVERLAPS))
_DETECTION = np.dtype([("score", "<f4"), ("outcome", "<u2")])
# At which precision is read; as pycocotools computes them, so that a recall on the edge is on the same side.
_RECALLS = np.linspace(0, 1, 101)
_NUMBERS_AT_ONCE = 2_000_000  # bounds the memory
_ALL = tuple(range(len(OVERLAPS)))


@dataclass(frozen=True)
class ClassMatches:
    """Detections and objects of one class in one picture.

    Attributes:
        scores: (n,) of the detections, best first.
        right: (10, n) whether each matches an object, by overlap.
        ignored: (10, n) whether each lies on something that does not count, such as a crowd.
        objects: How many there are to be found.
    """

    scores: NDArray[np.float32]
    right: NDArray[np.bool_]
    ignored: NDArray[np.bool_]
    objects: int


@dataclass(frozen=True)
class DetectionRecord:
    """What a picture adds to mAP.

    The text is the word ``detections`` and for each class with objects or detections
    ``category:objects:detections``, the last one in base64: little-endian float32 score and uint16 outcome of
    each. The outcome is a number of ten digits in base 3, of which the first is that at an overlap of 0.95:
    0 wrong, 1 right, 2 ignored.

    Attributes:
        classes: By category id.
    """

    WORD: ClassVar[str] = "detections"

    classes: Mapping[int, ClassMatches]

    def format(self) -> str:
        """Returns the text."""
        parts = [self.WORD]
        for category, own in sorted(self.classes.items()):
            packed = np.empty(len(own.scores), _DETECTION)
            packed["score"] = own.scores
            packed["outcome"] = _POWERS @ (own.right + 2 * own.ignored)
            parts.append(f"{category}:{own.objects}:{base64.b64encode(packed.tobytes()).decode()}")
        return " ".join(parts)

    @classmethod
    def parse(cls, text: str) -> DetectionRecord:
        """Returns the record of a text.

        Raises:
            InputError: It is malformed.
        """
        word, *parts = text.split(" ")
        classes: dict[int, ClassMatches] = {}
        try:
            if word != cls.WORD:
                raise ValueError(f"begins with {word[:20]!r}")
            for part in parts:
                category, objects, packed = part.split(":")
                detections = np.frombuffer(base64.b64decode(packed, validate=True), _DETECTION)
                outcome = detections["outcome"] // _POWERS[:, np.newaxis] % 3
                classes[int(category)] = ClassMatches(
                    scores=detections["score"],
                    right=outcome == 1,
                    ignored=outcome == 2,
                    objects=int(objects),
                )
        except (ValueError, binascii.Error) as error:
            raise InputError(f"no record of detections ({error})") from error
        return cls(classes)


@dataclass(frozen=True)
class _Class:
    """All detections of one class, best first; where scores are equal, in the order of the pictures.

    Attributes:
        picture: (D,) index of the picture of each.
        right: (10, D) whether it matches an object, by overlap.
        counted: (10, D) whether it counts.
        objects: (pictures,) to be found.
    """

    picture: NDArray[np.intp]
    right: NDArray[np.bool_]
    counted: NDArray[np.bool_]
    objects: Values


class DetectionSet:
    """Records of some pictures, which may count differently.

    Where scores are equal, pycocotools goes by the ids of pictures, and this by the order of the records.
    """

    def __init__(self, records: Sequence[DetectionRecord]) -> None:
        by_class: dict[int, dict[int, ClassMatches]] = {}
        for index, record in enumerate(records):
            for category, own in record.classes.items():
                by_class.setdefault(category, {})[index] = own
        self._classes = [_joined(own, len(records)) for own in by_class.values()]

    def mean(self, weights: Values) -> Values:
        """Returns (R,) mAP@[.5:.95] in 0..1: the mean over the classes that have objects, else nan."""
        return self._precision(weights, _ALL)

    def variants(self, weights: Values) -> Mapping[str, Values]:
        """Returns the same at overlaps of 0.5 and 0.75 alone."""
        return {
            name: self._precision(weights, [int(np.argmin(np.abs(OVERLAPS - overlap)))])
            for name, overlap in (("50", 0.5), ("75", 0.75))
        }

    def _precision(self, weights: Values, overlaps: Sequence[int]) -> Values:
        found = np.empty(len(weights))
        most = max((own.picture.size for own in self._classes), default=0)
        at_once = max(1, _NUMBERS_AT_ONCE // max(1, most))
        for first in range(0, len(weights), at_once):
            some = slice(first, first + at_once)
            found[some] = self._precision_of_some(weights[some], overlaps)
        return found

    def _precision_of_some(self, weights: Values, overlaps: Sequence[int]) -> Values:
        total, classes = np.zeros(len(weights)), np.zeros(len(weights))
        for own in self._classes:
            objects = weights @ own.objects
            there = objects > 0
            classes += there
            if own.picture.size and there.any():
                total[there] += _class_precision(own, weights[there], objects[there], overlaps)
        return np.where(classes > 0, total / np.maximum(classes, 1), np.nan)


def _joined(of_pictures: Mapping[int, ClassMatches], pictures: int) -> _Class:
    objects = np.zeros(pictures)
    for picture, own in of_pictures.items():
        objects[picture] = own.objects
    scores = np.concatenate([own.scores for own in of_pictures.values()])
    best = np.argsort(-scores, kind="stable")
    counts = [len(own.scores) for own in of_pictures.values()]
    pictures_of = np.repeat(np.fromiter(of_pictures, np.intp), counts)
    return _Class(
        picture=pictures_of[best],
        right=np.concatenate([own.right for own in of_pictures.values()], axis=1)[:, best],
        counted=~np.concatenate([own.ignored for own in of_pictures.values()], axis=1)[:, best],
        objects=objects,
    )


def _class_precision(own: _Class, weights: Values, objects: Values, overlaps: Sequence[int]) -> Values:
    """(R,) average precision of a class at 101 recalls, mean over overlaps.

    Args:
        own: The class.
        weights: (R, pictures).
        objects: (R,) weighted number of objects, positive.
        overlaps: Indices.
    """
    found = np.zeros(len(weights))
    each = weights[:, own.picture]
    all_claims = np.cumsum(each, axis=1)
    for overlap in overlaps:
        right, counted = own.right[overlap], own.counted[overlap]
        if not right.any():
            continue
        claims = all_claims if counted.all() else np.cumsum(each * counted, axis=1)
        # Between hits precision only falls, so that hits are all that the envelope needs.
        hits = np.cumsum(each[:, right], axis=1)
        precision = hits / np.maximum(claims[:, right], np.finfo(float).tiny)
        envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
        reached = np.searchsorted(_RECALLS, hits / objects[:, np.newaxis], side="right")
        found += (envelope * np.diff(reached, prepend=0, axis=1)).sum(axis=1) / len(_RECALLS)
    return np.asarray(found / len(overlaps))
