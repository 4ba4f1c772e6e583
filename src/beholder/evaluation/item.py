"""A picture to evaluate on, and what a score may need to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from beholder.evaluation.coco_file import TrueObjects
from beholder.evaluation.label_pictures import TrueSegments
from beholder.image.picture import Picture
from beholder.image.pixels import Pixels
from beholder.image.read import read_picture


class Needs(StrEnum):
    """What a score must be told of a picture beside its pixels."""

    NOTHING = "nothing"
    LABELS = "labels"
    OBJECTS = "objects"
    SEGMENTS = "segments"

    @property
    def give(self) -> str:
        """What to give, and with which flag."""
        return {
            Needs.NOTHING: "",
            Needs.LABELS: "the classes of the pictures with --labels FILE.csv (columns file and class_index)",
            Needs.OBJECTS: "an annotation file as COCO has them with --annotations FILE (instances_*.json)",
            Needs.SEGMENTS: "a folder of label pictures with --annotations FOLDER (PNG, class indices, 255 "
            "ignored)",
        }[self]


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
    def picture(self) -> Picture:
        """The photograph upright, in RGB and without metadata: what every codec is given.

        Raises:
            InputError: The file cannot be read.
            UnsupportedImageError: It is of a kind that is not taken.
        """
        return read_picture(read_picture(self.path).upright_rgb(), name=self.name)

    @property
    def pixels(self) -> Pixels:
        """(H, W, 3) uint8 of the picture."""
        return self.picture.pixels

    def truth(self, needs: Needs) -> str | None:
        """Return what changes whenever that which a score needs to know does; None where it is not known."""
        return {
            Needs.NOTHING: "",
            Needs.LABELS: None if self.label is None else str(self.label),
            Needs.OBJECTS: None if self.objects is None else self.objects.digest,
            Needs.SEGMENTS: None if self.segments is None else self.segments.digest,
        }[needs]
