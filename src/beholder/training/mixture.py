"""The pictures of several classes as one numbered list, and how often each class comes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from beholder.evaluation.spread import spread
from beholder.training.classes import PictureClass
from beholder.training.pictures import StoredPicture, find_stored_pictures


class Mixture:
    """Classes whose pictures are numbered one after the other.

    Attributes:
        names: Of the classes.
        pictures: Of all classes.
        starts: Number of each class's first picture, and last the number of all pictures.
        shares: Part of the crops that come from each class; their sum is 1.
    """

    def __init__(self, classes: Sequence[PictureClass]) -> None:
        """Find the pictures.

        Raises:
            UsageError: As `find_stored_pictures`.
        """
        found = [find_stored_pictures(own.places) for own in classes]
        self.names = tuple(own.name for own in classes)
        self.pictures: tuple[StoredPicture, ...] = tuple(picture for own in found for picture in own)
        counts = [len(own) for own in found]
        self.starts: tuple[int, ...] = tuple(np.cumsum([0, *counts]).tolist())
        left = 1 - sum(own.share or 0 for own in classes)
        rest = sum(count for own, count in zip(classes, counts, strict=True) if own.share is None)
        self.shares = tuple(
            left * count / rest if own.share is None else own.share
            for own, count in zip(classes, counts, strict=True)
        )

    def __len__(self) -> int:
        return len(self.pictures)

    def draw_classes(self, count: int, random: np.random.Generator) -> npt.NDArray[np.int64]:
        """Return the classes of a batch, (count,): shares are kept to in every batch as far as they can be.

        With one class nothing is drawn.
        """
        if len(self.names) == 1:
            return np.zeros(count, np.int64)
        # One in each of `count` equal parts, as for qualities; where the parts begin is drawn too.
        places = (random.permutation(count) + random.random()) / count
        ends = np.cumsum(self.shares)
        return np.minimum(np.searchsorted(ends, places, side="right"), len(ends) - 1)

    def draw_picture(self, of_class: int, random: np.random.Generator) -> int:
        """Return the number of a picture of a class."""
        return int(random.integers(self.starts[of_class], self.starts[of_class + 1]))

    def spread(self, count: int) -> list[int]:
        """Return about `count` pictures' numbers: each class in its share, evenly spread, at least one."""
        numbers: list[int] = []
        for (first, end), share in zip(pairwise(self.starts), self.shares, strict=True):
            numbers += spread(range(first, end), max(1, round(count * share)))
        return numbers
