"""What is known to be in pictures, from the files that ``--annotations`` names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from beholder.errors import UsageError
from beholder.evaluation.coco_file import CocoFile
from beholder.evaluation.label_pictures import find_label_pictures


@dataclass(frozen=True)
class Annotations:
    """Annotations of any number of pictures.

    Attributes:
        objects: Boxes and masks.
        segments: Label pictures by their path below their folder, without its suffix.
    """

    objects: CocoFile | None = None
    segments: Mapping[str, Path] | None = None


def read_annotations(paths: Sequence[Path]) -> Annotations:
    """Returns what annotation files as COCO has them and folders of label pictures say.

    Raises:
        UsageError: There are two of a kind.
        InputError: One cannot be read, or is neither.
    """
    found = Annotations()
    for path in paths:
        if path.is_dir():
            if found.segments is not None:
                raise UsageError(f"{path}: is a second folder of label pictures; one run takes one")
            found = replace(found, segments=find_label_pictures(path))
        else:
            if found.objects is not None:
                raise UsageError(f"{path}: is a second annotation file; one run takes one")
            found = replace(found, objects=CocoFile(path))
    return found
