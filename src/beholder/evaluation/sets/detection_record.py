"""How detections of one picture match its objects, as text: about 9 bytes a detection."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from beholder.errors import InputError

# IoU from which a detection counts as right, as pycocotools computes them.
OVERLAPS = np.linspace(0.5, 0.95, 10)
# A detection's outcome at each overlap is a digit in base 3: wrong, right, or on something to be ignored.
_POWERS = 3 ** np.arange(len(OVERLAPS))
_DETECTION = np.dtype([("score", "<f4"), ("outcome", "<u2")])


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
