"""``python -m beholder.training``: the command `beholder train` without the rest of the command line."""

from __future__ import annotations

import argparse
import os
import sys

from beholder.errors import BeholderError
from beholder.training.run import add_training_flags, train_as_asked


def main() -> int:
    """Train and return the exit code: 0, or 1 after an error that is told in one line."""
    parser = argparse.ArgumentParser(prog="python -m beholder.training", allow_abbrev=False)
    add_training_flags(parser)
    try:
        told = train_as_asked(parser.parse_args())
        if os.environ.get("RANK", "0") == "0":  # of torchrun
            print(told)
    except BeholderError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
