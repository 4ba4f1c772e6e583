"""Plans: which files become which, decided and checked before any pixel is read."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from beholder.batch.conversion import Conversion
from beholder.batch.find_files import Found, find_files, is_folder, path_key
from beholder.batch.jobs import STANDARD_STREAM, Job, Plan
from beholder.batch.refusals import refuse_missing_result, refuse_replaced_sources
from beholder.errors import UsageError


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
        refuse_missing_result(inputs, conversion)
    if STANDARD_STREAM in inputs:
        return Plan((_stream_job(inputs, output, conversion),))
    found = find_files(inputs, conversion.sources, recursive=recursive, output=output)
    several = recursive or len(inputs) > 1 or len(found.files) > 1
    targets = _targets(found.files, output, conversion, several)
    jobs = _with_collisions([Job(*pair) for pair in zip(found.paths, targets, strict=True)])
    # Of a batch that was stopped the results may lie beside the sources, and are found with them.
    if not (in_place or skip_existing):
        refuse_replaced_sources(jobs, output, conversion)
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
