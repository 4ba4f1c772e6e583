"""``beholder encode``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import cast

import beholder
from beholder.cli.exit_code import ExitCode
from beholder.cli.output import print_error, print_out, printable, write_out
from beholder.cli.plan import STANDARD_STREAM, Job, Plan, make_plan, refuse_config_over_pictures
from beholder.cli.progress import Progress
from beholder.cli.records import EncodeRecord, format_record
from beholder.cli.sizes import format_size
from beholder.cli.work import Encoded, Failed, Outcome, Task, run_tasks
from beholder.errors import InputError, OutputError, UsageError
from beholder.jpeg.config import format_config, read_config
from beholder.jpeg.options import OPTION_NAMES, RATE_NAMES, JpegKeywords, JpegOptions
from beholder.safe_write import check_writable, write_file


def run(arguments: argparse.Namespace) -> int:
    """Encodes all inputs, `jobs` of them at once, and returns the exit code.

    Raises:
        UsageError: The flags or their combination cannot be used; nothing has been read or written then.
    """
    options = _options(arguments)
    _check_standard_output(arguments)
    plan = make_plan(
        arguments.inputs, arguments.output, recursive=arguments.recursive, in_place=arguments.in_place
    )
    if arguments.write_config is not None:
        refuse_config_over_pictures(plan, arguments.write_config)
    for message in plan.missing + plan.unreadable:
        print_error(message)
    if not plan.jobs:
        return ExitCode.SOME_FAILED if plan.unreadable else ExitCode.NOTHING_MATCHED
    if arguments.write_config is not None and not arguments.dry_run:
        header = f"# Options of beholder encode, version {beholder.__version__}.\n"
        text = header + format_config(options)
        write_file(arguments.write_config, text.encode(), overwrite=arguments.overwrite)
    failed = _show_plan(plan, arguments) if arguments.dry_run else _encode_plan(plan, options, arguments)
    return ExitCode.SOME_FAILED if failed or plan.missing or plan.unreadable else ExitCode.DONE


def _options(arguments: argparse.Namespace) -> JpegOptions:
    """The encoder's options: those of the TOML file, overridden by flags."""
    flags = {name: value for name, value in vars(arguments).items() if name in OPTION_NAMES}
    settings = dict(read_config(arguments.config)) if arguments.config is not None else {}
    if any(name in flags for name in RATE_NAMES):  # only one of them can hold, and the flag is the later word
        settings = {name: value for name, value in settings.items() if name not in RATE_NAMES}
    options = JpegOptions(**cast(JpegKeywords, settings | flags))
    if options.is_machine or options.kl is not None:
        from beholder.jpeg.codec import observer_of  # noqa: PLC0415 -- the core loads with it

        try:
            observer_of(options)
        except InputError as error:
            raise UsageError(str(error)) from error
    return options


def _check_standard_output(arguments: argparse.Namespace) -> None:
    if arguments.output != STANDARD_STREAM or arguments.dry_run:
        return
    if arguments.json:
        raise UsageError("--json and -o - both want standard output; give -o FILE")
    if sys.stdout.isatty():
        raise UsageError("-o - would write a JPEG file to the terminal; redirect it, or give -o FILE")


def _show_plan(plan: Plan, arguments: argparse.Namespace) -> int:
    """Prints what would be done; returns how many files would fail."""
    blocked = _blocked(plan, overwrite=arguments.overwrite)
    for job in plan.jobs:
        error = blocked.get(job)
        if error is not None:
            print_error(error)
        if arguments.json:
            planned = EncodeRecord(input=job.source, output=job.target, status="planned")
            print_out(format_record(planned if error is None else _record(job, Failed(error))))
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


