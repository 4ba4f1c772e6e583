"""What is read from the curves of a set of pictures: one cell of a table each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np

from beholder.errors import UsageError
from beholder.evaluation.bootstrap import percentile_interval
from beholder.evaluation.curves import RateScoreCurve
from beholder.evaluation.curves_of_rows import matrix_of
from beholder.evaluation.deltas import MOST_DRAWS_REFUSED, Kind, SetDelta, Window, curve_delta
from beholder.evaluation.kodak import KODAK_COUNT
from beholder.evaluation.observer_dial import dial_place
from beholder.evaluation.presets.set_curves import Comparison, RowsByItem, SetCurves
from beholder.evaluation.published_curves import PublishedCurve, find_published
from beholder.evaluation.score import Column

NOTHING = ""
NOT_REACHED = "not reached"


@dataclass(frozen=True)
class Measured:
    """A score over a set of pictures.

    Attributes:
        rows: Of the pictures by codec, then by picture.
        anchor: Name of the codec that counts as 0.
        column: Of the score.
        originals: Rows of the originals by picture, where they were measured.
        deltas: Of this column, against the anchor, published curves' included.
        is_whole_kodak: Whether the pictures are all of Kodak's, which published curves are over.
    """

    rows: Mapping[str, RowsByItem]
    anchor: str
    column: Column
    originals: RowsByItem | None
    deltas: Sequence[SetDelta] = field(default=())
    is_whole_kodak: bool = False
    _compared: dict[tuple[str, str], tuple[Comparison, ...]] = field(default_factory=dict, repr=False)

    def compared(self, codec: str, anchor: str) -> tuple[Comparison, ...]:
        """Return the curves of all pictures, and those of each draw; none where no picture has them."""
        if (codec, anchor) not in self._compared:
            curves = SetCurves(self.rows[anchor], self.rows[codec], self.originals, self.column)
            found = [curves.comparison()] if curves.count else []
            self._compared[codec, anchor] = (*found, *(curves.draws() if curves.count > 1 else ()))
        return self._compared[codec, anchor]


def _bracketed(interval: tuple[float, float] | None, number: Callable[[float], str]) -> str:
    return "" if interval is None else f" [{number(interval[0])}, {number(interval[1])}]"


@dataclass(frozen=True, kw_only=True)
class CurveReading:
    """A number of two mean curves, with its interval by the bootstrap over pictures.

    Attributes:
        title: With the unit.
        read: Of the curves; NaN where they do not reach.
        places: After the decimal point.
        signed: Whether a plus is written.
        times: What the number is multiplied by, such as 100 for percent.
        of_anchor: Whether it says something of the anchor itself.
        least: What the number is at least, where `read` gives NaN because the anchor's curve ends too early.
        anchor: Names the codec that counts as 0 for a codec; None for the run's anchor. Where it names none,
            or one without rows, there is no number.
    """

    title: str
    read: Callable[[Comparison], float]
    places: int
    signed: bool = False
    times: float = 1.0
    of_anchor: bool = False
    least: Callable[[Comparison], float] | None = None
    anchor: Callable[[str], str | None] | None = None

    def of_codec(self, measured: Measured, codec: str) -> str:
        """Return the number with its interval of 95 %."""
        anchor = measured.anchor if self.anchor is None else self.anchor(codec)
        if anchor is None or anchor not in measured.rows or (codec == anchor and not self.of_anchor):
            return NOTHING
        compared = measured.compared(codec, anchor)
        if not compared:
            return NOT_REACHED
        comparison, *draws = compared
        value = self.times * self.read(comparison)
        if not math.isfinite(value):
            least = math.nan if self.least is None else self.times * self.least(comparison)
            return f"more than {self._number(least)}" if math.isfinite(least) else NOT_REACHED
        return f"{self._number(value)}{self._interval(draws)}"

    def of_published(self, measured: Measured, curve: PublishedCurve) -> str:
        """Return no text: published curves are means over other pictures."""
        return NOTHING

    def _interval(self, draws: Sequence[Comparison]) -> str:
        drawn = [self.times * self.read(comparison) for comparison in draws]
        reached = [value for value in drawn if math.isfinite(value)]
        if not drawn or len(reached) < (1 - MOST_DRAWS_REFUSED) * len(drawn):
            return ""
        return _bracketed(percentile_interval(np.array(reached)), self._number)

    def _number(self, value: float) -> str:
        return f"{value:{'+' if self.signed else ''}.{self.places}f}"


@dataclass(frozen=True, kw_only=True)
class DeltaReading:
    """A Bjontegaard delta against the anchor, as the table of a run has it.

    Attributes:
        title: With the unit.
        kind: Percent of rate, or units of the score.
        places: After the decimal point.
        times: What the number is multiplied by.
    """

    title: str
    kind: Kind
    places: int
    times: float = 1.0

    def of_codec(self, measured: Measured, codec: str) -> str:
        """Returns the delta with its interval of 95 %."""
        return NOTHING if codec == measured.anchor else self._cell(measured.deltas, codec)

    def of_published(self, measured: Measured, curve: PublishedCurve) -> str:
        """Returns the delta against the anchor's mean curve over the pictures of the published one."""
        return self._cell(measured.deltas, curve.title) if measured.is_whole_kodak else NOTHING

    def _cell(self, deltas: Iterable[SetDelta], codec: str) -> str:
        for delta in deltas:
            if (delta.codec, delta.kind) == (codec, self.kind) and delta.value is not None:
                return f"{self._number(delta.value)}{_bracketed(delta.interval, self._number)}"
        return "none"

    def _number(self, value: float) -> str:
        return f"{self.times * value:+.{self.places}f}"


