"""Carries out a plan: converts files, several at once, and writes results."""

from __future__ import annotations

import argparse
import os
import stat
import sys
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

from beholder.batch.convert import Converted, Converter, Failed, Outcome, Skipped, Task, run_tasks
from beholder.batch.find_files import format_passed_over
from beholder.batch.plan import LEARNED_SUFFIX, STANDARD_STREAM, Job, Plan
from beholder.batch.records import Status, format_record
from beholder.cli.batch_report import BatchReport, planned_record
from beholder.cli.exit_code import ExitCode
from beholder.cli.output import print_error, print_out, printable, write_out
from beholder.cli.progress import ProgressBar
from beholder.errors import OutputError, UsageError
from beholder.image.picture_formats import known_suffixes
from beholder.safe_write import check_writable, write_file


def check_streams(arguments: argparse.Namespace, what: str) -> None:
    """Refuse standard streams that are not free for what is to go through them.

    Args:
        arguments: With `output`, `dry_run`, `json` and `preserve`.
        what: Results are, for messages.

    Raises:
        UsageError: Standard output is a terminal, has to take records, or would take words where a picture is
            expected; or times are to be kept of what has none.
    """
    if arguments.output != STANDARD_STREAM:
        if (name := _redirected_to_picture()) is not None:
            raise UsageError(
                f"standard output goes to {name}, and would take what the program prints; give -o {name} in "
                f"place of the redirection, or -o - before it"
            )
        return
    for flag in ("preserve", "skip_existing", "newer"):
        if getattr(arguments, flag):
            raise UsageError(f"--{flag.replace('_', '-')} is for results that are files; give -o FILE")
    if arguments.dry_run:
        return
    if arguments.json:
        raise UsageError("--json and -o - both want standard output; give -o FILE")
    if sys.stdout.isatty():
        raise UsageError(f"-o - would write {what} to the terminal; redirect it, or give -o FILE")


def tell_problems(plan: Plan, arguments: argparse.Namespace) -> ExitCode | None:
    """Print what was not found or passed over; return the exit code where nothing is left to do."""
    for message in plan.missing + plan.unreadable:
        print_error(message)
    if not arguments.quiet:
        for note in plan.notes:
            print_error(f"note: {note}")
    if plan.jobs:
        return None
    if plan.passed_over and not arguments.quiet:
        print_error(f"note: {format_passed_over(plan.passed_over)}")
    return ExitCode.SOME_FAILED if plan.unreadable else ExitCode.NOTHING_MATCHED


def run_plan(plan: Plan, converter: Converter, arguments: argparse.Namespace, *, done: Status) -> ExitCode:
    """Convert all files of a plan, or show what would be done, and return the exit code.

    Args:
        plan: With jobs.
        converter: Makes the results.
        arguments: With `command`, `dry_run`, `overwrite`, `skip_existing`, `newer`, `preserve`, `jobs`,
            `max_pixels`, `quiet`, `verbose`, `json`.
        done: What has become of a file that was converted, for records and sums.
    """
    settled = {job: outcome for job in plan.jobs if (outcome := _settled(job, arguments)) is not None}
    if arguments.dry_run:
        failed = _show(plan, settled, arguments)
    else:
        failed = _convert(plan, settled, converter, arguments, done)
    return ExitCode.SOME_FAILED if failed or plan.missing or plan.unreadable else ExitCode.DONE


def _redirected_to_picture() -> str | None:
    """The name of the file that standard output goes to, where it is that of a picture and can be told."""
    try:
        name = os.readlink(f"/proc/self/fd/{sys.stdout.fileno()}")  # noqa: PTH115 -- may lead to no path
    except (OSError, ValueError):
        return None
    if Path(name).suffix.lower() not in known_suffixes() | {LEARNED_SUFFIX} or not _is_file(name):
        return None
    here = os.getcwd() + os.sep  # noqa: PTH109 -- as text, to be cut off
    return name.removeprefix(here)


def _settled(job: Job, arguments: argparse.Namespace) -> Failed | Skipped | None:
    """What is to be said of a job without any work: why it cannot be done, or need not."""
    try:
        source = None if job.source == STANDARD_STREAM else Path(job.source).stat()
    except OSError as error:
        return Failed(f"{job.source}: {error.strerror}")
    if job.target == STANDARD_STREAM:
        return None
    if job.problem is not None and not (arguments.skip_existing and _is_file(job.target)):
        return Failed(job.problem)
    if (why := _skip_reason(Path(job.target), source, arguments)) is not None:
        return Skipped(why)
    try:
        check_writable(job.target, overwrite=_replaces(job, arguments))
    except OutputError as error:
        return Failed(str(error))
    return None


