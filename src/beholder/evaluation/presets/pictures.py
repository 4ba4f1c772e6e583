"""Which of the pictures given belong to a part of a preset."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from beholder.evaluation.item import Item
from beholder.evaluation.kodak import KODAK_COUNT, is_of_kodak, lacks_of_kodak, size_of

# The name that the ImageNet challenge of 2012 gave its validation pictures.
_VALIDATION = re.compile(r"ILSVRC2012_val_[0-9]{8}\.", re.IGNORECASE)


class Selection(Protocol):
    """A rule that takes pictures."""

    @property
    def words(self) -> str:
        """Which pictures it takes, after the word pictures."""

    @property
    def give(self) -> str:
        """What to give where it takes none."""

    def choose(self, items: Sequence[Item]) -> list[Item]:
        """Returns those it takes."""

    def remark(self, items: Sequence[Item]) -> str:
        """Return what is to be said of the pictures that are used; may be empty."""


@dataclass(frozen=True)
class Photographs:
    """All but Kodak's, or of these those whose shorter side has so many pixels.

    Attributes:
        shorter_side: Least and most pixels; None for any.
    """

    shorter_side: tuple[int, int] | None = None

    @property
    def words(self) -> str:
        if self.shorter_side is None:
            return "of any size"
        return "with a shorter side of {} to {} pixels".format(*self.shorter_side)

    @property
    def give(self) -> str:
        return f"give ImageNet's validation pictures {self.words} with --images"

    def choose(self, items: Sequence[Item]) -> list[Item]:
        photographs = [item for item in items if not is_of_kodak(item)]
        if self.shorter_side is None:
            return photographs
        low, high = self.shorter_side
        return [item for item in photographs if low <= min(size_of(item.path)) <= high]

    def remark(self, items: Sequence[Item]) -> str:
        count = sum(bool(_VALIDATION.search(item.name)) for item in items)
        if count == len(items):
            return "All are named like ImageNet's validation pictures."
        return (
            f"{count} of {len(items)} are named like ImageNet's validation pictures; networks may have been "
            "trained on the others."
        )


@dataclass(frozen=True)
class Kodak:
    """Kodak's photographs, known by their names."""

    words = "of Kodak (kodim01 to kodim24)"
    give = "give the folder of Kodak's photographs, kodim01.png to kodim24.png, as one more of --images"

    def choose(self, items: Sequence[Item]) -> list[Item]:
        return [item for item in items if is_of_kodak(item)]

    def remark(self, items: Sequence[Item]) -> str:
        lacking = lacks_of_kodak(items)
        return lacking and (
            f"Published curves are means over the whole of Kodak's {KODAK_COUNT} photographs; they are "
            f"left out here: {lacking}."
        )


@dataclass(frozen=True)
class Annotated:
    """Those of which there are annotations."""

    words = "that the annotations name"
    give = "give COCO's val2017 with --images and its instances_val2017.json with --annotations"

    def choose(self, items: Sequence[Item]) -> list[Item]:
        return [item for item in items if item.objects is not None]

    def remark(self, items: Sequence[Item]) -> str:
        return ""
