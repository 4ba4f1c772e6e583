"""Whether a run still learns, or has come to where no gradient is finite any more."""

from __future__ import annotations

MOST_TROUBLE = 50.0
_FORGIVEN = 0.05  # by a finite gradient: one in twenty may fail for ever, as may happen in bfloat16


class Divergence:
    """Counts gradients that are not finite, less those long ago.

    Attributes:
        trouble: The count, which a checkpoint keeps: a run that is started again and again is found out.
    """

    def __init__(self, trouble: float = 0.0) -> None:
        """Go on from a count."""
        self.trouble = trouble

    def add(self, finite: bool) -> bool:
        """Count a step's gradient and return whether the run has diverged."""
        self.trouble = max(0.0, self.trouble - _FORGIVEN) if finite else self.trouble + 1
        return self.trouble > MOST_TROUBLE
