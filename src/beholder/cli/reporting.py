"""What `inspect` and `compare` share: inputs that are read, and a report on each of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from beholder.batch.plan import STANDARD_STREAM
from beholder.batch.records import Command, Record, format_record
from beholder.cli.exit_code import ExitCode
from beholder.cli.output import print_error, print_out
from beholder.errors import BeholderError, UsageError
from beholder.image.read import read_bytes


def read_input(path: str) -> tuple[bytes, str]:
    """Return the bytes of a file, ``-`` being standard input, and what messages call it.

    Raises:
        InputError: It cannot be read.
    """
    if path == STANDARD_STREAM:
        return read_bytes(sys.stdin.buffer, name="standard input")
    return read_bytes(path)


def check_inputs(paths: Sequence[str]) -> None:
    """Refuse to read standard input twice.

    Raises:
        UsageError: It is among the inputs more than once.
    """
    if paths.count(STANDARD_STREAM) > 1:
        raise UsageError("standard input (-) is one file; give it once")


def report_each(
    paths: Sequence[str],
    report: Callable[[str], tuple[Record, str]],
    *,
    command: Command,
    json: bool,
    apart: bool = False,
    **fields: Any,
) -> ExitCode:
    """Print a record or a text on each input, go on after failures, and return the exit code.

    Args:
        paths: Of the inputs.
        report: Gives both.
        command: Of the program.
        json: Whether to print records.
        apart: Whether an empty line stands between texts.
        fields: Of the record of a failure.
    """
    code = ExitCode.DONE
    for number, path in enumerate(paths):
        try:
            record, text = report(path)
        except BeholderError as error:
            print_error(str(error))
            code = ExitCode.SOME_FAILED
            record = Record(command=command, input=path, status="failed", error=str(error), **fields)
            text = ""
        if json:
            print_out(format_record(record))
        elif text:
            print_out("\n" * (apart and number > 0) + text)
    return code
