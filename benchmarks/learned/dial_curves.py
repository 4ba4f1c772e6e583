"""What benchmarks/learned/dial.py reads off curves of means over pictures, with intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from beholder.errors import UsageError
from beholder.evaluation.bootstrap import percentile_interval
from beholder.evaluation.curves_of_rows import matrix_of
from beholder.evaluation.deltas import MOST_DRAWS_REFUSED, Window, curve_delta
from beholder.evaluation.mean_curve import MeanCurve
from beholder.evaluation.presets.set_curves import Comparison, SetCurves
from beholder.evaluation.published_curves import find_published
from beholder.evaluation.rows import Row, by_codec_and_item
from beholder.evaluation.run_record import Run
from beholder.evaluation.score import Column

_PUBLISHED_WINDOW_BPP: Window = (0.1, 1.0)  # where the figures of the second paper lie, as preset s2 says
Read = Callable[[Comparison], float]


@dataclass(frozen=True)
class Dial:
    """Codecs that differ in the observer alone.

    Attributes:
        by_alpha: Names, from the person (0) up.
    """

    by_alpha: Mapping[float, str]

    @property
    def names(self) -> list[str]:
        """The names, from the person up."""
        return list(self.by_alpha.values())

    @property
    def machine(self) -> str | None:
        """The name at the other end, where there is one."""
        return self.names[-1] if len(self.by_alpha) > 1 else None


@dataclass(frozen=True)
class Reading:
    """A number of two mean curves.

    Attributes:
        value: None where a curve does not reach.
        interval: Of 95 %; None where more draws than a few do not reach either.
    """

    value: float | None
    interval: tuple[float, float] | None

    def record(self) -> dict[str, Any]:
        """Return it as a result file has it."""
        return {"value": self.value, "interval": None if self.interval is None else list(self.interval)}


def reading(curves: SetCurves, read: Read) -> Reading:
    """Return a number of the pictures' mean curves with its interval by the bootstrap over pictures."""
    if not curves.count:
        return Reading(None, None)
    value = read(curves.comparison())
    if not math.isfinite(value):
        return Reading(None, None)
    drawn = [read(draw) for draw in curves.draws()] if curves.count > 1 else []
    reached = [each for each in drawn if math.isfinite(each)]
    if not drawn or len(reached) < (1 - MOST_DRAWS_REFUSED) * len(drawn):
        return Reading(value, None)
    return Reading(value, percentile_interval(np.array(reached)))


def saved(rows: Iterable[Row], test: str, anchor: str, column: Column, level: float) -> dict[str, Any]:
    """Return the percent of the anchor's bits that are saved where both mean scores are `level`.

    Between points the rate's logarithm is linear in the score as the column draws it: for a divergence in its
    logarithm. Where the codec's smallest files are already better than `level`, it needs at most their rate:
    the number, and `is_least`, say that at least so much is saved. An interval counts draws in the same way.
    """
    by_codec = by_codec_and_item(rows)
    score = column.on_curve(level)

    def read(curves: Comparison) -> float:
        drawn = on_curves(curves, column)
        return 100 * (1 - least_rate(drawn.test, score) / drawn.anchor.rate_for(score))

    curves = SetCurves(by_codec[anchor], by_codec[test], None, column)
    found = reading(curves, read)
    is_least = found.value is not None and not math.isfinite(
        on_curves(curves.comparison(), column).test.rate_for(score)
    )
    return {"test": test, "anchor": anchor, "divergence": level, **found.record(), "is_least": is_least}


def least_rate(curve: MeanCurve, score: float) -> float:
    """Return the rate for a score; the first one of a curve that is better all along, NaN of a worse one."""
    return float(curve.rates_bpp[0]) if score <= curve.scores.min() else curve.rate_for(score)


