"""The window of rates that deltas are taken over, as the command line has it."""

from __future__ import annotations

from collections.abc import Sequence

from beholder.errors import UsageError
from beholder.evaluation.deltas import Window


def checked_window(ends: Sequence[float] | None) -> Window | None:
    """Returns the lowest and highest rate in bpp; None for all.

    Raises:
        UsageError: They are not in order.
    """
    if ends is None:
        return None
    low, high = ends
    if not 0 < low < high:
        raise UsageError(f"--window is LOW HIGH with 0 < LOW < HIGH, got {low:g} {high:g}")
    return low, high
