"""Results that would take the place of an input, and other slips, refused before anything is read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from beholder.batch.conversion import Conversion, is_named, is_named_like_picture, own_codec
from beholder.batch.find_files import path_key
from beholder.batch.jobs import STANDARD_STREAM, Job, Plan
from beholder.errors import UsageError


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


def refuse_missing_result(inputs: list[str], conversion: Conversion) -> None:
    """Refuse ``in.png out.jpg``, the way in which other programs name the result.

    Raises:
        UsageError: Says how to name it here.
    """
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


def refuse_replaced_sources(jobs: Sequence[Job], output: str | None, conversion: Conversion) -> None:
    """Refuse results that would replace their own sources.

    Raises:
        UsageError: Says where else to write them.
    """
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
