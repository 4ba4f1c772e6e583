"""SIGTERM as an exception, so that it ends the program as an interrupt does: tidily."""

from __future__ import annotations

import signal
from types import FrameType


class Terminated(BaseException):
    """SIGTERM has come."""


def raise_when_terminated() -> None:
    """Makes SIGTERM raise `Terminated`, unless whoever started the program has it ignored."""
    if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _raise)


def _raise(number: int, frame: FrameType | None) -> None:
    raise Terminated
