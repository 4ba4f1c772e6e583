"""A picture to evaluate on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from beholder.evaluation.coco_file import TrueObjects
from beholder.evaluation.label_pictures import TrueSegments
from beholder.image.pixels import Pixels
from beholder.image.read import read_picture


@dataclass(frozen=True)
class Item:
    """A photograph and what is known of it.

    Attributes:
        name: Unique in a run, such as the path below the folder.
        path: File.
        label: Class index, where there are labels.
        objects: What is in it, where there are annotations.
        segments: Class of its pixels, where there are annotations.
    """

    name: str
    path: Path
    label: int | None = None
    objects: TrueObjects | None = None
    segments: TrueSegments | None = None

    @cached_property
    def pixels(self) -> Pixels:
        """(H, W, 3) uint8, upright.

        Raises:
            InputError: The file cannot be read.
            UnsupportedImageError: It is of a kind that is not taken.
        """
        return read_picture(self.path).upright_rgb()
