"""Plans: which files become which, decided and checked before any pixel is read."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from beholder.batch.conversion import Conversion, is_named, is_named_like_picture, own_codec
from beholder.batch.find_files import Found, FoundFiles, find_files, is_folder, path_key
from beholder.errors import UsageError

STANDARD_STREAM = "-"


@dataclass(frozen=True)
class Job:
    """One file to make.

    Attributes:
        source: Path, or ``-`` for standard input.
        target: Path, or ``-`` for standard output.
        problem: Why it cannot be made; None where nothing is known that stands in the way.
    """

    source: str
    target: str
    problem: str | None = None

    @property
    def in_place(self) -> bool:
        """Whether the result replaces its own source."""
        return self.source != STANDARD_STREAM and path_key(self.source) == path_key(self.target)


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes:
        jobs: In order.
        found: What the search for them met beside.
    """

    jobs: tuple[Job, ...]
    found: FoundFiles = field(default_factory=FoundFiles)


def make_plan(
    inputs: list[str],
    output: str | None,
    conversion: Conversion,
    *,
    recursive: bool,
    in_place: bool = False,
    skip_existing: bool = False,
) -> Plan:
    """Return what to convert to where.

    - A file gives ``NAME.jpg`` beside it, or with another conversion another suffix; a JPEG keeps its suffix.
    - `output` is a folder when there are several inputs, with `recursive`, when it ends in a slash or is one.
      Files named one by one come to lie directly in it, those of a folder at their path below that folder.
    - Otherwise it is the one file to write, with a suffix of results.
    - Files that would become the same one have a `problem`; the others are converted.

    Raises:
        UsageError: A folder without `recursive`, a result that would replace its own input without
            `in_place` or `skip_existing`, or an output that does not fit the inputs.
    """
    if "" in inputs or output == "":
        raise UsageError("got an empty name; is a variable of the shell empty?")
    if in_place and output is not None:
        raise UsageError("got --in-place and -o; a result goes to one place only")
    if output is None and not in_place:
        _refuse_missing_result(inputs, conversion)
    if STANDARD_STREAM in inputs:
        return Plan((_stream_job(inputs, output, conversion),))
    found = find_files(inputs, conversion.sources, recursive=recursive, output=output)
    several = recursive or len(inputs) > 1 or len(found.files) > 1
    targets = _targets(found.files, output, conversion, several)
    jobs = _with_collisions([Job(*pair) for pair in zip(found.paths, targets, strict=True)])
    # Of a batch that was stopped the results may lie beside the sources, and are found with them.
    if not (in_place or skip_existing):
        _refuse_replaced_sources(jobs, output, conversion)
    return Plan(jobs, found)


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


def _targets(files: Sequence[Found], output: str | None, conversion: Conversion, several: bool) -> list[str]:
    if output is None:
        return [str(conversion.result_name(Path(file.path))) for file in files]
    if output == STANDARD_STREAM:
        if several:
            raise UsageError("standard output (-o -) takes one picture; name a folder for several")
        return [STANDARD_STREAM] * len(files)
    if several or _names_folder(output):
        if os.path.exists(output.rstrip("/")) and not is_folder(output):  # noqa: PTH110 -- as in is_folder
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
    return output.endswith(("/", os.sep)) or is_folder(output)


def _with_collisions(jobs: Sequence[Job]) -> tuple[Job, ...]:
    """Return the jobs, with a problem those that would write the same file or that of another's source."""
    of_target: dict[str, list[str]] = defaultdict(list)
    for job in jobs:
        if job.target != STANDARD_STREAM:
            of_target[path_key(job.target)].append(job.source)
    sources = {path_key(job.source): job.source for job in jobs}

    def problem(job: Job) -> str | None:
        target = path_key(job.target)
        others = [source for source in of_target[target] if source != job.source]
        if others:
            names = " and ".join(others)
            return (
                f"{job.source}: would become {job.target}, as would {names}; rename one, or use two folders"
            )
        replaced = sources.get(target, job.source)
        if replaced != job.source and job.target != STANDARD_STREAM:
            return f"{job.source}: would replace the input {replaced}; give -o another place"
        return None

    return tuple(replace(job, problem=problem(job)) for job in jobs)


def refuse_config_over_pictures(plan: Plan, config: str) -> None:
    """Refuse a file for the options that takes the place of an input or a result.

    Raises:
        UsageError: It does, or it is to be standard output.
    """
    if config == STANDARD_STREAM:
        raise UsageError("--write-config wants a file; standard output is for pictures and records")
    for job in plan.jobs:
        if path_key(config) in (path_key(job.source), path_key(job.target)):
            raise UsageError(f"--write-config {config} would take the place of a picture; name another file")


def _refuse_missing_result(inputs: list[str], conversion: Conversion) -> None:
    """Refuse ``in.png out.jpg``, the way in which other programs name the result."""
    if len(inputs) != 2 or os.path.lexists(inputs[1]):
        return
    source, result = inputs
    is_result = is_named(result, conversion.results)
    # Another suffix that is that of the source speaks of a second input, with a slip in its name.
    is_like_source = Path(result).suffix.lower() == Path(source).suffix.lower()
    if not is_result and (is_like_source or not is_named_like_picture(result)):
        return
    named = result if is_result else str(Path(result).with_suffix(conversion.suffix))
    codec = None if is_result else own_codec(result)
    otherwise = "" if codec is None else f" (or -o {result} --codec {codec.name})"
    raise UsageError(
        f"{result} does not exist, and names without a flag are inputs; if it is the result, give "
        f"{source} -o {named}{otherwise}"
    )


def _refuse_replaced_sources(jobs: Sequence[Job], output: str | None, conversion: Conversion) -> None:
    """Refuse results that would replace their own sources."""
    replaced = [job.source for job in jobs if job.in_place and os.path.lexists(job.source)]
    if not replaced:
        return
    more = f" (and {len(replaced) - 1} more such files)" if len(replaced) > 1 else ""
    place = "-o FOLDER/" if output is None and len(jobs) > 1 else "-o another place"
    otherwise = ", or --in-place with --lossless or with a quality (-q)" if conversion.keeps_suffix else ""
    if conversion.sources is not None and not is_named(replaced[0], conversion.sources):
        otherwise = f"; files to convert are named {' or '.join(sorted(conversion.sources))} as a rule"
    if output is None and len(jobs) == 2 and replaced == [jobs[1].source]:
        otherwise = (
            f"; if {jobs[0].source} is to become {replaced[0]}, give {jobs[0].source} -o {replaced[0]}"
        )
    raise UsageError(f"the result of {replaced[0]} would replace it{more}; give {place}{otherwise}")
