"""Mean curves of a codec and of the anchor over the same pictures, for any weighting of the pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beholder.evaluation.curves_of_rows import Column, matrix_of
from beholder.evaluation.rows import Row

Values = NDArray[np.float64]
RowsByItem = Mapping[str, Sequence[Row]]

DRAWS = 1000
_SEED = 20260101  # as the bootstrap of deltas: the same rows give the same table


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
        self, anchor: RowsByItem, test: RowsByItem, originals: Mapping[str, float] | None, column: Column
    ) -> None:
        parts = [matrix_of(rows, column) for rows in (anchor, test)]
        shared = [
            item
            for item in parts[0].items
            if item in parts[1].items and (originals is None or item in originals)
        ]
        self._parts = [part.of_items(shared) for part in parts]
        self._originals = None if originals is None else np.array([originals[item] for item in shared])
        self.count = len(shared)

    def comparison(self) -> Comparison:
        """Returns the curves of the plain means.

        There must be a picture.
        """
        return self._weighted(np.full(self.count, 1 / self.count))

    def draws(self) -> Iterator[Comparison]:
        """Yields the curves of as many pictures drawn with replacement, `DRAWS` times."""
        random = np.random.default_rng(_SEED)
        counts = random.multinomial(self.count, np.full(self.count, 1 / self.count), DRAWS)
        for drawn in counts:
            yield self._weighted(drawn / self.count)

    def _weighted(self, weights: Values) -> Comparison:
        anchor, test = (self._curve(weights @ part.rates_bpp, weights @ part.scores) for part in self._parts)
        original = np.nan if self._originals is None else float(weights @ self._originals)
        return Comparison(anchor, test, original)

    @staticmethod
    def _curve(rates_bpp: Values, scores: Values) -> MeanCurve:
        order = np.argsort(rates_bpp, kind="stable")
        return MeanCurve(rates_bpp[order], scores[order])
