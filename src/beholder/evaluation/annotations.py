"""What is known to be in pictures, from the files that ``--annotations`` names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from beholder.errors import InputError, UsageError
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


def read_annotations(paths: Iterable[str | Path]) -> Annotations:
    """Return what annotation files as COCO has them and folders of label pictures say.

    Raises:
        UsageError: There are two of a kind, or one cannot be read or is neither.
    """
    found = Annotations()
    for path in map(Path, paths):
        if path.is_dir() and found.segments is not None:
            raise UsageError(f"{path}: is a second folder of label pictures; one run takes one")
        if not path.is_dir() and found.objects is not None:
            raise UsageError(f"{path}: is a second annotation file; one run takes one")
        try:
            if path.is_dir():
                found = replace(found, segments=find_label_pictures(path))
            else:
                found = replace(found, objects=CocoFile(path))
        except InputError as error:
            raise UsageError(str(error)) from error
    return found
