"""Which files the inputs of a command stand for: files, patterns, and folders with what lies below them."""

from __future__ import annotations

import glob
import os
import stat
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
class FoundFiles:
    """Files to read in order, each once, and what else a search met.

    Attributes:
        files: Those that were taken.
        missing: A message for each input that stands for no file.
        unreadable: A message for each folder that cannot be read.
        notes: A message for each file that is not regular, and each kind whose reader is not installed.
        passed_over: How many others were not taken below folders, by suffix or kind.
    """

    files: tuple[Found, ...] = ()
    missing: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    passed_over: Counter[str] = field(default_factory=Counter)

    @property
    def paths(self) -> tuple[str, ...]:
        """Paths of the files."""
        return tuple(file.path for file in self.files)

    @property
    def problems(self) -> tuple[str, ...]:
        """Messages on inputs and folders of which nothing was taken."""
        return self.missing + self.unreadable


def find_files(
    inputs: Iterable[str],
    suffixes: frozenset[str] | None = None,
    *,
    recursive: bool,
    output: str | None = None,
) -> FoundFiles:
    """Return the files that inputs stand for: files, folders, and patterns that the shell did not expand.

    Args:
        inputs: Paths and patterns.
        suffixes: Of files to take from folders, in lower case with the dot. None: those of pictures.
        recursive: Whether folders are searched.
        output: A folder of results; where it lies below one that is searched, it is passed by.

    Raises:
        UsageError: An input is a folder, without `recursive`.
    """
    search = _Search(readable_suffixes() if suffixes is None else suffixes, output)
    found: dict[str, Found] = {}
    missing: list[str] = []
    for given in inputs:
        unreadable_before = len(search.unreadable)
        matches = list(search.find(given, recursive=recursive))
        for file in matches:
            found.setdefault(path_key(file.path), file)
        if not matches and len(search.unreadable) == unreadable_before:
            missing.append(f"{given}: no picture found")
    notes = [*search.notes, *(missing_readers(search.passed_over) if suffixes is None else ())]
    return FoundFiles(
        tuple(found.values()), tuple(missing), tuple(search.unreadable), tuple(notes), search.passed_over
    )


def find_pictures(inputs: Sequence[str]) -> FoundFiles:
    """Return the pictures that files, patterns and folders (at any depth) stand for.

    Raises:
        UsageError: There is no file or folder of a name; mistyped, it would change which pictures count.
    """
    for given in inputs:
        if not os.path.lexists(given) and not _is_pattern(given):
            raise UsageError(f"{given}: no such file or folder; --images takes files, folders and patterns")
    return find_files(inputs, recursive=True)


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


class _Search:
    """Looks for files of some suffixes, and remembers what else it met."""

    def __init__(self, suffixes: frozenset[str], output: str | None) -> None:
        self._suffixes = suffixes
        self._output = None if output is None else path_key(output)
        self.unreadable: list[str] = []
        self.notes: list[str] = []
        self.passed_over: Counter[str] = Counter()

    def find(self, given: str, *, recursive: bool) -> Iterator[Found]:
        """Yield the files that one input stands for."""
        if is_folder(given):
            if not recursive:
                raise UsageError(f"{given} is a folder; add -r to take the pictures below it")
            yield from self._walk(given)
        elif not os.path.lexists(given) and _is_pattern(given):
            for path in sorted(glob.glob(given, recursive=True)):  # noqa: PTH207 -- Path.glob wants a root
                if not is_folder(path):
                    yield Found(path, Path(Path(path).name))
        else:
            yield Found(given, Path(Path(given).name))

    def _walk(self, folder: str) -> Iterator[Found]:
        """Yield the files below a folder, sorted, less hidden ones and those of an output folder in it.

        Links to folders are not followed, which might lead round in a circle.
        """

        def refused(error: OSError) -> None:
            self.unreadable.append(f"{error.filename}: {error.strerror}")

        results = None if self._output == path_key(folder) else self._output
        for parent, folders, files in os.walk(folder, onerror=refused):
            for name in folders:
                if Path(parent, name).is_symlink():
                    self.passed_over[_LINKED_FOLDER] += 1
                elif name.startswith("."):
                    self.passed_over[_HIDDEN_FOLDER] += 1
            folders[:] = sorted(
                name
                for name in folders
                if not name.startswith(".") and path_key(f"{parent}{os.sep}{name}") != results
            )
            for name in sorted(files):
                path = Path(parent, name)
                if name.startswith("."):
                    self.passed_over[_HIDDEN] += 1
                elif path.suffix.lower() not in self._suffixes:
                    self.passed_over[path.suffix.lower() or "without suffix"] += 1
                elif (kind := _special_kind(path)) is not None:
                    self.notes.append(f"{path}: is {kind}, not a file; it is skipped")
                else:
                    yield Found(str(path), path.relative_to(folder))


def _special_kind(path: Path) -> str | None:
    """Return what a path is that is no regular file; None where it is one, or cannot be looked at."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a device" if stat.S_ISCHR(mode) or stat.S_ISBLK(mode) else None