def _encode_plan(plan: Plan, options: JpegOptions, arguments: argparse.Namespace) -> int:
    """Encodes and writes; returns how many files failed."""
    report = _Report(arguments, single=len(plan.jobs) == 1)
    with (
        Progress(len(plan.jobs), shown=not arguments.quiet) as progress,
        closing(_outcomes(plan, options, arguments)) as outcomes,
    ):
        for job, outcome in outcomes:
            if isinstance(outcome, Encoded):
                try:
                    _write(job, outcome, overwrite=arguments.overwrite)
                except OutputError as error:
                    outcome = Failed(str(error))  # noqa: PLW2901 -- what has become of the job
            report.tell(job, outcome, progress)
            progress.advance()
    report.close()
    return report.failed


def _outcomes(
    plan: Plan, options: JpegOptions, arguments: argparse.Namespace
) -> Generator[tuple[Job, Outcome], None, None]:
    """Each job with its outcome, in order; those that can only fail are not tried."""
    blocked = _blocked(plan, overwrite=arguments.overwrite)
    tasks = (_task(job, options, arguments.max_pixels) for job in plan.jobs if job not in blocked)
    with closing(run_tasks(tasks, min(arguments.jobs, len(plan.jobs)))) as outcomes:
        for job in plan.jobs:
            yield job, Failed(blocked[job]) if job in blocked else next(outcomes)


def _task(job: Job, options: JpegOptions, max_pixels: int | None) -> Task:
    if job.source == STANDARD_STREAM:
        return Task("standard input", options, max_pixels, sys.stdin.buffer.read())
    return Task(job.source, options, max_pixels)


def _write(job: Job, encoded: Encoded, *, overwrite: bool) -> None:
    if job.target == STANDARD_STREAM:
        write_out(encoded.data)
    elif not (job.in_place and encoded.is_input):
        write_file(job.target, encoded.data, overwrite=overwrite or job.in_place)


class _Report:
    """What is printed: a line for a single file or with --verbose, the sum of a batch, or JSON records."""

    def __init__(self, arguments: argparse.Namespace, *, single: bool) -> None:
        self._arguments = arguments
        self._lines = single or arguments.verbose
        self._single = single
        self._encoded = self._kept = self._input_bytes = self._size_bytes = 0
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
            progress.line(format_record(_record(job, outcome)))
        elif self._wants_line(job, outcome):
            progress.line(_line(job, cast(Encoded, outcome)))

    def close(self) -> None:
        if self._single or self._arguments.json or self._arguments.quiet:
            return
        kept = f", {self._kept} kept as they were" if self._kept else ""
        failed = f", {self.failed} failed" if self.failed else ""
        sizes = f"{format_size(self._input_bytes)} -> {format_size(self._size_bytes)}"
        print_out(f"{self._encoded} encoded{kept}{failed}: {sizes}")

    def _count(self, outcome: Encoded) -> None:
        self._kept += outcome.kept_input
        self._encoded += not outcome.kept_input
        self._input_bytes += outcome.input_bytes
        self._size_bytes += len(outcome.data)

    def _wants_line(self, job: Job, outcome: Outcome) -> bool:
        if isinstance(outcome, Failed) or job.target == STANDARD_STREAM or self._arguments.quiet:
            return False
        return self._lines or outcome.kept_input


def _line(job: Job, encoded: Encoded) -> str:
    sizes = f"{format_size(encoded.input_bytes)} -> {format_size(len(encoded.data))}"
    line = printable(f"{job.source} -> {job.target}: {sizes}, {encoded.rate_bpp:.3f} bpp")
    if not encoded.kept_input:
        return line
    what = "the input's own bytes are kept" if encoded.is_input else "the input is kept, less its metadata"
    return f"{line}; no result is smaller, {what}"


def _record(job: Job, outcome: Outcome) -> EncodeRecord:
    if isinstance(outcome, Failed):
        return EncodeRecord(input=job.source, output=job.target, status="failed", error=outcome.message)
    return EncodeRecord(
        input=job.source,
        output=job.target,
        status="kept" if outcome.kept_input else "encoded",
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
