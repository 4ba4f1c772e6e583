"""Curves from rows: of each picture, and of the means over pictures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from beholder.errors import UsageError
from beholder.evaluation.curves import RateScoreCurve
from beholder.evaluation.rows import Row
from beholder.evaluation.score import Score

_COSTS = ("encode_cpu_s", "decode_cpu_s")


@dataclass(frozen=True)
class Column:
    """One number that pictures are scored by.

    Attributes:
        name: As in the rows.
        unit: Such as dB; empty for none.
        higher_is_better: Whether a better picture has the larger number.
    """

    name: str
    unit: str
    higher_is_better: bool

    @property
    def is_divergence(self) -> bool:
        """Whether it is `kl` or `kl:MODEL`."""
        return self.name.partition(":")[0] == "kl"

    def on_curve(self, value: float) -> float:
        """Returns where a value stands on a curve, higher being better.

        MS-SSIM counts in decibels, -10 log10(1 - x), as the literature draws it: on its own scale all good
        pictures are near 1. A divergence counts by its logarithm, since it falls over decades.
        """
        if self.name == "ms-ssim":
            return -10 * math.log10(1 - value) if value < 1 else math.inf
        if self.is_divergence:
            return -math.log10(value) if value > 0 else math.inf
        return value if self.higher_is_better else -value


def columns_of(scores: Iterable[Score]) -> list[Column]:
    """Returns the columns of scores."""
    return [Column(name, score.unit, score.higher_is_better) for score in scores for name in score.columns]


@dataclass(frozen=True)
class Mean:
    """Of one codec at one quality over the pictures that it made a file of.

    Attributes:
        codec: Name.
        quality: On the codec's scale.
        items: How many pictures are in it.
        rate_bpp: Mean of the pictures' rates.
        scores: Mean of each column, over the pictures that have it.
        cpu_s: Mean processor seconds, by column.
    """

    codec: str
    quality: float
    items: int
    rate_bpp: float
    scores: Mapping[str, float]
    cpu_s: Mapping[str, float]


def means(rows: Sequence[Row]) -> list[Mean]:
    """Returns the means over pictures, codec by codec, in the order of the rows."""
    groups: dict[tuple[str, float], list[Row]] = {}
    for row in rows:
        if row.rate_bpp is not None:
            groups.setdefault((row.codec, row.quality), []).append(row)
    return [
        Mean(
            codec=codec,
            quality=quality,
            items=len(group),
            rate_bpp=fmean(row.rate_bpp for row in group if row.rate_bpp is not None),
            scores={
                name: fmean(row.scores[name] for row in group if name in row.scores)
                for name in dict.fromkeys(name for row in group for name in row.scores)
            },
            cpu_s={name: fmean(getattr(row, name) for row in group) for name in _COSTS},
        )
        for (codec, quality), group in groups.items()
    ]


def curve_of_item(rows: Iterable[Row], column: Column) -> RateScoreCurve:
    """Returns the curve of one picture and codec; lossless points, whose score is infinite, are left out."""
    return _curve(
        (row.rate_bpp, column.on_curve(row.scores[column.name]))
        for row in rows
        if row.rate_bpp is not None and column.name in row.scores
    )


@dataclass(frozen=True)
class Matrix:
    """Rates and scores of one codec, for pictures that have them at every quality.

    Attributes:
        items: (n) names.
        rates_bpp: (n, qualities).
        scores: (n, qualities), as in the rows.
    """

    items: tuple[str, ...]
    rates_bpp: NDArray[np.float64]
    scores: NDArray[np.float64]

    def of_items(self, names: Sequence[str]) -> Matrix:
        """Returns the part of these pictures, in their order."""
        indices = [self.items.index(name) for name in names]
        return Matrix(tuple(names), self.rates_bpp[indices], self.scores[indices])

    def mean_curve(self, column: Column) -> RateScoreCurve:
        """Returns the curve of means over the pictures.

        Raises:
            UsageError: There is no picture.
        """
        if not self.items:
            raise UsageError("no picture has the score at every quality")
        return curve_of_means(self.rates_bpp.mean(axis=0), self.scores.mean(axis=0), column)


def matrix_of(rows_by_item: Mapping[str, Sequence[Row]], column: Column) -> Matrix:
    """Returns what pictures without a gap have."""
    whole = {
        item: rows
        for item, rows in rows_by_item.items()
        if all(row.rate_bpp is not None and column.name in row.scores for row in rows)
    }
    rates = [[row.rate_bpp for row in rows] for rows in whole.values()]
    scores = [[row.scores[column.name] for row in rows] for rows in whole.values()]
    return Matrix(tuple(whole), np.array(rates, dtype=np.float64), np.array(scores, dtype=np.float64))


def curve_of_means(rates_bpp: Iterable[float], scores: Iterable[float], column: Column) -> RateScoreCurve:
    """Returns the curve through means of rates and scores."""
    return _curve(
        (float(rate), column.on_curve(float(score))) for rate, score in zip(rates_bpp, scores, strict=True)
    )


def _curve(points: Iterable[tuple[float, float]]) -> RateScoreCurve:
    return RateScoreCurve.from_points(point for point in points if math.isfinite(point[1]))
