"""``beholder train``."""

from __future__ import annotations

import argparse

from beholder.cli.exit_code import ExitCode
from beholder.cli.output import print_out, printable
from beholder.training.run import train_as_asked


def run(arguments: argparse.Namespace) -> int:
    """Trains the learned codec and returns the exit code.

    Raises:
        BeholderError: As `beholder.training.run.train_as_asked`.
    """

    def tell(line: str) -> None:
        print_out(printable(line))

    for line in train_as_asked(arguments, tell).splitlines():
        tell(line)
    return ExitCode.DONE
