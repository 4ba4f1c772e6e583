"""The one search for the setting of an encoder that meets a target, sparing with full encodes.

Whatever the target, it is an amount that must not be exceeded: bytes, mean squared error, or what a score
misses to 100. The logarithms of amounts are nearly a line over settings (over the logarithm of a quantiser's
scale, or over a quality), so that secants find the place in few steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

_TRIALS_BY_LAW = 3  # on one side of the target, before the end of the range is tried
_MAX_ESTIMATES = 3
_CLOSE_ESTIMATE = 0.12  # relative distance to the target at which estimating ends
_MIN_AMOUNT = 1e-9  # so that there is a logarithm

File = TypeVar("File")


@dataclass(frozen=True)
class Trial(Generic[File]):
    """A full encode at one setting, and the amount of what the target limits."""

    setting: float
    amount: float
    file: File


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings that a search may try.

    Attributes:
        lowest: The first.
        highest: The last.
        is_whole: Whether they are whole numbers. The search then ends at two neighbours of which one meets
            the target, unless its tolerance ends it before.
        is_logarithmic: Whether the axis that amounts follow is the logarithm of the setting.
        narrow: Distance on that axis below which two settings are as one.
        halvings: Numbers of trials that halve the interval, should interpolation crawl.
    """

    lowest: float
    highest: float
    is_whole: bool = False
    is_logarithmic: bool = False
    narrow: float
    halvings: Container[int]

    def place(self, setting: float) -> float:
        """Return where a setting lies on the axis."""
        return math.log(setting) if self.is_logarithmic else setting

    def setting(self, place: float) -> float:
        """Return the setting at a place, within the range."""
        setting = math.exp(place) if self.is_logarithmic else place
        return min(max(setting, self.lowest), self.highest)


@dataclass(frozen=True, kw_only=True)
class Guide:
    """What is known of amounts before the first trial.

    Attributes:
        start: First setting to look at. None: on the line through what is `known`.
        slope: Usual slope of the logarithm of the amount over the axis of the settings; its sign says whether
            amounts rise or fall.
        tolerance: Share of the target that may stay unused after the first trial; twice that after others. 0:
            only neighbours, or the end of the range, end the search.
        estimate: A cheap estimate of the amount at a setting, right but for a factor.
        known: Settings and amounts on both sides of the target.
        max_trials: How many full encodes there may be.
    """

    start: float | None = None
    slope: float
    tolerance: float = 0.0
    estimate: Callable[[float], float] | None = None
    known: Iterable[tuple[float, float]] = ()
    max_trials: int = 16


class _Point(NamedTuple):
    """A place on the axis of the settings, and the logarithm of the amount there."""

    place: float
    level: float


def _level(amount: float) -> float:
    return math.log(max(amount, _MIN_AMOUNT))


class _Law:
    """A line through the last two points; with one point its slope is a guess."""

    def __init__(self, settings: Settings, slope: float) -> None:
        self._settings = settings
        self._guess = slope
        self._slope = slope
        self._last: _Point | None = None

    def add(self, point: _Point, *, of_other_scale: bool = False) -> None:
        """Add a point; one that differs from those before by an unknown factor tells nothing of the slope."""
        last = self._last
        if last is not None and not of_other_scale and abs(point.place - last.place) > self._settings.narrow:
            slope = (point.level - last.level) / (point.place - last.place)
            # A slope far from what it always is comes from noise between near points.
            if 0.25 < slope / self._guess < 4:
                self._slope = slope
        self._last = point

    def setting_for(self, level: float) -> float:
        assert self._last is not None, "a point comes first"
        return self._settings.setting(self._last.place + (level - self._last.level) / self._slope)


