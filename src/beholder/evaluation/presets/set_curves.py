"""Mean curves of a codec and of the anchor over the same pictures, for any weighting of the pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from beholder.evaluation.bootstrap import draw_counts
from beholder.evaluation.curves_of_rows import Values, matrix_of
from beholder.evaluation.rows import Row
from beholder.evaluation.score import Column

RowsByItem = Mapping[str, Sequence[Row]]

DRAWS = 1000


@dataclass(frozen=True)
class MeanCurve:
    """Means over pictures, one a quality.

    Attributes:
        rates_bpp: Increasing.
        scores: At these rates.
    """

    rates_bpp: Values
    scores: Values

    def score_at(self, rate_bpp: float) -> float:
        """Returns the score at a rate, linear in the rate's logarithm; NaN beyond the ends."""
        if not self.rates_bpp[0] <= rate_bpp <= self.rates_bpp[-1]:
            return np.nan
        return float(np.interp(np.log(rate_bpp), np.log(self.rates_bpp), self.scores))

    def rate_for(self, score: float) -> float:
        """Returns the least rate from which on the score is reached; NaN where it is at no or at every rate.

        From which on: means of right and wrong answers wobble, and a rate counts only where no higher one
        falls below the score again.
        """
        monotone = np.minimum.accumulate(self.scores[::-1])[::-1]
        if not monotone[0] <= score <= monotone[-1]:
            return np.nan
        above = int(np.argmax(monotone >= score))
        if above == 0:
            return float(self.rates_bpp[0])
        log_rates = np.log(self.rates_bpp)
        share = (score - monotone[above - 1]) / (monotone[above] - monotone[above - 1])
        return float(np.exp(log_rates[above - 1] + share * (log_rates[above] - log_rates[above - 1])))


@dataclass(frozen=True)
class Comparison:
    """What a reading looks at.

    Attributes:
        anchor: Mean curve of the codec that counts as 0.
        test: Of the codec that is read.
        original: Mean score of the originals; NaN where it was not measured.
    """

    anchor: MeanCurve
    test: MeanCurve
    original: float


class SetCurves:
    """The pictures that two codecs have without a gap.

    Attributes:
        count: Of the pictures.
    """

    def __init__(
        self, anchor: RowsByItem, test: RowsByItem, originals: RowsByItem | None, column: Column
    ) -> None:
        parts = [matrix_of(rows, column) for rows in (anchor, test, originals) if rows is not None]
        there = [set(part.items) for part in parts]
        shared = [item for item in parts[0].items if all(item in items for items in there)]
        self._parts = [part.of_items(shared) for part in parts]
        self.count = len(shared)

    def comparison(self) -> Comparison:
        """Returns the curves of all pictures once; there must be one."""
        return next(self._weighted(np.ones((1, self.count))))

    def draws(self) -> Iterator[Comparison]:
        """Yields the curves of as many pictures drawn with replacement, `DRAWS` times."""
        for counts in draw_counts(self.count, DRAWS):
            yield from self._weighted(counts)

    def _weighted(self, weights: Values) -> Iterator[Comparison]:
        """Yields the curves where pictures count (R, n) times."""
        anchor, test, *originals = (part.means(weights) for part in self._parts)
        for draw in range(len(weights)):
            yield Comparison(
                anchor=_curve(anchor[0][draw], anchor[1][draw]),
                test=_curve(test[0][draw], test[1][draw]),
                original=float(originals[0][1][draw, 0]) if originals else np.nan,
            )


def _curve(rates_bpp: Values, scores: Values) -> MeanCurve:
    order = np.argsort(rates_bpp, kind="stable")
    return MeanCurve(rates_bpp[order], scores[order])