def top1_lost(
    rows: Iterable[Row], test: str, original: str, column: Column, rate_bpp: float
) -> list[dict[str, Any]]:
    """Return for each codec the points of right first answers lost at a rate, and how many more than `test`.

    Args:
        rows: Of all codecs, and of the originals.
        test: Name of the codec that the others are held against, picture by picture.
        original: Name under which the originals were measured.
        column: Of the score, 1 where the first answer is right and else 0.
        rate_bpp: Mean rate.
    """
    by_codec = by_codec_and_item(rows)

    def lost(curves: Comparison) -> float:
        return 100 * (curves.original - curves.test.score_at(rate_bpp))

    def more(curves: Comparison) -> float:
        return 100 * (curves.anchor.score_at(rate_bpp) - curves.test.score_at(rate_bpp))

    found = []
    for codec, own in by_codec.items():
        if codec == original:
            continue
        curves = SetCurves(by_codec[test], own, by_codec[original], column)
        difference = None if codec == test else reading(curves, more).record()
        originals = 100 * curves.comparison().original if curves.count else None
        found.append(
            {
                "codec": codec,
                "rate_bpp": rate_bpp,
                "original_percent": originals,
                "lost": reading(curves, lost).record(),
                "more_than_test": difference,
                "test": test,
            }
        )
    return found


def monotone(rows: Iterable[Row], dial: Dial, column: Column, rates_bpp: Sequence[float]) -> dict[str, Any]:
    """Return a score at equal rates along the dial, and whether it is monotone there.

    Returns:
        `values`, a row for each rate and in it a number for each alpha as the column draws it, None beyond a
        curve; and for each rate in `turns` by how much the score turns back at most (`turned_back`).
    """
    by_codec = by_codec_and_item(rows)
    grid: list[list[float | None]] = []
    for rate_bpp in rates_bpp:
        row: list[float | None] = []
        for name in dial.names:
            curves = SetCurves(by_codec[name], by_codec[name], None, column)
            score = (
                on_curves(curves.comparison(), column).test.score_at(rate_bpp) if curves.count else math.nan
            )
            row.append(score if math.isfinite(score) else None)
        grid.append(row)
    return {
        "score": column.name,
        "unit": column.delta_unit,
        "alphas": list(dial.by_alpha),
        "rates_bpp": list(rates_bpp),
        "values": grid,
        "turns": [turned_back(row) for row in grid],
    }


def turned_back(values: Sequence[float | None]) -> float | None:
    """Return the largest step against the way from the first value to the last; 0 where all go that way.

    None where fewer than two of the values are there.
    """
    there = [value for value in values if value is not None]
    if len(there) < 2:
        return None
    direction = 1 if there[-1] >= there[0] else -1
    return float(max(0.0, -(direction * np.diff(there)).min()))


def against_published(run: Run, codec: str, published: str) -> dict[str, Any]:
    """Return Bjontegaard's delta of the rate of a codec's mean curve against a published one, by score.

    Over all that both curves cover (`percent`), and over the rates of the paper's figures (`window_percent`).
    None where they cannot be compared.
    """
    by_item = by_codec_and_item(run.rows)[codec]
    record: dict[str, Any] = {"published": published, "window_bpp": list(_PUBLISHED_WINDOW_BPP), "scores": {}}
    for column in run.columns:
        deltas: dict[str, Any] = {"percent": None, "overlap": None, "window_percent": None}
        own = matrix_of(by_item, column)
        for key, window in (("percent", None), ("window_percent", _PUBLISHED_WINDOW_BPP)):
            try:
                found = curve_delta(
                    find_published(published).curve(column), own.mean_curve(column), "rate", window
                )
            except UsageError:
                continue
            deltas[key] = found.value
            if window is None:
                deltas["overlap"] = found.overlap
        record["scores"][column.name] = deltas
    return record


def means_of(run: Run, titles: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Return by codec its means, one for each quality, of rate and scores; infinite ones are left out.

    Args:
        run: A run.
        titles: What to call scores instead of their names.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for mean in run.means:
        scores = {titles.get(name, name): each for name, each in mean.scores.items() if math.isfinite(each)}
        own = {"quality": mean.quality, "rate_bpp": mean.rate_bpp, "scores": scores}
        found.setdefault(mean.codec, []).append(own)
    return found


def on_curves(curves: Comparison, column: Column) -> Comparison:
    """Return the same with scores where their column draws them, higher being better."""

    def drawn(scores: np.ndarray) -> np.ndarray:
        return np.array([column.on_curve(float(score)) for score in scores])

    return replace(
        curves,
        anchor=replace(curves.anchor, scores=drawn(curves.anchor.scores)),
        test=replace(curves.test, scores=drawn(curves.test.scores)),
    )
