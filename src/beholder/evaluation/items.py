"""The pictures of a run: which, in what order, and called what."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from beholder.errors import UsageError
from beholder.evaluation.annotations import Annotations
from beholder.evaluation.item import Item
from beholder.evaluation.label_pictures import segments_of
from beholder.evaluation.path_matching import match_paths
from beholder.evaluation.spread import spread


def make_items(
    paths: Sequence[Path],
    *,
    labels: Mapping[str, int] | None = None,
    annotations: Annotations | None = None,
    limit: int | None = None,
) -> tuple[Item, ...]:
    """Return an item for each file, named by its path below their common folder, in natural order.

    Args:
        paths: Files.
        labels: Class by file, by an item's name or by the end of its path (`match_paths`). An item of which
            it says nothing has no label.
        annotations: Of these pictures or more, found by their files' names like labels.
        limit: Take so many of the files, evenly spread.

    Raises:
        UsageError: A file is given twice; or a label's or an annotation's path means several items, two that
            differ mean one, or all mean none.
        InputError: Annotations are damaged or cannot be read.
    """
    if not paths:
        return ()
    by_name = paths_by_name(paths)
    names = sorted(by_name, key=natural_order)
    names = spread(names, limit)
    label_of = match_paths(by_name, labels or {}, "--labels: the label")
    annotations = annotations or Annotations()
    objects, segments = annotations.objects, annotations.segments or {}
    number_of = match_paths(
        by_name, {} if objects is None else objects.numbers, "--annotations: the annotation"
    )
    picture_of = match_paths(by_name, segments, "--annotations: the label picture", suffixes=False)
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


def paths_by_name(paths: Sequence[Path]) -> dict[str, Path]:
    """Return the absolute paths of files by their paths below the folder that holds all of them.

    Raises:
        UsageError: A file is given twice.
    """
    absolute = [Path(os.path.abspath(path)) for path in paths]  # noqa: PTH100 -- resolve() follows links
    folder = Path(os.path.commonpath([path.parent for path in absolute]))
    by_name: dict[str, Path] = {}
    for path in absolute:
        name = path.relative_to(folder).as_posix()
        if name in by_name:
            raise UsageError(f"{path}: is given twice; every picture counts once")
        by_name[name] = path
    return by_name


def natural_order(name: str) -> tuple[tuple[int, int, str], ...]:
    """Returns a key that sorts numbers in names by their value.

    >>> sorted(["kodim10.png", "kodim2.png", "a/b.png"], key=natural_order)
    ['a/b.png', 'kodim2.png', 'kodim10.png']
    """
    parts = re.split(r"([0-9]+)", name)
    numbered = ((0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts if part)
    return tuple(numbered)
