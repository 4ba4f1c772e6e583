"""What encode and decode have in common: streams, problems of a plan, and what a batch prints."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import closing
from dataclasses import fields
from pathlib import Path

from beholder.batch.conversion import Conversion, is_named_like_picture
from beholder.batch.convert import Converter, Failed, Skipped
from beholder.batch.engine import Policy, is_file, run_plan, settle
from beholder.batch.find_files import format_passed_over
from beholder.batch.plan import STANDARD_STREAM, Plan, make_plan
from beholder.batch.records import Status, format_record, record_of
from beholder.cli.batch_report import BatchReport
from beholder.cli.exit_code import ExitCode
from beholder.cli.output import print_error, print_out, printable, write_out
from beholder.cli.progress import ProgressBar
from beholder.errors import UsageError


def plan_batch(arguments: argparse.Namespace, conversion: Conversion) -> Plan:
    """Return the plan of a command.

    Args:
        arguments: With `inputs`, `output`, `recursive`, `in_place` (if the command has it), `skip_existing`,
            `newer`, `preserve`, `dry_run` and `json`.
        conversion: What the command does.

    Raises:
        UsageError: Standard streams are not free for what is to go through them; or as `make_plan`.
    """
    _check_streams(arguments, conversion.name)
    return make_plan(
        arguments.inputs,
        arguments.output,
        conversion,
        recursive=arguments.recursive,
        in_place=getattr(arguments, "in_place", False),
        skip_existing=arguments.skip_existing,
    )


def tell_problems(plan: Plan, arguments: argparse.Namespace) -> ExitCode | None:
    """Print what was not found or passed over; return the exit code where nothing is left to do."""
    for message in plan.found.problems:
        print_error(message)
    if not arguments.quiet:
        for note in plan.found.notes:
            print_error(f"note: {note}")
    if plan.jobs:
        return None
    _tell_passed_over(plan, arguments)
    return ExitCode.SOME_FAILED if plan.found.unreadable else ExitCode.NOTHING_MATCHED


def run_batch(plan: Plan, converter: Converter, arguments: argparse.Namespace, *, done: Status) -> ExitCode:
    """Convert all files of a plan, or show what would be done, and return the exit code.

    Args:
        plan: With jobs.
        converter: Makes the results.
        arguments: With `command`, `dry_run`, `quiet`, `verbose`, `json` and the fields of `Policy`.
        done: What has become of a file that was converted, for records and sums.
    """
    names = {field.name for field in fields(Policy)}
    policy = Policy(**{name: value for name, value in vars(arguments).items() if name in names})
    if arguments.dry_run:
        failed = _show(plan, policy, arguments)
    else:
        report = BatchReport(arguments, done, plan)
        with (
            ProgressBar(shown=not arguments.quiet) as progress,
            closing(run_plan(plan, converter, policy, write_out)) as outcomes,
        ):
            progress.start(len(plan.jobs))
            for job, outcome in outcomes:
                report.tell(job, outcome, progress)
                if isinstance(outcome, Skipped):
                    progress.skip()
                else:
                    progress.advance()
        report.close()
        failed = report.failed
    return ExitCode.SOME_FAILED if failed or plan.found.problems else ExitCode.DONE


def _check_streams(arguments: argparse.Namespace, what: str) -> None:
    """Refuse standard streams that are not free for what is to go through them."""
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


def _redirected_to_picture() -> str | None:
    """The name of the file that standard output goes to, where it is that of a picture and can be told."""
    try:
        name = os.readlink(f"/proc/self/fd/{sys.stdout.fileno()}")  # noqa: PTH115 -- may lead to no path
    except (OSError, ValueError):
        return None
    if not is_named_like_picture(name) or not is_file(name):
        return None
    return name.removeprefix(f"{Path.cwd()}{os.sep}")


def _show(plan: Plan, policy: Policy, arguments: argparse.Namespace) -> int:
    """Print what would be done; return how many files would fail."""
    settled = settle(plan, policy)
    for job in plan.jobs:
        outcome = settled.get(job)
        if isinstance(outcome, Failed):
            print_error(outcome.message)
        if arguments.json:
            print_out(format_record(record_of(arguments.command, job, outcome, "planned")))
        elif outcome is None:
            print_out(printable(f"{job.source} -> {job.target}"))
    _tell_passed_over(plan, arguments)
    return sum(isinstance(outcome, Failed) for outcome in settled.values())


def _tell_passed_over(plan: Plan, arguments: argparse.Namespace) -> None:
    if plan.found.passed_over and not arguments.quiet:
        print_error(f"note: {format_passed_over(plan.found.passed_over)}")
