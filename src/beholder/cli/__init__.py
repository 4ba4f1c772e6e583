"""The command line: `beholder encode`, `inspect`, `compare`.

A command parses, calls the library and prints. Modules of a command are loaded when it runs, so that
``--help`` answers at once.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from importlib import import_module

from beholder.cli.exit_code import ExitCode
from beholder.cli.parser import build_parser
from beholder.errors import BeholderError, UsageError


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its `ExitCode`; argparse itself exits for ``--help`` and bad flags."""
    parsed = build_parser().parse_args(arguments)
    try:
        code: int = import_module(f"beholder.cli.{parsed.command}").run(parsed)
        sys.stdout.flush()
    except UsageError as error:
        print(f"beholder: {error}", file=sys.stderr)
        return ExitCode.USAGE
    except BeholderError as error:
        print(f"beholder: {error}", file=sys.stderr)
        return ExitCode.SOME_FAILED
    except BrokenPipeError:  # whoever read our output has seen enough
        # Python flushes stdout once more at exit, which must not fail again (docs of the signal module).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.SOME_FAILED
    except KeyboardInterrupt:
        print("beholder: interrupted", file=sys.stderr)
        return ExitCode.INTERRUPTED
    return code


def console() -> None:
    """The ``beholder`` program."""
    code = main()
    if code == ExitCode.INTERRUPTED and threading.active_count() > 1:
        # A thread is still encoding, and a normal exit would wait for it. Nothing is left to clean up.
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
