"""The pictures of a run: which, in what order, and called what."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from beholder.errors import UsageError
from beholder.evaluation.annotations import Annotations
from beholder.evaluation.item import Item
from beholder.evaluation.label_pictures import segments_of
from beholder.evaluation.spread import spread

Found = TypeVar("Found")


def make_items(
    paths: Sequence[Path],
    *,
    labels: Mapping[str, int] | None = None,
    annotations: Annotations | None = None,
    limit: int | None = None,
) -> tuple[Item, ...]:
    """Returns an item a file, named by its path below the folder that holds all of them, in natural order.

    Args:
        paths: Files.
        labels: Class by file: by its name, by an item's name, or by more of its path; no two items may share
            that. An item of which it says nothing has no label.
        annotations: Of these pictures or more, found by their files' names like labels.
        limit: Take so many of the files, evenly spread.

    Raises:
        UsageError: A file is given twice, or a label's file name means several items.
        InputError: Annotations are damaged or cannot be read.
    """
    if not paths:
        return ()
    absolute = [Path(os.path.abspath(path)) for path in paths]  # noqa: PTH100 -- resolve() follows links
    folder = Path(os.path.commonpath([path.parent for path in absolute]))
    by_name: dict[str, Path] = {}
    for path in absolute:
        name = path.relative_to(folder).as_posix()
        if name in by_name:
            raise UsageError(f"{path}: is given twice; every picture counts once")
        by_name[name] = path
    names = sorted(by_name, key=natural_order)
    names = spread(names, limit)
    label_of = _found_by_path(by_name, labels or {}, "the label")
    annotations = annotations or Annotations()
    objects, segments = annotations.objects, annotations.segments or {}
    number_of = _found_by_path(by_name, {} if objects is None else objects.numbers, "the annotation")
    picture_of = _found_by_path(by_name, segments, "the label picture", suffixes=False)
    return tuple(
        Item(
            name=name,
            path=by_name[name],
            label=label_of.get(name),
            objects=None if objects is None or name not in number_of else objects.objects(number_of[name]),
            segments=segments_of(picture_of[name]) if name in picture_of else None,
        )
        for name in names
    )


def natural_order(name: str) -> tuple[tuple[int, int, str], ...]:
    """Returns a key that sorts numbers in names by their value.

    >>> sorted(["kodim10.png", "kodim2.png", "a/b.png"], key=natural_order)
    ['a/b.png', 'kodim2.png', 'kodim10.png']
    """
    parts = re.split(r"([0-9]+)", name)
    numbered = ((0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts if part)
    return tuple(numbered)


def _found_by_path(
    paths: Mapping[str, Path], known: Mapping[str, Found], what: str, *, suffixes: bool = True
) -> dict[str, Found]:
    """What is known of files under their names or the last parts of their paths, as many as are known.

    Args:
        paths: By name.
        known: By the last parts of paths.
        what: To call it.
        suffixes: Whether what is known has names with suffixes.
    """
    found: dict[str, Found] = {}
    owners: dict[str, str] = {}
    for name, path in paths.items():
        parts = (path if suffixes else path.with_suffix("")).parts
        keys = ("/".join(parts[first:]) for first in range(1, len(parts)))
        key = next((key for key in keys if key in known), None)
        if key is None:
            continue
        if key in owners:
            raise UsageError(
                f"{what} of {key} fits {owners[key]} and {name}; "
                "it must be given by the path below the folder"
            )
        owners[key], found[name] = name, known[key]
    return found
