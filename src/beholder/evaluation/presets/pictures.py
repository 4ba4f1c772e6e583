"""Which of the pictures given belong to a part of a preset."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PIL import Image

from beholder.errors import InputError
from beholder.evaluation.item import Item
from beholder.image import pillow_errors

_KODAK = re.compile(r"kodim(0[1-9]|1[0-9]|2[0-4])\.[a-z0-9]+", re.IGNORECASE)
KODAK_COUNT = 24
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

    def remark(self, names: Sequence[str]) -> str:
        """Returns what is to be said of the pictures that are used; may be empty."""


@dataclass(frozen=True)
class Photographs:
    """All but Kodak's, or of these those whose shorter side has so many pixels.

    Attributes:
        shorter_side: Least and most pixels; nothing for any.
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
        photographs = [item for item in items if not _KODAK.fullmatch(item.path.name)]
        if self.shorter_side is None:
            return photographs
        low, high = self.shorter_side
        return [item for item in photographs if low <= _shorter_side(item.path) <= high]

    def remark(self, names: Sequence[str]) -> str:
        count = sum(bool(_VALIDATION.search(name)) for name in names)
        if count == len(names):
            return "All are named like ImageNet's validation pictures."
        return (
            f"{count} of {len(names)} are named like ImageNet's validation pictures; networks may have been "
            "trained on the others."
        )


@dataclass(frozen=True)
class Kodak:
    """Kodak's photographs, known by their names."""

    words = "of Kodak (kodim01 to kodim24)"
    give = "give the folder of Kodak's photographs, kodim01.png to kodim24.png, as one more of --images"

    def choose(self, items: Sequence[Item]) -> list[Item]:
        return [item for item in items if _KODAK.fullmatch(item.path.name)]

    def remark(self, names: Sequence[str]) -> str:
        if len(names) == KODAK_COUNT:
            return ""
        return (
            f"{len(names)} of Kodak's {KODAK_COUNT} photographs are used; published curves are means over "
            "all of them, and nothing is set against these here."
        )


@dataclass(frozen=True)
class Annotated:
    """Those of which there are annotations."""

    words = "that the annotations name"
    give = "give COCO's val2017 with --images and its instances_val2017.json with --annotations"

    def choose(self, items: Sequence[Item]) -> list[Item]:
        return [item for item in items if item.objects is not None]

    def remark(self, names: Sequence[str]) -> str:
        return ""


def _shorter_side(path: Path) -> int:
    """In pixels; 0 where the file cannot be read. Only its header is."""
    try:
        with path.open("rb") as file, pillow_errors(str(path)), Image.open(file) as image:
            return min(image.size)
    except (OSError, InputError):
        return 0
