"""What an observer's dial does at one rate: scores of a codec by alpha, as means over pictures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from beholder.evaluation.bootstrap import draw_counts, percentile_interval
from beholder.evaluation.curves_of_rows import Matrix, Values, matrix_of
from beholder.evaluation.deltas import MOST_DRAWS_REFUSED
from beholder.evaluation.mean_curve import MeanCurve
from beholder.evaluation.observer_dial import dials
from beholder.evaluation.report.run_data import ScoreColumn, score_columns
from beholder.evaluation.rows import by_codec_and_item, csv_of
from beholder.evaluation.run_record import Run
from beholder.evaluation.score import Column

# Scores of pictures on a dial whatever the run measured: what people lose where networks gain.
_OF_PEOPLE = ("psnr", "ms-ssim")
# Right or wrong on one picture; how far the same network's answer moved says more.
_OF_ANSWERS = ("top1", "top5", "agreement")

_DRAWS = 1000  # an interval is drawn a few pixels wide, as the bands of curves are


@dataclass(frozen=True)
class MeanAtRate:
    """A mean score, read off the curve of means at a rate.

    Attributes:
        value: As in the rows.
        interval: Of 95 %, over pictures; None where there are too few.
        change: How much more it is than at the dial's first place; None where that does not reach the rate.
        change_interval: Of the change, over the same draws of pictures at both places.
        items: Pictures in it: those that every place of the dial has at every quality.
    """

    value: float
    interval: tuple[float, float] | None
    change: float | None
    change_interval: tuple[float, float] | None
    items: int


@dataclass(frozen=True)
class Place:
    """A codec on a dial.

    Attributes:
        alpha: 0 for people alone, 1 for a machine alone.
        codec: Name.
        means: By column; none where a curve does not reach the rate.
    """

    alpha: float
    codec: str
    means: Mapping[str, MeanAtRate]


@dataclass(frozen=True)
class Dial:
    """A codec at several observers.

    Attributes:
        name: The codec's, without the observer.
        rate_bpp: At which means were read.
        places: By alpha, ascending.
        columns: Scores of the run, then those that pictures alone have.
    """

    name: str
    rate_bpp: float
    places: Sequence[Place]
    columns: Sequence[ScoreColumn]


def scores_on_dials(columns: Sequence[Column]) -> list[str]:
    """Return the scores that pictures of a run with a dial have beside those of the run.

    >>> scores_on_dials([Column("top1:net"), Column("psnr")])
    ['ms-ssim', 'kl:net']
    """
    names = [column.name for column in columns]
    kinds = ((name, *name.partition(":")) for name in names)
    of_networks = [f"kl{colon}{model}" for _, kind, colon, model in kinds if kind in _OF_ANSWERS]
    return [name for name in dict.fromkeys((*_OF_PEOPLE, *of_networks)) if name not in names]


def dials_of(run: Run, rate_bpp: float, of_pictures: Sequence[Column] = ()) -> list[Dial]:
    """Return the dials of a run's codecs.

    Args:
        run: With its rows.
        rate_bpp: To read curves at.
        of_pictures: Columns of the scores that the run's pictures are shown with.
    """
    rows = by_codec_and_item(run.rows)
    more = [column for column in of_pictures if column.name not in {each.name for each in run.columns}]
    columns = score_columns([*run.columns, *more])
    found: list[Dial] = []
    for name, codecs in dials(rows).items():
        means = {
            column.name: _means_at([matrix_of(rows[codec], column) for codec in codecs.values()], rate_bpp)
            for column in run.columns
        }
        places = [
            Place(alpha, codec, {column: own for column, each in means.items() if (own := each[number])})
            for number, (alpha, codec) in enumerate(codecs.items())
        ]
        found.append(Dial(name, rate_bpp, places, columns))
    return found


def format_dials(dials: Sequence[Dial]) -> str:
    """Return the means of dials as CSV."""
    ends = ("low", "high")
    head = ["dial", "alpha", "codec", "rate_bpp", "score", "items", "value", *ends]
    lines: list[Iterable[object]] = [[*head, "change", *(f"change_{end}" for end in ends)]]
    for dial in dials:
        for place in dial.places:
            for column, mean in place.means.items():
                value = (mean.value, *(mean.interval or (None, None)))
                change = (mean.change, *(mean.change_interval or (None, None)))
                where = (dial.name, place.alpha, place.codec, dial.rate_bpp)
                lines.append([*where, column, mean.items, *value, *change])
    return csv_of(lines)


def _means_at(matrices: Sequence[Matrix], rate_bpp: float) -> list[MeanAtRate | None]:
    """Return the means at each place over the pictures that all have; None where the rate is not reached."""
    there = [set(matrix.items) for matrix in matrices]
    shared = [item for item in matrices[0].items if all(item in items for items in there)]
    if not shared:
        return [None] * len(matrices)
    with np.errstate(invalid="ignore"):  # infinite PSNR: of a picture that counts 0 times, less infinity
        first, *_ = read = [_scores_at(matrix.of_items(shared), rate_bpp) for matrix in matrices]
        return [_mean(scores, scores - first, len(shared)) for scores in read]


def _scores_at(matrix: Matrix, rate_bpp: float) -> Values:
    """Return the mean score of all pictures, then those of draws, the same for all matrices of as many.

    NaN where the rate is not reached.
    """
    count = len(matrix.items)
    draws = draw_counts(count, _DRAWS) if count > 1 else ()
    means = [
        mean
        for weights in chain([np.ones((1, count))], draws)
        for mean in zip(*matrix.means(weights), strict=True)
    ]
    return np.array([MeanCurve.through(rates, scores).score_at(rate_bpp) for rates, scores in means])


def _mean(scores: Values, changes: Values, items: int) -> MeanAtRate | None:
    """Return what is told of (1 + draws,) scores and changes."""
    if not math.isfinite(scores[0]):
        return None
    change = float(changes[0]) if math.isfinite(changes[0]) else None
    return MeanAtRate(float(scores[0]), _interval(scores[1:]), change, _interval(changes[1:]), items)


def _interval(drawn: Values) -> tuple[float, float] | None:
    reached = drawn[np.isfinite(drawn)]
    if not len(drawn) or len(reached) < (1 - MOST_DRAWS_REFUSED) * len(drawn):
        return None
    return percentile_interval(reached)
