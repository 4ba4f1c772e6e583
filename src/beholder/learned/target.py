"""The search for the quality that meets a target, in few encodes.

Whatever the target, it is an amount that must not be exceeded: bytes, mean squared error, or what a score
misses to 100. Its logarithm is nearly a line over qualities, so that secants find the place.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from beholder.learned.container import QUALITIES

_TRIALS_BY_SECANT = 5  # then halving, should an odd picture mislead the line

File = TypeVar("File")


@dataclass(frozen=True)
class Trial(Generic[File]):
    """An encode at one quality, and the amount of what the target limits."""

    quality: int
    amount: float
    file: File


def search_quality(
    encode: Callable[[int], Trial[File]], target: float, *, rises: bool, start: int
) -> Trial[File] | None:
    """Returns the trial nearest to the target that does not exceed it; None where none was found.

    Args:
        encode: Makes a trial.
        target: The largest amount allowed.
        rises: Whether the amount rises with quality, as bytes do, or falls, as errors do.
        start: Quality of the first trial.
    """
    best: Trial[File] | None = None
    # Places count so that the amount rises with them; the answer lies from `within` to below `beyond`.
    within, beyond = -1, QUALITIES
    points: dict[int, float] = {}
    place = start if rises else QUALITIES - 1 - start
    while True:
        trial = encode(place if rises else QUALITIES - 1 - place)
        points[place] = math.log(max(trial.amount, 1e-9))
        if trial.amount <= target:
            best, within = trial, place
        else:
            beyond = place
        if beyond - within <= 1:
            return best
        place = _next(points, math.log(max(target, 1e-9)), within, beyond)


def _next(points: dict[int, float], target: float, within: int, beyond: int) -> int:
    """The next place to try, between the two, neither of them."""
    halfway = (within + beyond) // 2
    if len(points) > _TRIALS_BY_SECANT:
        return halfway
    known = sorted(points, key=lambda place: abs(points[place] - target))[:2]
    first, second = known[0], known[-1]
    rise = points[second] - points[first]
    slope = rise / (second - first) if first != second else _typical_slope()
    if slope <= 0:
        return halfway
    guess = math.floor(first + (target - points[first]) / slope)
    return min(max(guess, within + 1), beyond - 1)


def _typical_slope() -> float:
    """Of the logarithm of bytes or squared error over a quality: the range from 0.1 to 1.5 bits a pixel."""
    return math.log(15) / QUALITIES
