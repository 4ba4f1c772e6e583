"""Which files the inputs of a command stand for: files, patterns, and folders with what lies below them."""

from __future__ import annotations

import glob
import os
import stat
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from beholder.errors import UsageError
from beholder.image.picture_formats import missing_reader, readable_suffixes

_HIDDEN = "hidden"
_HIDDEN_FOLDER = "hidden folder"
_LINKED_FOLDER = "link to a folder"
_KINDS_SHOWN = 6


@dataclass(frozen=True)
class Found:
    """A file to read, and the path that its result gets below an output folder."""

    path: str
    relative: Path


@dataclass(frozen=True)
class Search:
    """What a search met beside the files that it took.

    Attributes:
        unreadable: A message for each folder that cannot be read.
        notes: A message for each file that is no regular file.
        passed_over: How many others were not taken below folders, by suffix or kind.
    """

    unreadable: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)


def find(
    given: str, output: str | None, search: Search, suffixes: frozenset[str], *, recursive: bool
) -> Iterator[Found]:
    """Yield the files that one argument stands for.

    Args:
        given: A file, a folder, or a pattern that the shell did not expand.
        output: Of the command. A folder of results that lies below the one searched is not searched.
        search: Takes what is met beside these files.
        suffixes: Of files to take from folders, in lower case with the dot.
        recursive: Whether folders are searched.

    Raises:
        UsageError: It is a folder, without `recursive`.
    """
    if is_folder(given):
        if not recursive:
            raise UsageError(f"{given} is a folder; add -r to take the pictures below it")
        yield from _walk(given, output, search, suffixes)
    elif not os.path.lexists(given) and _is_pattern(given):
        for path in sorted(glob.glob(given, recursive=True)):  # noqa: PTH207 -- Path.glob wants a root
            if not is_folder(path):
                yield Found(path, Path(Path(path).name))
    else:
        yield Found(given, Path(Path(given).name))


@dataclass(frozen=True)
class Pictures:
    """Files to read in order.

    Attributes:
        paths: Each once.
        problems: A message for each argument without a picture and each unreadable folder.
        notes: What was passed over below folders.
    """

    paths: tuple[str, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()


def find_pictures(inputs: list[str]) -> Pictures:
    """Return the pictures that files, patterns and folders (at any depth) stand for, each once.

    Raises:
        UsageError: There is no file or folder of a name; mistyped, it would change which pictures count.
    """
    paths: list[str] = []
    problems: list[str] = []
    search = Search()
    suffixes = readable_suffixes()
    for given in inputs:
        unreadable_before = len(search.unreadable)
        if not os.path.lexists(given) and not _is_pattern(given):
            raise UsageError(f"{given}: no such file or folder; --images takes files, folders and patterns")
        matches = [file.path for file in find(given, None, search, suffixes, recursive=True)]
        paths += matches
        if not matches and len(search.unreadable) == unreadable_before:
            problems.append(f"{given}: no picture found")
    unique = {path_key(path): path for path in reversed(paths)}
    notes = (*search.notes, *missing_readers(search.passed_over))
    return Pictures(tuple(unique.values())[::-1], (*problems, *search.unreadable), notes)


def format_passed_over(passed_over: Mapping[str, int]) -> str:
    """Return how many files were not taken and of what kinds they are, the most frequent first.

    >>> format_passed_over({".txt": 1, ".heic": 3, "hidden": 1})
    '5 not taken (3 .heic, 1 .txt, 1 hidden)'
    """
    kinds = sorted(passed_over.items(), key=lambda kind: -kind[1])
    words = [f"{count} {kind}" for kind, count in kinds[:_KINDS_SHOWN]]
    if len(kinds) > _KINDS_SHOWN:
        words.append(f"{sum(count for _, count in kinds[_KINDS_SHOWN:])} others")
    return f"{sum(passed_over.values())} not taken ({', '.join(words)})"


def missing_readers(passed_over: Mapping[str, int]) -> tuple[str, ...]:
    """Return a note for each kind of pictures that were not taken because their reader is not installed."""
    return tuple(
        f"{count} {suffix} {'file is' if count == 1 else 'files are'} not taken: {remedy}"
        for suffix, count in sorted(passed_over.items())
        if (remedy := missing_reader(suffix)) is not None
    )


def is_folder(path: str) -> bool:
    """Return whether it is a folder; False where it cannot be looked at (too long, in a closed folder)."""
    return os.path.isdir(path)  # noqa: PTH112 -- Path.is_dir raises for such a path


def _is_pattern(given: str) -> bool:
    return any(sign in given for sign in "*?[")


def path_key(path: str) -> str:
    """Return what is equal for paths of one file, whether it exists or not."""
    real = os.path.normcase(os.path.realpath(path))
    return real.casefold() if sys.platform == "darwin" else real  # its file systems ignore case as a rule


def _walk(folder: str, output: str | None, search: Search, suffixes: frozenset[str]) -> Iterator[Found]:
    """Yield the pictures below a folder, sorted, less hidden ones and those of an output folder in it.

    Links to folders are not followed, which might lead round in a circle.
    """

    def refused(error: OSError) -> None:
        search.unreadable.append(f"{error.filename}: {error.strerror}")

    results = None if output is None or path_key(output) == path_key(folder) else path_key(output)
    for parent, folders, files in os.walk(folder, onerror=refused):
        for name in folders:
            if Path(parent, name).is_symlink():
                search.passed_over[_LINKED_FOLDER] += 1
            elif name.startswith("."):
                search.passed_over[_HIDDEN_FOLDER] += 1
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and path_key(f"{parent}{os.sep}{name}") != results
        )
        for name in sorted(files):
            path = Path(parent, name)
            if name.startswith("."):
                search.passed_over[_HIDDEN] += 1
            elif path.suffix.lower() not in suffixes:
                search.passed_over[path.suffix.lower() or "without suffix"] += 1
            elif (kind := _special_kind(path)) is not None:
                search.notes.append(f"{path}: is {kind}, not a file; it is skipped")
            else:
                yield Found(str(path), path.relative_to(folder))


def _special_kind(path: Path) -> str | None:
    """What a path is that is no regular file; None where it is one, or cannot be looked at."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a device" if stat.S_ISCHR(mode) or stat.S_ISBLK(mode) else None