@dataclass(frozen=True, kw_only=True)
class PublishedAnchorReading:
    """A Bjontegaard delta of rate against a published mean curve, in percent.

    Attributes:
        title: With the unit.
        anchor: Name of the published curve.
        window_bpp: Rates of it that are compared.
    """

    title: str
    anchor: str
    window_bpp: Window

    def of_codec(self, measured: Measured, codec: str) -> str:
        """Returns the delta of the codec's mean curve, over all of Kodak's pictures."""
        if not measured.is_whole_kodak:
            return NOTHING
        matrix = matrix_of(measured.rows[codec], measured.column)
        if len(matrix.items) < KODAK_COUNT:  # some failed, and the published means are over all
            return "none"
        return self._delta(measured, matrix.mean_curve)

    def of_published(self, measured: Measured, curve: PublishedCurve) -> str:
        """Return the delta of another published curve."""
        return "0" if curve.name == self.anchor else self._delta(measured, curve.curve)

    def _delta(self, measured: Measured, test: Callable[[Column], RateScoreCurve]) -> str:
        try:
            anchor = find_published(self.anchor).curve(measured.column)
            return f"{curve_delta(anchor, test(measured.column), 'rate', self.window_bpp).value:+.1f}"
        except UsageError:
            return "none"


# Columns of tables: a title above, and cells of codecs that were measured and of published mean curves.
Reading: TypeAlias = CurveReading | DeltaReading | PublishedAnchorReading

# Of the number of a cell: places after the decimal point, and what it is multiplied by.
_UNITS = {"%": (1, 100.0), "points": (1, 100.0), "dB": (2, 1.0), "": (4, 1.0)}


def reading(title: str, read: Callable[[Comparison], float], unit: str = "", **more: Any) -> CurveReading:
    """Return a column of numbers in percent or points of a share, in dB, or of a score without a unit."""
    places, times = _UNITS[unit]
    titled = f"{title}, {unit}" if unit else title
    return CurveReading(title=titled, read=read, places=places, times=times, **more)


def at(rate_bpp: float, unit: str = "", what: str = "") -> CurveReading:
    """Return the column of the score at a rate."""
    return reading(f"{what} at {rate_bpp} bpp".strip(), score_at(rate_bpp), unit, of_anchor=True)


def above(anchor: str, rate_bpp: float, unit: str = "") -> CurveReading:
    """Return the column of how much the score at a rate is above the anchor's, which is called so."""
    return reading(f"above {anchor} at {rate_bpp} bpp", gain_at(rate_bpp), unit, signed=True)


def above_people(rate_bpp: float, unit: str = "") -> CurveReading:
    """Return the column of how much the score at a rate is above that of the same codec for people alone."""

    def for_people(codec: str) -> str | None:
        place = dial_place(codec)
        return None if place is None else place.dial

    return replace(above("alpha = 0", rate_bpp, unit), anchor=for_people)


def bd_rate(words: str = "BD-rate") -> DeltaReading:
    """Return the column of Bjontegaard deltas of rate."""
    return DeltaReading(title=f"{words}, %", kind="rate", places=1)


def score_at(rate_bpp: float) -> Callable[[Comparison], float]:
    """Reads the score at a rate."""
    return lambda curves: curves.test.score_at(rate_bpp)


def anchor_score_at(rate_bpp: float) -> Callable[[Comparison], float]:
    """Reads the anchor's score at a rate."""
    return lambda curves: curves.anchor.score_at(rate_bpp)


def gain_at(rate_bpp: float) -> Callable[[Comparison], float]:
    """Reads by how much the score at a rate is above the anchor's."""
    return lambda curves: curves.test.score_at(rate_bpp) - curves.anchor.score_at(rate_bpp)


def loss_at(rate_bpp: float) -> Callable[[Comparison], float]:
    """Reads by how much the score at a rate is below that of the originals."""
    return lambda curves: curves.original - curves.test.score_at(rate_bpp)


def kept_at(rate_bpp: float) -> Callable[[Comparison], float]:
    """Reads the score at a rate as a share of that of the originals."""
    return lambda curves: curves.test.score_at(rate_bpp) / (curves.original or math.nan)


def rate_divided(level: Callable[[Comparison], float]) -> Callable[[Comparison], float]:
    """Reads by what the anchor's rate is divided at an equal score.

    Both rates are the least that reach it: where curves are flat, neither gains by it.

    Args:
        level: Reads the score.
    """
    return lambda curves: curves.anchor.rate_for(level(curves)) / curves.test.rate_for(level(curves))


def least_rate_divided(level: Callable[[Comparison], float]) -> Callable[[Comparison], float]:
    """Reads what `rate_divided` is at least, where the anchor never reaches the score."""

    def read(curves: Comparison) -> float:
        if not level(curves) > curves.anchor.scores[-1]:
            return math.nan
        return float(curves.anchor.rates_bpp[-1]) / curves.test.rate_for(level(curves))

    return read


def most_gain(curves: Comparison) -> float:
    """Reads by how much the score is above the anchor's at most, at the codec's own rates."""
    gains = [
        score - curves.anchor.score_at(rate)
        for rate, score in zip(curves.test.rates_bpp, curves.test.scores, strict=True)
    ]
    finite = [gain for gain in gains if math.isfinite(gain)]
    return max(finite) if finite else math.nan
