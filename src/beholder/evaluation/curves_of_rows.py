"""Curves from rows: of each picture, and of the means over pictures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from beholder.errors import UsageError
from beholder.evaluation.curves import RateScoreCurve
from beholder.evaluation.rows import Row
from beholder.evaluation.score import Aggregate, Column
from beholder.evaluation.sets.records import RecordSet, parse_records

Values: TypeAlias = NDArray[np.float64]

_COSTS = ("encode_cpu_s", "decode_cpu_s")


@dataclass(frozen=True)
class Mean:
    """Of one codec at one quality over the pictures that it made a file of.

    Attributes:
        codec: Name.
        quality: On the codec's scale.
        items: How many pictures are in it.
        rate_bpp: Mean of the pictures' rates.
        scores: Mean of each column, over the pictures that have it; the number of a set where pictures have
            records, and its relatives, such as ``map-box50:MODEL``.
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
                **{
                    name: fmean(row.scores[name] for row in group if name in row.scores)
                    for name in dict.fromkeys(name for row in group for name in row.scores)
                },
                **_of_sets(group),
            },
            cpu_s={name: fmean(getattr(row, name) for row in group) for name in _COSTS},
        )
        for (codec, quality), group in groups.items()
    ]


def _of_sets(rows: Sequence[Row]) -> dict[str, float]:
    """Numbers of the whole set, by column."""
    found: dict[str, float] = {}
    for name in dict.fromkeys(name for row in rows for name in row.records):
        records = parse_records([row.records[name] for row in rows if name in row.records])
        once = np.ones((1, sum(name in row.records for row in rows)))
        kind, colon, model = name.partition(":")
        found[name] = float(records.mean(once)[0])
        for variant, values in records.variants(once).items():
            found[f"{kind}{variant}{colon}{model}"] = float(values[0])
    return found


def curve_of_item(rows: Iterable[Row], column: Column) -> RateScoreCurve:
    """Returns the curve of one picture and codec; lossless points, whose score is infinite, are left out."""
    return _curve(
        (row.rate_bpp, column.on_curve(row.scores[column.name]))
        for row in rows
        if row.rate_bpp is not None and column.name in row.scores
    )


@dataclass(frozen=True)
class _Numbers:
    """(n, qualities) numbers; means are (R, qualities), where pictures count (R, n) times."""

    values: Values

    def of_items(self, indices: Sequence[int]) -> _Numbers:
        return _Numbers(self.values[list(indices)])

    def means(self, weights: Values) -> Values:
        return np.asarray(weights @ self.values / weights.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class _Records:
    """By picture its records at each quality, from which numbers of sets are made."""

    texts: Sequence[Sequence[str]]

    def of_items(self, indices: Sequence[int]) -> _Records:
        return _Records([self.texts[index] for index in indices])

    def means(self, weights: Values) -> Values:
        return np.stack([records.mean(weights) for records in self._by_quality], axis=1)

    @cached_property
    def _by_quality(self) -> list[RecordSet]:
        return [parse_records(texts) for texts in zip(*self.texts, strict=True)]


_Scores: TypeAlias = _Numbers | _Records


@dataclass(frozen=True)
class Matrix:
    """Rates and scores of one codec, for pictures that have them at every quality.

    Attributes:
        items: (n) names.
        rates_bpp: (n, qualities).
        scores: As in the rows.
    """

    items: tuple[str, ...]
    rates_bpp: Values
    scores: _Scores

    def of_items(self, names: Sequence[str]) -> Matrix:
        """Returns the part of these pictures, in their order."""
        places = {name: index for index, name in enumerate(self.items)}
        indices = [places[name] for name in names]
        return Matrix(tuple(names), self.rates_bpp[indices], self.scores.of_items(indices))

    def means(self, weights: Values) -> tuple[Values, Values]:
        """Returns mean rates and scores, both (R, qualities).

        Args:
            weights: (R, n) how often each picture counts.
        """
        return _Numbers(self.rates_bpp).means(weights), self.scores.means(weights)

    def mean_curve(self, column: Column) -> RateScoreCurve:
        """Returns the curve of means over the pictures.

        Raises:
            UsageError: There is no picture.
        """
        if not self.items:
            raise UsageError("no picture has the score at every quality")
        rates_bpp, scores = self.means(np.ones((1, len(self.items))))
        return curve_of_means(rates_bpp[0], scores[0], column)


def matrix_of(rows_by_item: Mapping[str, Sequence[Row]], column: Column) -> Matrix:
    """Returns what pictures without a gap have."""
    name = column.name
    whole = {
        item: rows
        for item, rows in rows_by_item.items()
        if all(row.rate_bpp is not None and (name in row.scores or name in row.records) for row in rows)
    }
    rates = np.array([[row.rate_bpp for row in rows] for rows in whole.values()], dtype=np.float64)
    scores: _Scores
    if column.aggregate is Aggregate.RECORDS:
        scores = _Records([[row.records[name] for row in rows] for rows in whole.values()])
    else:
        numbers = [[row.scores[name] for row in rows] for rows in whole.values()]
        scores = _Numbers(np.array(numbers, dtype=np.float64))
    return Matrix(tuple(whole), rates, scores)


def curve_of_means(rates_bpp: Iterable[float], scores: Iterable[float], column: Column) -> RateScoreCurve:
    """Returns the curve through means of rates and scores."""
    return _curve(
        (float(rate), column.on_curve(float(score))) for rate, score in zip(rates_bpp, scores, strict=True)
    )


def _curve(points: Iterable[tuple[float, float]]) -> RateScoreCurve:
    return RateScoreCurve.from_points(point for point in points if math.isfinite(point[1]))
