"""Values of flags, as argparse asks for them."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from beholder.cli.sizes import parse_size


def size_bytes(text: str) -> int:
    """Return a size such as 60k in bytes."""
    try:
        return parse_size(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return what reads whole numbers in a range."""

    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")
        return int(text)

    return parse
