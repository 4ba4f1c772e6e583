"""How segments agree with the labels of pixels: of one picture as text, and mIoU over pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.errors import InputError

Values = NDArray[np.float64]

IGNORED = 255  # the label of pixels that do not count


class ClassPixels(NamedTuple):
    """Numbers of pixels of a class: by their label, by what the network says, and by both."""

    labelled: int
    predicted: int
    both: int


@dataclass(frozen=True)
class SegmentRecord:
    """What a picture adds to mIoU.

    The text is the word ``segments`` and for each class that occurs ``class:labelled:predicted:both``, in
    pixels.

    Attributes:
        classes: By index.
    """

    WORD: ClassVar[str] = "segments"

    classes: Mapping[int, ClassPixels]

    @classmethod
    def count(cls, labels: NDArray[np.integer], predicted: NDArray[np.integer]) -> SegmentRecord:
        """Returns the record of a picture.

        Args:
            labels: (H, W) class of each pixel, `IGNORED` where it does not count.
            predicted: (H, W) class that the network says.
        """
        counted = labels != IGNORED
        true, said = labels[counted], predicted[counted]
        most = int(max(true.max(initial=0), said.max(initial=0))) + 1
        counts = [np.bincount(values, minlength=most) for values in (true, said, true[true == said])]
        return cls(
            {
                index: ClassPixels(*(int(number[index]) for number in counts))
                for index in range(most)
                if counts[0][index] or counts[1][index]
            }
        )

    def format(self) -> str:
        """Returns the text."""
        return " ".join(
            [self.WORD, *(":".join(map(str, (index, *own))) for index, own in sorted(self.classes.items()))]
        )

    @classmethod
    def parse(cls, text: str) -> SegmentRecord:
        """Returns the record of a text.

        Raises:
            InputError: It is malformed.
        """
        word, *parts = text.split(" ")
        try:
            if word != cls.WORD:
                raise ValueError(f"begins with {word[:20]!r}")
            numbers = [[int(number) for number in part.split(":")] for part in parts]
            return cls({index: ClassPixels(*own) for index, *own in numbers})
        except (ValueError, TypeError) as error:
            raise InputError(f"no record of segments ({error})") from error


class SegmentSet:
    """Records of some pictures, which may count differently."""

    def __init__(self, records: Sequence[SegmentRecord]) -> None:
        classes = sorted({index for record in records for index in record.classes})
        places = {index: place for place, index in enumerate(classes)}
        # (labelled, predicted, both) by picture and class.
        self._pixels = np.zeros((3, len(records), len(classes)))
        for picture, record in enumerate(records):
            for index, own in record.classes.items():
                self._pixels[:, picture, places[index]] = own

    def mean(self, weights: Values) -> Values:
        """Return (R,) mIoU in 0..1: the mean over the classes that labels have, else nan.

        Intersections and unions of a class are summed over all pictures before they are divided.
        """
        labelled, predicted, both = (weights @ pixels for pixels in self._pixels)
        there = labelled > 0
        overlap = both / np.maximum(labelled + predicted - both, np.finfo(float).tiny)
        classes = there.sum(axis=1)
        return np.where(classes > 0, (overlap * there).sum(axis=1) / np.maximum(classes, 1), np.nan)

    def variants(self, weights: Values) -> Mapping[str, Values]:
        """Return nothing: there are none."""
        return {}
