"""Which files become which: decided and checked before any pixel is read."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from beholder.errors import UsageError

STANDARD_STREAM = "-"

_JPEG_SUFFIXES = frozenset((".jpg", ".jpeg", ".jpe", ".jfif"))
# What is taken from folders. A file that is named on the command line is read whatever its suffix.
_PICTURE_SUFFIXES = _JPEG_SUFFIXES.union(
    [
        ".avif",
        ".bmp",
        ".dib",
        ".gif",
        ".j2k",
        ".jp2",
        ".mpo",
        ".pbm",
        ".pcx",
        ".pgm",
        ".png",
        ".pnm",
        ".ppm",
        ".qoi",
        ".sgi",
        ".tga",
        ".tif",
        ".tiff",
        ".webp",
    ]
)


@dataclass(frozen=True)
class Conversion:
    """From what kind of files to what other.

    Attributes:
        name: What a result is called in messages.
        sources: Suffixes of files to take from folders.
        results: Suffixes that results may have.
        suffix: The one that they get when nobody says otherwise.
        keeps_suffix: Whether a source with a suffix of results keeps it, and may be replaced by its result.
    """

    name: str
    sources: frozenset[str]
    results: frozenset[str]
    suffix: str
    keeps_suffix: bool = False

    def result_name(self, source: Path) -> Path:
        """Returns a source's path with a suffix of results."""
        keeps = self.keeps_suffix and source.suffix.lower() in self.results
        return source if keeps else source.with_suffix(self.suffix)

    def check_suffix(self, output: str) -> None:
        """Refuses a result that is named like something else.

        Raises:
            UsageError: Says how to name it.
        """
        if Path(output).suffix.lower() in self.results:
            return
        hint = "; .bhd files are made with --codec learned" if output.lower().endswith(".bhd") else ""
        raise UsageError(
            f"{output} is not named like {self.name}; write {output}{self.suffix} (a file) or "
            f"{output}/ (a folder){hint}"
        )


_LEARNED_SUFFIXES = frozenset((".bhd",))
TO_JPEG = Conversion("a JPEG", _PICTURE_SUFFIXES, _JPEG_SUFFIXES, ".jpg", keeps_suffix=True)
TO_LEARNED = Conversion("a file of the learned codec", _PICTURE_SUFFIXES, _LEARNED_SUFFIXES, ".bhd")
# Results of decoding are without further loss.
TO_PIXELS = Conversion(
    "a picture without loss",
    _LEARNED_SUFFIXES,
    frozenset((".png", ".ppm", ".bmp", ".tif", ".tiff")),
    ".png",
)


@dataclass(frozen=True)
class Job:
    """One file to make: paths, or ``-`` for standard input and output."""

    source: str
    target: str

    @property
    def in_place(self) -> bool:
        """Whether the result replaces its own source."""
        return self.source != STANDARD_STREAM and _key(self.source) == _key(self.target)


@dataclass(frozen=True)
class Plan:
    """All jobs in order, and a message for each argument without a picture and each unreadable folder."""

    jobs: tuple[Job, ...]
    missing: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Found:
    """A file to read, and the path that it gets below an output folder."""

    path: str
    relative: Path


def make_plan(
    inputs: list[str],
    output: str | None,
    conversion: Conversion,
    *,
    recursive: bool,
    in_place: bool = False,
) -> Plan:
    """What to convert to where.

    - A file gives ``NAME.jpg`` beside it, or with another conversion another suffix; a JPEG keeps its suffix.
    - `output` is a folder when there are several inputs, with `recursive`, when it ends in a slash or is one.
      Files named one by one come to lie directly in it, those of a folder at their path below that folder.
    - Otherwise it is the one file to write, with a suffix of results.

    Raises:
        UsageError: A folder without `recursive`, two files that would become the same one, a result that
            would replace an input (its own is allowed with `in_place`), or an output that does not fit the
            inputs.
    """
    if "" in inputs or output == "":
        raise UsageError("got an empty name; is a variable of the shell empty?")
    if in_place and output is not None:
        raise UsageError("got --in-place and -o; a result goes to one place only")
    if STANDARD_STREAM in inputs:
        return Plan((_stream_job(inputs, output, conversion),))
    found: list[_Found] = []
    missing: list[str] = []
    unreadable: list[str] = []
    for given in inputs:
        unreadable_before = len(unreadable)
        matches = list(_find(given, output, unreadable, conversion.sources, recursive=recursive))
        found += matches
        if not matches and len(unreadable) == unreadable_before:
            missing.append(f"{given}: no picture found")
    unique = list({_key(file.path): file for file in reversed(found)}.values())[::-1]
    several = recursive or len(inputs) > 1 or len(unique) > 1
    jobs = tuple(
        Job(file.path, target)
        for file, target in zip(unique, _targets(unique, output, conversion, several), strict=True)
    )
    _refuse_collisions(jobs)
    _refuse_replaced_inputs(jobs, conversion, in_place=in_place)
    return Plan(jobs, tuple(missing), tuple(unreadable))


_PATTERN_SIGNS = "*?["


@dataclass(frozen=True)
class Pictures:
    """Files to read in order, and a message for each argument without one and each unreadable folder."""

    paths: tuple[str, ...]
    problems: tuple[str, ...]


def find_pictures(inputs: list[str]) -> Pictures:
    """Return the pictures that files, patterns and folders (at any depth) stand for, each once.

    Raises:
        UsageError: There is no file or folder of a name; mistyped, it would change which pictures count.
    """
    paths: list[str] = []
    problems: list[str] = []
    for given in inputs:
        problems_before = len(problems)
        if not os.path.lexists(given) and not any(sign in given for sign in _PATTERN_SIGNS):
            raise UsageError(f"{given}: no such file or folder; --images takes files, folders and patterns")
        matches = [file.path for file in _find(given, None, problems, _PICTURE_SUFFIXES, recursive=True)]
        paths += matches
        if not matches and len(problems) == problems_before:
            problems.append(f"{given}: no picture found")
    return Pictures(tuple({_key(path): path for path in reversed(paths)}.values())[::-1], tuple(problems))


