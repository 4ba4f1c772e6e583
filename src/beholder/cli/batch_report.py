"""What a batch prints: a line for a single file or with --verbose, the sum of a batch, or JSON records."""

from __future__ import annotations

import argparse

from beholder.batch.convert import Converted, Failed, Outcome, Skipped
from beholder.batch.find_files import format_passed_over
from beholder.batch.plan import STANDARD_STREAM, Job, Plan
from beholder.batch.records import Status, format_record, record_of
from beholder.cli.output import format_size, print_error, print_out, printable
from beholder.cli.progress import ProgressBar


class BatchReport:
    """Tells what becomes of each job, and the sum at the end."""

    def __init__(self, arguments: argparse.Namespace, done: Status, plan: Plan) -> None:
        """Take the flags that say what is printed; `done` is what becomes of a file that is converted."""
        self._arguments = arguments
        self._done: Status = done
        self._passed_over = plan.found.passed_over
        self._single = len(plan.jobs) == 1
        self._lines = self._single or arguments.verbose
        self._converted = self._kept = self._skipped = self._input_bytes = self._output_bytes = 0
        self.failed = 0

    def tell(self, job: Job, outcome: Outcome, progress: ProgressBar) -> None:
        """Print what has become of a job."""
        if isinstance(outcome, Failed):
            self._tell_failure(outcome, progress)
        elif isinstance(outcome, Skipped):
            self._skipped += 1
        else:
            self._count(outcome)
            if not self._arguments.quiet:
                for note in outcome.file.notes:
                    progress.error(f"{job.source}: note: {note}")
        if self._arguments.json:
            progress.line(format_record(record_of(self._arguments.command, job, outcome, self._done)))
        elif (line := self._line(job, outcome)) is not None:
            progress.line(line)

    def close(self) -> None:
        """Print the sum."""
        if self._arguments.quiet:
            return
        passed_over = format_passed_over(self._passed_over) if self._passed_over else ""
        if self._single or self._arguments.json:
            if passed_over:
                print_error(f"note: {passed_over}")
            return
        sizes = f"{format_size(self._input_bytes)} -> {format_size(self._output_bytes)}"
        parts = [f"{self._converted} {self._done}"]
        parts += [f"{self._kept} kept as they were"] if self._kept else []
        parts += [f"{self._skipped} skipped"] if self._skipped else []
        parts += [f"{self.failed} failed"] if self.failed else []
        parts += [passed_over] if passed_over else []
        print_out(printable(f"{', '.join(parts)}: {sizes}"))

    def _tell_failure(self, outcome: Failed, progress: ProgressBar) -> None:
        self.failed += 1
        progress.error(outcome.message)
        if self._arguments.verbose:
            for line in outcome.details.splitlines():
                progress.error(line)

    def _count(self, outcome: Converted) -> None:
        self._kept += outcome.file.kept_input
        self._converted += not outcome.file.kept_input
        self._input_bytes += outcome.input_bytes
        self._output_bytes += len(outcome.file.data)

    def _line(self, job: Job, outcome: Outcome) -> str | None:
        """The line on a job; None where it has none."""
        if isinstance(outcome, Failed) or job.target == STANDARD_STREAM or self._arguments.quiet:
            return None
        if isinstance(outcome, Skipped):
            return printable(f"{job.source}: skipped, {job.target} {outcome.why}") if self._lines else None
        return _line(job, outcome) if self._lines or outcome.file.kept_input else None


def _line(job: Job, converted: Converted) -> str:
    sizes = f"{format_size(converted.input_bytes)} -> {format_size(len(converted.file.data))}"
    line = printable(f"{job.source} -> {job.target}: {sizes}, {converted.file.rate_bpp:.3f} bpp")
    if not converted.file.kept_input:
        return line
    what = "the input's own bytes are kept" if converted.is_input else "the input is kept, less its metadata"
    return f"{line}; no result is smaller, {what}"
