"""Bjontegaard deltas of a codec against the anchor over a set of pictures.

`Score.aggregate` says of what curves deltas are taken: of those of each picture, and the mean is reported, or
of the one curve of the set. Both have an interval by the bootstrap over pictures, and both say what they rest
on: how much of the asked range the curves share, and which pictures could not be compared and why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from beholder.errors import UsageError
from beholder.evaluation.bjontegaard import BjontegaardDelta, bd_rate, bd_score
from beholder.evaluation.bootstrap import Values, draw_counts, mean_interval, percentile_interval
from beholder.evaluation.curves import RateScoreCurve
from beholder.evaluation.curves_of_rows import Matrix, curve_of_item, curve_of_means, matrix_of
from beholder.evaluation.published_curves import PublishedCurve
from beholder.evaluation.rows import Row, by_codec_and_item
from beholder.evaluation.score import Aggregate, Column

# A picture where the curves meet on less of the range says little about it and is left out.
LEAST_OVERLAP = 0.25
# Each draw of mean curves is a delta of its own (0.3 ms), so that
# a table of ten codecs and three such scores takes half a minute.
_DRAWS_OF_MEANS = 1000
# Where more draws than this share cannot be compared, the delta hangs on which pictures were taken: curves
# that hardly rise, of a handful of pictures, can give any number.
MOST_DRAWS_REFUSED = 0.05
Kind = Literal["rate", "score"]
Window = tuple[float, float]

_KINDS: tuple[Kind, ...] = ("rate", "score")


@dataclass(frozen=True, kw_only=True)
class SetDelta:
    """A delta over a set of pictures.

    Attributes:
        codec: That is compared with the anchor.
        column: Name of the score.
        kind: Percent of rate at equal score, or units of the curve's score at equal rate.
        of: Mean of the pictures' deltas, delta of the mean curves, or of a published mean curve.
        value: None where nothing could be compared.
        interval: Of 95 %, over pictures; None for a single one.
        items: Pictures it rests on.
        items_asked: Pictures there are.
        overlap: Smallest share of the asked range that both curves reach, among what was compared.
        refusals: Why a picture, by its name, could not be compared; of mean curves under the name "means".
    """

    codec: str
    column: str
    kind: Kind
    of: Literal["items", "means", "published"] = "items"
    value: float | None = None
    interval: tuple[float, float] | None = None
    items: int = 0
    items_asked: int
    overlap: float | None = None
    refusals: Mapping[str, str] = field(default_factory=dict)


class _Samples:
    """Means over the pictures, and over each draw of the bootstrap; those of an anchor serve many codecs."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, tuple[str, ...]], list[tuple[Values, Values]]] = {}

    def of(self, matrix: Matrix, codec: str, column: Column) -> list[tuple[Values, Values]]:
        """Returns (qualities,) rates and scores: first of the pictures as they are, then of the draws."""
        key = codec, column.name, matrix.items
        if key not in self._known:
            once = np.ones((1, len(matrix.items)))
            parts = [matrix.means(each) for each in (once, *draw_counts(len(matrix.items), _DRAWS_OF_MEANS))]
            rates_bpp, scores = (np.concatenate(each) for each in zip(*parts, strict=True))
            self._known[key] = list(zip(rates_bpp, scores, strict=True))
        return self._known[key]


@dataclass(frozen=True)
class _Pair:
    """What is compared: rows by picture of the anchor and of a codec, in one score."""

    codecs: tuple[str, str]
    anchor: Mapping[str, Sequence[Row]]
    test: Mapping[str, Sequence[Row]]
    column: Column
    kind: Kind
    window_bpp: Window | None
    samples: _Samples

    def delta(self, anchor: RateScoreCurve, test: RateScoreCurve) -> BjontegaardDelta:
        return curve_delta(anchor, test, self.kind, self.window_bpp)


def set_deltas(
    rows: Sequence[Row], anchor: str, columns: Sequence[Column], window_bpp: Window | None
) -> list[SetDelta]:
    """Returns the deltas of all codecs but the anchor, of every column, both kinds.

    Args:
        rows: Of a run.
        anchor: Name of the codec that counts as 0.
        columns: Of the scores.
        window_bpp: Compare only where the anchor has these rates; None takes all that both curves cover.

    Raises:
        UsageError: No row is of the anchor.
    """
    by_codec = by_codec_and_item(rows)
    if anchor not in by_codec:
        raise UsageError(f"the anchor {anchor} is not one of the codecs; they are {', '.join(by_codec)}")
    samples = _Samples()
    return [
        _set_delta(_Pair((anchor, codec), by_codec[anchor], test, column, kind, window_bpp, samples))
        for codec, test in by_codec.items()
        if codec != anchor
        for column in columns
        for kind in _KINDS
    ]


