"""The search for the quantiser scale that meets a target, sparing with full encodes.

Whatever the target, it is an amount that must not be exceeded: bytes, mean squared error, or what a score
misses to 100. Amounts fall or rise nearly as a power of the scale, so secants in logarithms find it in few
steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

# Below the first every step is 1; beyond the second every step is 255 for the observers here.
MIN_SCALE = 0.2
MAX_SCALE = 2000.0

_MAX_TRIALS = 16
_TRIALS_BY_LAW = 3  # on one side of the target, before the end of the range is tried
_HALVINGS = (7, 10, 13)  # trials that halve the interval, should interpolation crawl
_MAX_ESTIMATES = 3
_NARROW = 1.002  # scales nearer than this differ by less than the rounding of steps to whole numbers
_CLOSE_ESTIMATE = 0.12  # relative distance to the target at which estimating ends

File = TypeVar("File")


@dataclass(frozen=True)
class Trial(Generic[File]):
    """A full encode at one scale, and the amount of what the target limits."""

    scale: float
    amount: float
    file: File


class _PowerLaw:
    """amount = factor * scale ** slope through the last two points; with one point the slope is a guess."""

    def __init__(self, slope: float) -> None:
        self._guess = slope
        self._slope = slope
        self._last: tuple[float, float] | None = None

    def add(self, scale: float, amount: float) -> None:
        point = math.log(scale), math.log(max(amount, 1e-9))
        if self._last is not None and abs(point[0] - self._last[0]) > math.log(_NARROW):
            slope = (point[1] - self._last[1]) / (point[0] - self._last[0])
            # A slope far from what it always is comes from noise between near points.
            if 0.25 < slope / self._guess < 4:
                self._slope = slope
        self._last = point

    def rescale(self, factor: float) -> None:
        """Corrects all amounts by a factor."""
        assert self._last is not None, "a point comes first"
        self._last = self._last[0], self._last[1] + math.log(factor)

    def amount_at(self, scale: float) -> float:
        assert self._last is not None, "a point comes first"
        return math.exp(self._last[1] + (math.log(scale) - self._last[0]) * self._slope)

    def scale_for(self, amount: float) -> float:
        assert self._last is not None, "a point comes first"
        scale = math.exp(self._last[0] + (math.log(amount) - self._last[1]) / self._slope)
        return min(max(scale, MIN_SCALE), MAX_SCALE)


class _Bracket:
    """The last points found on either side of the target, as logarithms of scale and amount."""

    def __init__(self) -> None:
        self._within: tuple[float, float] | None = None
        self._beyond: tuple[float, float] | None = None

    def add(self, scale: float, amount: float, *, within: bool) -> None:
        point = math.log(scale), math.log(max(amount, 1e-9))
        if within:
            self._within = point
        else:
            self._beyond = point

    @property
    def is_closed(self) -> bool:
        return self._within is not None and self._beyond is not None

    @property
    def is_narrow(self) -> bool:
        if self._within is None or self._beyond is None:
            return False
        return abs(self._within[0] - self._beyond[0]) < math.log(_NARROW)

    def scale_for(self, amount: float) -> float:
        """On the line through both points, kept off its ends so that neither stays for ever."""
        assert self._within is not None and self._beyond is not None, "closed"
        rise = self._beyond[1] - self._within[1]
        share = (math.log(amount) - self._within[1]) / rise if rise > 0 else 0.5
        share = min(max(share, 0.05), 0.95)
        return math.exp(self._within[0] + share * (self._beyond[0] - self._within[0]))

    def middle(self) -> float:
        assert self._within is not None and self._beyond is not None, "closed"
        return math.exp((self._within[0] + self._beyond[0]) / 2)


def search_scale(
    encode: Callable[[float], Trial[File]],
    target: float,
    *,
    start: float,
    slope: float,
    tolerance: float,
    estimate: Callable[[float], float] | None = None,
) -> Trial[File] | None:
    """The trial with the largest amount that does not exceed the target; None where none was found.

    Args:
        encode: A full encode at a scale.
        target: Amount not to exceed, above 0.
        start: First scale to look at.
        slope: Usual power of the scale that the amount follows; its sign says whether it falls or rises.
        tolerance: Share of the target that may stay unused after the first trial; twice that after others.
        estimate: A cheap estimate of the amount at a scale, right but for a factor.
    """
    law = _PowerLaw(slope)
    aim = target * (1 - tolerance / 2)
    scale = start if estimate is None else _estimated_scale(estimate, law, start, aim)
    bracket = _Bracket()
    best: Trial[File] | None = None
    for number in range(_MAX_TRIALS):
        trial = encode(scale)
        if number == 0 and estimate is not None:
            law.rescale(max(trial.amount, 1e-9) / law.amount_at(scale))
        law.add(scale, trial.amount)
        within = trial.amount <= target
        if within and (best is None or trial.amount > best.amount):
            best = trial
        # Less is asked for as trials go on, since steps are whole numbers and amounts no smooth curve.
        if within and trial.amount >= target * (1 - tolerance * min(1 + number, 2)):
            break
        bracket.add(scale, trial.amount, within=within)
        end = MAX_SCALE if within == (slope > 0) else MIN_SCALE
        if bracket.is_narrow or scale == end:
            break
        if bracket.is_closed:
            scale = bracket.middle() if number in _HALVINGS else bracket.scale_for(aim)
        else:
            following = law.scale_for(aim)
            # What is not found soon lies far off, or out of reach: the end of the range tells.
            onwards = (following > scale) == (end > scale) and number < _TRIALS_BY_LAW
            scale = following if onwards and following != scale else end
    return best


def _estimated_scale(estimate: Callable[[float], float], law: _PowerLaw, start: float, aim: float) -> float:
    """Where the estimates, which `law` learns, meet the aim."""
    scale = start
    for _ in range(_MAX_ESTIMATES):
        amount = estimate(scale)
        law.add(scale, amount)
        if abs(amount / aim - 1) < _CLOSE_ESTIMATE:
            break
        following = law.scale_for(aim)
        if following == scale:
            break
        scale = following
    return law.scale_for(aim)