class _Bracket:
    """The last points found on either side of the target."""

    def __init__(self, settings: Settings, *, rises: bool) -> None:
        self._settings = settings
        self._rises = rises
        self._within: _Point | None = None
        self._beyond: _Point | None = None

    def add(self, point: _Point, *, within: bool) -> None:
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
        return abs(self._within.place - self._beyond.place) < self._settings.narrow

    def setting_for(self, level: float, *, halve: bool = False) -> float:
        """Halfway, or on the line through both points; kept off its ends so that neither stays for ever."""
        assert self._within is not None and self._beyond is not None, "closed"
        if halve:
            return self._settings.setting((self._within.place + self._beyond.place) / 2)
        rise = self._beyond.level - self._within.level
        share = (level - self._within.level) / rise if rise > 0 else 0.5
        margin = 0.0 if self._settings.is_whole else 0.05  # `fitting` keeps whole ones off
        share = min(max(share, margin), 1 - margin)
        return self._settings.setting(self._within.place + share * (self._beyond.place - self._within.place))

    def fitting(self, setting: float) -> float:
        """Return the setting; of whole ones the next on the side of smaller amounts that was not tried."""
        if not self._settings.is_whole:
            return setting
        lower, upper = (self._within, self._beyond) if self._rises else (self._beyond, self._within)
        first = self._settings.lowest if lower is None else lower.place + 1
        last = self._settings.highest if upper is None else upper.place - 1
        return min(max(math.floor(setting) if self._rises else math.ceil(setting), first), last)


def search(
    encode: Callable[[float], File],
    amount: Callable[[File], float],
    target: float,
    settings: Settings,
    guide: Guide,
) -> Trial[File] | None:
    """Return the trial with the largest amount that does not exceed the target; None where none was found.

    Args:
        encode: A full encode at a setting.
        amount: Of a file. Called when `encode` has returned, so that what that needed is gone.
        target: Amount not to exceed.
        settings: Which may be tried.
        guide: What is known before.
    """
    rises = guide.slope > 0
    aim = _level(target * (1 - guide.tolerance / 2))
    law, bracket = _Law(settings, guide.slope), _Bracket(settings, rises=rises)
    for setting, known in guide.known:
        bracket.add(_Point(settings.place(setting), _level(known)), within=known <= target)
    if bracket.is_narrow:
        return None  # nothing lies between what is known
    if guide.start is None:
        setting = bracket.fitting(bracket.setting_for(aim))
    elif guide.estimate is None:
        setting = guide.start
    else:
        setting = _estimated_setting(guide.estimate, guide.start, law, settings, aim)
    best: Trial[File] | None = None
    for number in range(guide.max_trials):
        file = encode(setting)
        trial = Trial(setting, amount(file), file)
        point = _Point(settings.place(setting), _level(trial.amount))
        law.add(point, of_other_scale=number == 0 and guide.estimate is not None)
        within = trial.amount <= target
        # A later whole setting lies nearer to the target, even where its amount is the same.
        if within and (best is None or settings.is_whole or trial.amount > best.amount):
            best = trial
        # Less is asked for as trials go on, since steps are whole numbers and amounts no smooth curve.
        enough = target * (1 - guide.tolerance * min(1 + number, 2))
        if within and guide.tolerance > 0 and trial.amount >= enough:
            break
        bracket.add(point, within=within)
        end = settings.highest if within == rises else settings.lowest
        if bracket.is_narrow or setting == end:
            break
        if bracket.is_closed:
            following = bracket.setting_for(aim, halve=number in settings.halvings)
        else:
            following = law.setting_for(aim)
            # What is not found soon lies far off, or out of reach: the end of the range tells.
            onwards = (following > setting) == (end > setting) and number < _TRIALS_BY_LAW
            following = following if onwards and following != setting else end
        setting = bracket.fitting(following)
    return best


def _estimated_setting(
    estimate: Callable[[float], float], start: float, law: _Law, settings: Settings, aim: float
) -> float:
    """Where the estimates, which `law` learns, meet the aim."""
    setting = start
    for _ in range(_MAX_ESTIMATES):
        amount = estimate(setting)
        law.add(_Point(settings.place(setting), _level(amount)))
        if abs(amount / math.exp(aim) - 1) < _CLOSE_ESTIMATE:
            break
        following = law.setting_for(aim)
        if following == setting:
            break
        setting = following
    return law.setting_for(aim)
