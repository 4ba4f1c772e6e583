"""Carries out a plan: converts files, several at once, writes results and tells what became of each."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import cast

from beholder.cli.exit_code import ExitCode
from beholder.cli.output import print_error, print_out, printable, write_out
from beholder.cli.plan import STANDARD_STREAM, Job, Plan
from beholder.cli.progress import Progress
from beholder.cli.records import ConversionRecord, format_record
from beholder.cli.sizes import format_size
from beholder.cli.work import Converted, Converter, Failed, Outcome, Task, run_tasks
from beholder.errors import OutputError, UsageError
from beholder.safe_write import check_writable, write_file


def check_standard_output(arguments: argparse.Namespace, what: str) -> None:
    """Refuses results on a standard output that is not free for them.

    Args:
        arguments: With `output`, `dry_run` and `json`.
        what: Results are, for messages.

    Raises:
        UsageError: It is a terminal, or has to take records.
    """
    if arguments.output != STANDARD_STREAM or arguments.dry_run:
        return
    if arguments.json:
        raise UsageError("--json and -o - both want standard output; give -o FILE")
    if sys.stdout.isatty():
        raise UsageError(f"-o - would write {what} to the terminal; redirect it, or give -o FILE")


def tell_problems(plan: Plan) -> ExitCode | None:
    """Prints what was not found; returns the exit code where nothing is left to do."""
    for message in plan.missing + plan.unreadable:
        print_error(message)
    if plan.jobs:
        return None
    return ExitCode.SOME_FAILED if plan.unreadable else ExitCode.NOTHING_MATCHED


def run_plan(plan: Plan, converter: Converter, arguments: argparse.Namespace, *, done: str) -> ExitCode:
    """Converts all files of a plan, or shows what would be done, and returns the exit code.

    Args:
        plan: With jobs.
        converter: Makes the results.
        arguments: With `dry_run`, `overwrite`, `jobs`, `max_pixels`, `quiet`, `verbose`, `json`.
        done: What has become of a file that was converted, for records and sums.
    """
    failed = _show(plan, arguments) if arguments.dry_run else _convert(plan, converter, arguments, done)
    return ExitCode.SOME_FAILED if failed or plan.missing or plan.unreadable else ExitCode.DONE


def _show(plan: Plan, arguments: argparse.Namespace) -> int:
    """Prints what would be done; returns how many files would fail."""
    blocked = _blocked(plan, overwrite=arguments.overwrite)
    for job in plan.jobs:
        error = blocked.get(job)
        if error is not None:
            print_error(error)
        if arguments.json:
            planned = ConversionRecord(input=job.source, output=job.target, status="planned")
            print_out(format_record(planned if error is None else _failure(job, error)))
        elif error is None:
            print_out(printable(f"{job.source} -> {job.target}"))
    return len(blocked)


def _blocked(plan: Plan, *, overwrite: bool) -> dict[Job, str]:
    """The jobs whose source is not there or whose result could not be written, and why."""
    found = {}
    for job in plan.jobs:
        try:
            if job.source != STANDARD_STREAM:
                Path(job.source).stat()
            if job.target != STANDARD_STREAM:
                check_writable(job.target, overwrite=overwrite or job.in_place)
        except OSError as error:
            found[job] = f"{job.source}: {error.strerror}"
        except OutputError as error:
            found[job] = str(error)
    return found


def _convert(plan: Plan, converter: Converter, arguments: argparse.Namespace, done: str) -> int:
    """Converts and writes; returns how many files failed."""
    report = _Report(arguments, done, single=len(plan.jobs) == 1)
    with (
        Progress(len(plan.jobs), shown=not arguments.quiet) as progress,
        closing(_outcomes(plan, converter, arguments)) as outcomes,
    ):
        for job, outcome in outcomes:
            if isinstance(outcome, Converted):
                try:
                    _refuse_loss(job, outcome, allowed=vars(arguments).get("allow_loss", False))
                    _write(job, outcome, overwrite=arguments.overwrite)
                except OutputError as error:
                    outcome = Failed(str(error))  # noqa: PLW2901 -- what has become of the job
            report.tell(job, outcome, progress)
            progress.advance()
    report.close()
    return report.failed


def _outcomes(
    plan: Plan, converter: Converter, arguments: argparse.Namespace
) -> Generator[tuple[Job, Outcome], None, None]:
    """Each job with its outcome, in order; those that can only fail are not tried."""
    blocked = _blocked(plan, overwrite=arguments.overwrite)
    tasks = (_task(job, converter, arguments.max_pixels) for job in plan.jobs if job not in blocked)
    with closing(run_tasks(tasks, min(arguments.jobs, len(plan.jobs)))) as outcomes:
        for job in plan.jobs:
            yield job, Failed(blocked[job]) if job in blocked else next(outcomes)


def _task(job: Job, converter: Converter, max_pixels: int | None) -> Task:
    if job.source == STANDARD_STREAM:
        return Task("standard input", converter, max_pixels, sys.stdin.buffer.read())
    return Task(job.source, converter, max_pixels)


def _refuse_loss(job: Job, converted: Converted, *, allowed: bool) -> None:
    """Refuse to replace a file by one that lacks some of its data.

    Raises:
        OutputError: Says what would be lost, and how to go on.
    """
    if job.in_place and converted.losses and not allowed:
        raise OutputError(
            f"{job.source}: is left as it is, as its result would lose data: {'; '.join(converted.losses)}. "
            "Add --allow-loss to replace it all the same, or give -o another place instead of --in-place"
        )


def _write(job: Job, converted: Converted, *, overwrite: bool) -> None:
    if job.target == STANDARD_STREAM:
        write_out(converted.data)
    elif not (job.in_place and converted.is_input):
        write_file(job.target, converted.data, overwrite=overwrite or job.in_place)


class _Report:
    """What is printed: a line for a single file or with --verbose, the sum of a batch, or JSON records."""

    def __init__(self, arguments: argparse.Namespace, done: str, *, single: bool) -> None:
        self._arguments = arguments
        self._done = done
        self._lines = single or arguments.verbose
        self._single = single
        self._converted = self._kept = self._input_bytes = self._size_bytes = 0
        self.failed = 0

    def tell(self, job: Job, outcome: Outcome, progress: Progress) -> None:
        if isinstance(outcome, Failed):
            self.failed += 1
            progress.error(outcome.message)
            if self._arguments.verbose and outcome.details:
                for line in outcome.details.splitlines():
                    progress.error(line)
        else:
            self._count(outcome)
            if not self._arguments.quiet:
                for note in outcome.notes:
                    progress.error(f"{job.source}: note: {note}")
        if self._arguments.json:
            progress.line(format_record(_record(job, outcome, self._done)))
        elif self._wants_line(job, outcome):
            progress.line(_line(job, cast(Converted, outcome)))

    def close(self) -> None:
        if self._single or self._arguments.json or self._arguments.quiet:
            return
        kept = f", {self._kept} kept as they were" if self._kept else ""
        failed = f", {self.failed} failed" if self.failed else ""
        sizes = f"{format_size(self._input_bytes)} -> {format_size(self._size_bytes)}"
        print_out(f"{self._converted} {self._done}{kept}{failed}: {sizes}")

    def _count(self, outcome: Converted) -> None:
        self._kept += outcome.kept_input
        self._converted += not outcome.kept_input
        self._input_bytes += outcome.input_bytes
        self._size_bytes += len(outcome.data)

    def _wants_line(self, job: Job, outcome: Outcome) -> bool:
        if isinstance(outcome, Failed) or job.target == STANDARD_STREAM or self._arguments.quiet:
            return False
        return self._lines or outcome.kept_input


def _line(job: Job, converted: Converted) -> str:
    sizes = f"{format_size(converted.input_bytes)} -> {format_size(len(converted.data))}"
    line = printable(f"{job.source} -> {job.target}: {sizes}, {converted.rate_bpp:.3f} bpp")
    if not converted.kept_input:
        return line
    what = "the input's own bytes are kept" if converted.is_input else "the input is kept, less its metadata"
    return f"{line}; no result is smaller, {what}"


def _failure(job: Job, error: str) -> ConversionRecord:
    return ConversionRecord(input=job.source, output=job.target, status="failed", error=error)


def _record(job: Job, outcome: Outcome, done: str) -> ConversionRecord:
    if isinstance(outcome, Failed):
        return _failure(job, outcome.message)
    return ConversionRecord(
        input=job.source,
        output=job.target,
        status="kept" if outcome.kept_input else done,
        input_bytes=outcome.input_bytes,
        size_bytes=len(outcome.data),
        width=outcome.width,
        height=outcome.height,
        rate_bpp=outcome.rate_bpp,
        quality=outcome.quality,
        subsampling=outcome.subsampling,
        progressive=outcome.progressive,
        notes=outcome.notes,
    )
