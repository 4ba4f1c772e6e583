"""The pictures of a run: which, in what order, and called what."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from beholder.errors import UsageError
from beholder.evaluation.item import Item


def make_items(
    paths: Sequence[Path], *, labels: Mapping[str, int] | None = None, limit: int | None = None
) -> tuple[Item, ...]:
    """Returns an item a file, named by its path below the folder that holds all of them, in natural order.

    Args:
        paths: Files.
        labels: Class by file: by an item's name, or by the last part of it where no two items share that.
            An item of which it says nothing has no label.
        limit: Take so many of the files, evenly spread.

    Raises:
        UsageError: A file is given twice, or a label's file name means several items.
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
    if limit is not None and limit < len(names):
        names = [names[number * len(names) // limit] for number in range(limit)]
    label_of = _labels_by_name(list(by_name), labels or {})
    return tuple(Item(name=name, path=by_name[name], label=label_of.get(name)) for name in names)


def natural_order(name: str) -> tuple[tuple[int, int, str], ...]:
    """Returns a key that sorts numbers in names by their value.

    >>> sorted(["kodim10.png", "kodim2.png", "a/b.png"], key=natural_order)
    ['a/b.png', 'kodim2.png', 'kodim10.png']
    """
    parts = re.split(r"([0-9]+)", name)
    numbered = ((0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts if part)
    return tuple(numbered)


def _labels_by_name(names: Sequence[str], labels: Mapping[str, int]) -> dict[str, int]:
    by_last_part: dict[str, list[str]] = {}
    for name in names:
        by_last_part.setdefault(PurePosixPath(name).name, []).append(name)
    found: dict[str, int] = {}
    for name in names:
        last_part = PurePosixPath(name).name
        if name in labels:
            found[name] = labels[name]
        elif last_part in labels:
            if len(by_last_part[last_part]) > 1:
                raise UsageError(
                    f"the label of {last_part} fits {' and '.join(by_last_part[last_part][:2])}; "
                    "write paths below the folder into the labels' column file"
                )
            found[name] = labels[last_part]
    return found
