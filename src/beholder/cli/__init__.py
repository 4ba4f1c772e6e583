"""The command line of `beholder`, a module a command.

A command parses, calls the library and prints. Modules of a command are loaded when it runs, so that
``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import threading
from collections.abc import Sequence
from contextlib import redirect_stdout
from importlib import import_module

from beholder.cli.exit_code import ExitCode, Terminated, raise_when_terminated
from beholder.cli.output import flush_out, open_standard_streams, print_error, print_out
from beholder.cli.parser import build_parser
from beholder.errors import BeholderError, UsageError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its `ExitCode`; argparse itself exits for ``--help`` and bad flags."""
    try:
        try:
            code = _run(arguments)
        finally:
            flush_out()
    except UsageError as error:
        print_error(str(error))
        return ExitCode.USAGE
    except BeholderError as error:
        print_error(str(error))
        return ExitCode.SOME_FAILED
    except BrokenPipeError:  # whoever read our output has seen enough
        return ExitCode.SOME_FAILED
    except KeyboardInterrupt:
        print_error("interrupted")
        return ExitCode.INTERRUPTED
    except Terminated:
        print_error("terminated")
        return ExitCode.TERMINATED
    return code


def _run(arguments: Sequence[str] | None) -> int:
    parsed = _parse(arguments)
    code: int = import_module(f"beholder.cli.{parsed.command}").run(parsed)
    return code


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the parsed arguments.

    argparse prints help itself. Where standard output cannot be written, Python 3.11.2 ends in a traceback
    and later versions print nothing, so its text goes through `print_out`.
    """
    printed = io.StringIO()
    try:
        with redirect_stdout(printed):
            return build_parser().parse_args(arguments)
    finally:
        if text := printed.getvalue():
            print_out(text.removesuffix("\n"))


def console() -> None:
    """The ``beholder`` program."""
    raise_when_terminated()
    open_standard_streams()
    code = main()
    if code in (ExitCode.INTERRUPTED, ExitCode.TERMINATED) and threading.active_count() > 1:
        # A thread is still encoding, and a normal exit would wait for it. Nothing is left to clean up.
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
