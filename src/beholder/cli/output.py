"""What the program prints: text that stays on its line, and a standard output that cannot be written."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from beholder.errors import OutputError


def printable(text: str) -> str:
    r"""The text with everything escaped that is no printable character, as names of files may hold.

    >>> print(printable("two\nlines, \x1b[31m and a byte that is no UTF-8: \udcff"))
    two\nlines, \x1b[31m and a byte that is no UTF-8: \udcff
    """
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in text
    )


def printable_lines(text: str) -> str:
    """The text with what is not printable escaped in each of its lines."""
    return "\n".join(printable(line) for line in text.splitlines())


def format_size(size: int) -> str:
    """A size for people, in thousands.

    >>> format_size(999), format_size(60_400), format_size(1_520_000)
    ('999 B', '60.4 kB', '1.52 MB')
    """
    if size < 1000:
        return f"{size} B"
    for unit, factor in (("kB", 1000), ("MB", 1000**2)):
        if size < 999.5 * factor:
            return f"{size / factor:.3g} {unit}"
    return f"{size / 1000**3:.2f} GB"


def print_error(message: str) -> None:
    """Prints one line on standard error; where that cannot be written, the work goes on all the same."""
    with suppress(OSError):
        print(f"beholder: {printable(message)}", file=sys.stderr)


def print_out(text: str) -> None:
    """Prints lines on standard output.

    Raises:
        OutputError: It cannot be written.
        BrokenPipeError: Nobody reads it any more.
    """
    with _output_errors():
        print(text)


def write_out(data: bytes) -> None:
    """Writes a file to standard output.

    Raises:
        OutputError: It cannot be written.
        BrokenPipeError: Nobody reads it any more.
    """
    with _output_errors():
        sys.stdout.buffer.write(data)
    flush_out()


def flush_out() -> None:
    """Sees to it that all that was printed has arrived.

    Raises:
        OutputError: It cannot be written.
        BrokenPipeError: Nobody reads it any more.
    """
    with _output_errors():
        sys.stdout.flush()


def open_standard_streams() -> None:
    """Gives the program the standard streams that its caller closed, and lets no name stop a print.

    Without this the first file that is opened would take the place of a closed stream, and Python has None
    for it, of which `print` makes standard output where standard error was meant.
    """
    for stream, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, stream) is None:
            setattr(sys, stream, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 -- to stay
    for printed in (sys.stdout, sys.stderr):
        if hasattr(printed, "reconfigure"):  # not where a caller has put another stream in its place
            printed.reconfigure(errors="backslashreplace")


@contextmanager
def _output_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # Python flushes it once more at exit, which must not fail again (docs of the signal module).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # the reader has seen enough
            raise
        raise OutputError(f"standard output: cannot be written ({error.strerror or error})") from error
