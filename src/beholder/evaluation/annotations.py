"""What is known of pictures, from the files that ``--labels`` and ``--annotations`` name."""

from __future__ import annotations

import csv
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


def read_labels(path: Path) -> dict[str, int]:
    """Return the class by file of a CSV file with columns ``file`` and ``class_index``.

    Raises:
        UsageError: It cannot be read, lacks a column, holds no label or one that is no class, or gives a file
            two classes.
    """
    labels: dict[str, int] = {}
    try:
        # Excel puts a byte order mark before UTF-8.
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, skipinitialspace=True, strict=True)
            missing = {"file", "class_index"} - set(rows.fieldnames or ())
            if missing:
                raise UsageError(f"{path}: has no column {' and no column '.join(sorted(missing))}")
            for row in rows:
                name, label = _label_of(row, f"{path}: line {rows.line_num}")
                if labels.setdefault(name, label) != label:
                    raise UsageError(f"{path}: {name} has two classes, {labels[name]} and {label}")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: not a CSV file in UTF-8 ({error})") from error
    if not labels:
        raise UsageError(f"{path}: holds no label below its header")
    return labels


def _label_of(row: Mapping[str, str | None], where: str) -> tuple[str, int]:
    name, label = row["file"], row["class_index"]
    if not name:
        raise UsageError(f"{where}: names no file")
    if label is None or not label.strip().isdecimal():
        raise UsageError(f"{where}: the class_index of {name} is {label!r}; it must be a number from 0 on")
    return name, int(label)