def _stream_job(inputs: list[str], output: str | None, conversion: Conversion) -> Job:
    if len(inputs) > 1:
        raise UsageError("standard input (-) is one picture; give no other input beside it")
    if output is None:
        raise UsageError(
            "standard input has no name to derive one from; give -o FILE, or -o - for standard output"
        )
    if output != STANDARD_STREAM:
        if _names_folder(output):
            raise UsageError(f"{output} is a folder and standard input has no name; give -o FILE")
        conversion.check_suffix(output)
    return Job(STANDARD_STREAM, output)


def _find(
    given: str, output: str | None, unreadable: list[str], suffixes: frozenset[str], *, recursive: bool
) -> Iterator[_Found]:
    """The files that one argument stands for; `unreadable` gets messages on folders that cannot be read."""
    if _is_folder(given):
        if not recursive:
            raise UsageError(f"{given} is a folder; add -r to take the pictures below it")
        yield from _walk(given, output, unreadable, suffixes)
    elif not os.path.lexists(given) and any(
        sign in given for sign in _PATTERN_SIGNS
    ):  # a shell that expands no patterns
        for path in sorted(glob.glob(given, recursive=True)):  # noqa: PTH207 -- Path.glob wants a root
            if not _is_folder(path):
                yield _Found(path, Path(Path(path).name))
    else:
        yield _Found(given, Path(Path(given).name))


def _walk(
    folder: str, output: str | None, unreadable: list[str], suffixes: frozenset[str]
) -> Iterator[_Found]:
    """The pictures below a folder, sorted, less hidden ones and those of an output folder that lies in it.

    Links to folders are not followed, which might lead round in a circle.
    """

    def refused(error: OSError) -> None:
        unreadable.append(f"{error.filename}: {error.strerror}")

    results = None if output is None or _key(output) == _key(folder) else _key(output)
    for parent, folders, files in os.walk(folder, onerror=refused):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and _key(f"{parent}{os.sep}{name}") != results
        )
        for name in sorted(files):
            path = Path(parent, name)
            if path.suffix.lower() in suffixes and not name.startswith("."):
                yield _Found(str(path), path.relative_to(folder))


def _targets(files: list[_Found], output: str | None, conversion: Conversion, several: bool) -> list[str]:
    if output is None:
        return [str(conversion.result_name(Path(file.path))) for file in files]
    if output == STANDARD_STREAM:
        if several:
            raise UsageError("standard output (-o -) takes one picture; name a folder for several")
        return [STANDARD_STREAM] * len(files)
    if several or _names_folder(output):
        if os.path.exists(output.rstrip("/")) and not _is_folder(output):  # noqa: PTH110 -- as in _is_folder
            why = "several pictures need" if several else "the slash at its end asks for"
            raise UsageError(f"{output} is a file, and {why} a folder; name another")
        if several and not _names_folder(output) and Path(output).suffix.lower() in conversion.results:
            raise UsageError(
                f"{output} is named like a file, and several pictures need a folder; write {output}/"
            )
        return [str(Path(output) / conversion.result_name(file.relative)) for file in files]
    conversion.check_suffix(output)
    return [output] * len(files)


def _names_folder(output: str) -> bool:
    return output.endswith(("/", os.sep)) or _is_folder(output)


def _is_folder(path: str) -> bool:
    """Whether it is a folder; a path that cannot be looked at (too long, in a closed folder) is none."""
    return os.path.isdir(path)  # noqa: PTH112 -- Path.is_dir raises for such a path


def _refuse_collisions(jobs: tuple[Job, ...]) -> None:
    first: dict[str, str] = {}
    collisions = []
    for job in jobs:
        if job.target == STANDARD_STREAM:
            continue
        other = first.setdefault(_key(job.target), job.source)
        if other != job.source:
            collisions.append(f"{other} and {job.source} would both become {job.target}")
    if collisions:
        more = f" (and {len(collisions) - 1} more such pairs)" if len(collisions) > 1 else ""
        raise UsageError(f"{collisions[0]}{more}; rename one, or use two folders")


def _refuse_replaced_inputs(jobs: tuple[Job, ...], conversion: Conversion, *, in_place: bool) -> None:
    otherwise = ", or --in-place" if conversion.keeps_suffix else ""
    sources = {_key(job.source): job.source for job in jobs}
    for job in jobs:
        if job.target == STANDARD_STREAM or (replaced := sources.get(_key(job.target))) is None:
            continue
        if replaced != job.source:
            raise UsageError(f"{job.source} would replace the input {replaced}; give -o another place")
        if not in_place:
            raise UsageError(f"the result of {job.source} would replace it; give -o another place{otherwise}")


def refuse_config_over_pictures(plan: Plan, config: str) -> None:
    """Sees to it that the file for the options takes the place of no input and no result.

    Raises:
        UsageError: It would, or it is to be standard output.
    """
    if config == STANDARD_STREAM:
        raise UsageError("--write-config wants a file; standard output is for pictures and records")
    for job in plan.jobs:
        if _key(config) in (_key(job.source), _key(job.target)):
            raise UsageError(f"--write-config {config} would take the place of a picture; name another file")


def _key(path: str) -> str:
    """Equal for paths of one file, whether it exists or not."""
    real = os.path.normcase(os.path.realpath(path))
    return real.casefold() if sys.platform == "darwin" else real  # its file systems ignore case as a rule
