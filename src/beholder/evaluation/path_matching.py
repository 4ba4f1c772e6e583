"""Which picture a file of labels or annotations means, by the end of its path."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from beholder.errors import UsageError

Found = TypeVar("Found")


def match_paths(
    paths: Mapping[str, Path], known: Mapping[str, Found], what: str, *, suffixes: bool = True
) -> dict[str, Found]:
    """Return what is known of each picture, by its name; pictures of which nothing is known are left out.

    A known path means the picture of this name, or else the one whose path ends with it. Backslashes count as
    slashes, and ``./`` and leading ``../`` as nothing.

    Args:
        paths: Absolute paths by the pictures' names, which are the ends of them.
        known: By the ends of paths, or by whole ones.
        what: To call it, such as "the label".
        suffixes: Whether what is known has names with suffixes.

    Raises:
        UsageError: A known path fits two pictures, two that differ fit one, or none fits any picture.
    """
    given = _normalized(known, what)
    tails = {name: list(_tails(path if suffixes else path.with_suffix(""))) for name, path in paths.items()}
    own = {name: _plain(name if suffixes else str(Path(name).with_suffix(""))) for name in paths}
    exact = set(own.values())
    fitting = Counter(tail for all_of_one in tails.values() for tail in all_of_one if tail in given)
    found: dict[str, Found] = {}
    for name in paths:
        keys = [tail for tail in tails[name] if tail in given]
        if own[name] in given:
            keys = [key for key in keys if len(key) >= len(own[name])]
        else:
            keys = [key for key in keys if key not in exact]
        if not keys:
            continue
        if len({given[key] for key in keys}) > 1:
            raise UsageError(f"{what} of {name} is given twice, under {keys[0]} and under {keys[1]}")
        for key in keys:
            if key != own[name] and fitting[key] > 1:
                others = [each for each in paths if key in tails[each]]
                raise UsageError(
                    f"{what} of {key} fits {others[0]} and {others[1]}; "
                    "it must be given by the path below the folder"
                )
        found[name] = given[keys[0]]
    if known and not found:
        raise UsageError(
            f"{what}: none belongs to a given picture; the first is of {next(iter(known))}, and the first "
            f"picture is {next(iter(paths))}"
        )
    return found


def _normalized(known: Mapping[str, Found], what: str) -> dict[str, Found]:
    """What is known by plain paths.

    Raises:
        UsageError: Two that differ are of one path.
    """
    given: dict[str, Found] = {}
    words: dict[str, str] = {}
    for word, value in known.items():
        key = _plain(word)
        if given.setdefault(key, value) != value:
            raise UsageError(f"{what} of {key} is given twice, under {words[key]} and under {word}")
        words.setdefault(key, word)
    return given


def _plain(word: str) -> str:
    path = posixpath.normpath(word.replace("\\", "/"))
    while path.startswith("../"):
        path = path.removeprefix("../")
    return path


def _tails(path: Path) -> Iterator[str]:
    """The whole path and its ends, longest first, with slashes."""
    whole = path.as_posix().replace("\\", "/")
    yield whole
    parts = [part for part in whole.split("/") if part]
    for first in range(len(parts)):
        yield "/".join(parts[first:])