def _is_file(path: str) -> bool:
    return os.path.isfile(path)  # noqa: PTH113 -- Path.is_file raises for a path that is too long


def _skip_reason(target: Path, source: os.stat_result | None, arguments: argparse.Namespace) -> str | None:
    """Why a file need not be made again; None where it has to be made."""
    try:
        made = target.stat()
    except OSError:  # which is told where it stops the writing
        return None
    if not stat.S_ISREG(made.st_mode):
        return None
    if arguments.skip_existing:
        return "exists already"
    is_newer = arguments.newer and source is not None and source.st_mtime_ns <= made.st_mtime_ns
    return "is not older than the input" if is_newer else None


def _replaces(job: Job, arguments: argparse.Namespace) -> bool:
    """Whether the result may take the place of a file."""
    return arguments.overwrite or arguments.newer or job.in_place


def _show(plan: Plan, settled: dict[Job, Failed | Skipped], arguments: argparse.Namespace) -> int:
    """Print what would be done; return how many files would fail."""
    for job in plan.jobs:
        outcome = settled.get(job)
        if isinstance(outcome, Failed):
            print_error(outcome.message)
        if arguments.json:
            print_out(format_record(planned_record(arguments.command, job, outcome)))
        elif outcome is None:
            print_out(printable(f"{job.source} -> {job.target}"))
    if plan.passed_over and not arguments.quiet:
        print_error(f"note: {format_passed_over(plan.passed_over)}")
    return sum(isinstance(outcome, Failed) for outcome in settled.values())


def _convert(
    plan: Plan,
    settled: dict[Job, Failed | Skipped],
    converter: Converter,
    arguments: argparse.Namespace,
    done: Status,
) -> int:
    """Convert and write; return how many files failed."""
    report = BatchReport(arguments, done, plan)
    with (
        ProgressBar(shown=not arguments.quiet) as progress,
        closing(_outcomes(plan, settled, converter, arguments)) as outcomes,
    ):
        progress.start(len(plan.jobs))
        for job, outcome in outcomes:
            if isinstance(outcome, Converted):
                try:
                    _refuse_loss(job, outcome, allowed=vars(arguments).get("allow_loss", False))
                    _write(job, outcome, arguments)
                except OutputError as error:
                    outcome = Failed(str(error))  # noqa: PLW2901 -- what has become of the job
            report.tell(job, outcome, progress)
            if isinstance(outcome, Skipped):
                progress.skip(1)
            else:
                progress.advance()
    report.close()
    return report.failed


def _outcomes(
    plan: Plan, settled: dict[Job, Failed | Skipped], converter: Converter, arguments: argparse.Namespace
) -> Generator[tuple[Job, Outcome], None, None]:
    """Each job with its outcome, in order; of those that are settled there is nothing to do."""
    tasks = (_task(job, converter, arguments.max_pixels) for job in plan.jobs if job not in settled)
    with closing(run_tasks(tasks, min(arguments.jobs, max(1, len(plan.jobs) - len(settled))))) as outcomes:
        for job in plan.jobs:
            yield job, settled[job] if job in settled else next(outcomes)


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


def _write(job: Job, converted: Converted, arguments: argparse.Namespace) -> None:
    """Write a result.

    Raises:
        OutputError: It cannot be written, or the times of its source cannot be read.
    """
    if job.target == STANDARD_STREAM:
        write_out(converted.data)
    elif not (job.in_place and converted.is_input):
        write_file(
            job.target,
            converted.data,
            overwrite=_replaces(job, arguments),
            keep_owner=job.in_place,
            times_ns=_times_ns(job) if arguments.preserve else None,
        )


def _times_ns(job: Job) -> tuple[int, int] | None:
    """Access and modification time of a job's source; None for standard input, which has none."""
    if job.source == STANDARD_STREAM:
        return None
    try:
        status = Path(job.source).stat()
    except OSError as error:
        raise OutputError(f"{job.source}: its times cannot be read ({error.strerror})") from error
    return status.st_atime_ns, status.st_mtime_ns
