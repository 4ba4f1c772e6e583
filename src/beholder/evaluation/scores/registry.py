"""The scores by the names that the command line gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.score import Score
from beholder.evaluation.scores.psnr import PsnrScore

_SCORES: Mapping[str, Callable[[], Score | Absent]] = {"psnr": PsnrScore}


def find_score(name: str) -> Score | Absent:
    """Returns the score of a name, or what is missing for it on this machine.

    Raises:
        UsageError: No score has that name.
    """
    if name not in _SCORES:
        raise UsageError(f"unknown score {name!r}; known are {', '.join(_SCORES)}")
    return _SCORES[name]()


def all_scores() -> dict[str, Score | Absent]:
    """Returns every score by its name, those that are absent here included."""
    return {name: find_score(name) for name in _SCORES}