def published_deltas(
    rows: Sequence[Row],
    anchor: str,
    published: Sequence[PublishedCurve],
    columns: Sequence[Column],
    window_bpp: Window | None,
) -> list[SetDelta]:
    """Returns the deltas of published mean curves against the anchor's mean curve over the rows.

    They mean something where the pictures are those that the publishers took.
    """
    of_anchor = by_codec_and_item(rows).get(anchor, {})
    found: list[SetDelta] = []
    for column in columns:
        matrix = matrix_of(of_anchor, column)
        for each in published:
            for kind in _KINDS:
                nothing = SetDelta(
                    codec=each.title,
                    column=column.name,
                    kind=kind,
                    of="published",
                    items=len(matrix.items),
                    items_asked=len(of_anchor),
                )
                try:
                    if each.is_over_kodak and len(matrix.items) < len(of_anchor):
                        raise UsageError(
                            f"{len(of_anchor) - len(matrix.items)} of {len(of_anchor)} pictures failed, and "
                            "the published means are over all"
                        )
                    delta = curve_delta(matrix.mean_curve(column), each.curve(column), kind, window_bpp)
                    found.append(replace(nothing, value=delta.value, overlap=delta.overlap))
                except UsageError as error:
                    found.append(replace(nothing, refusals={"means": str(error)}))
    return found


def curve_delta(
    anchor: RateScoreCurve, test: RateScoreCurve, kind: Kind, window_bpp: Window | None
) -> BjontegaardDelta:
    """Returns the delta of one kind between two curves.

    Raises:
        UsageError: They cannot be compared, or share less than `LEAST_OVERLAP` of what was asked for.
    """
    if kind == "rate":
        delta = bd_rate(anchor, test, anchor_window_bpp=window_bpp)
    else:
        delta = bd_score(anchor, test, window_bpp=window_bpp)
    if delta.overlap < LEAST_OVERLAP:
        raise UsageError(
            f"the curves share {delta.overlap:.0%} of the range, and at least {LEAST_OVERLAP:.0%} are needed"
        )
    return delta


def _set_delta(pair: _Pair) -> SetDelta:
    nothing = SetDelta(
        codec=pair.codecs[1], column=pair.column.name, kind=pair.kind, items_asked=len(pair.anchor)
    )
    by_picture = pair.column.aggregate is Aggregate.PICTURES
    return _of_items(pair, nothing) if by_picture else _of_means(pair, nothing)


def _of_items(pair: _Pair, nothing: SetDelta) -> SetDelta:
    deltas: list[BjontegaardDelta] = []
    refusals: dict[str, str] = {}
    for item, rows in pair.anchor.items():
        try:
            anchor, test = curve_of_item(rows, pair.column), curve_of_item(pair.test[item], pair.column)
            deltas.append(pair.delta(anchor, test))
        except UsageError as error:
            refusals[item] = str(error)
    if not deltas:
        return replace(nothing, refusals=refusals)
    values = np.array([delta.value for delta in deltas], dtype=np.float64)
    return replace(
        nothing,
        value=float(values.mean()),
        interval=mean_interval(values) if len(deltas) > 1 else None,
        items=len(deltas),
        overlap=min(delta.overlap for delta in deltas),
        refusals=refusals,
    )


def _of_means(pair: _Pair, nothing: SetDelta) -> SetDelta:
    anchor, test = matrix_of(pair.anchor, pair.column), matrix_of(pair.test, pair.column)
    there = set(test.items)
    shared = [item for item in anchor.items if item in there]
    nothing = replace(nothing, of="means")
    if not shared:
        return replace(
            nothing, refusals={"means": "no picture has the score at every quality of both codecs"}
        )
    samples = [
        pair.samples.of(matrix.of_items(shared), codec, pair.column)
        for codec, matrix in zip(pair.codecs, (anchor, test), strict=True)
    ]
    (first, *others) = zip(*samples, strict=True)

    def delta(means: Sequence[tuple[Values, Values]]) -> BjontegaardDelta:
        one, other = (curve_of_means(rates_bpp, scores, pair.column) for rates_bpp, scores in means)
        return pair.delta(one, other)

    try:
        found = delta(first)
    except UsageError as error:
        return replace(nothing, items=len(shared), refusals={"means": str(error)})
    nothing = replace(nothing, items=len(shared), overlap=found.overlap)
    if len(shared) == 1:
        return replace(nothing, value=found.value)
    drawn: list[float] = []
    for means in others:
        with suppress(UsageError):
            drawn.append(delta(means).value)
    refused = 1 - len(drawn) / len(others)
    if refused > MOST_DRAWS_REFUSED:
        reason = (
            f"in {refused:.0%} of the bootstrap's draws of pictures the curves could not be compared, so "
            "that any number would be chance; more pictures are needed, or other qualities"
        )
        return replace(nothing, overlap=None, refusals={"means": reason})
    return replace(nothing, value=found.value, interval=percentile_interval(np.array(drawn)))
