"""The curve of mean score against mean rate over a set of pictures, read at a rate or at a score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from beholder.evaluation.curves_of_rows import Values


@dataclass(frozen=True)
class MeanCurve:
    """Means over pictures, one a quality.

    Attributes:
        rates_bpp: Increasing.
        scores: At these rates.
    """

    rates_bpp: Values
    scores: Values

    @classmethod
    def through(cls, rates_bpp: Values, scores: Values) -> MeanCurve:
        """Return the curve through means in any order."""
        order = np.argsort(rates_bpp, kind="stable")
        return cls(rates_bpp[order], scores[order])

    def score_at(self, rate_bpp: float) -> float:
        """Return the score at a rate, linear in the rate's logarithm; NaN beyond the ends."""
        if not self.rates_bpp[0] <= rate_bpp <= self.rates_bpp[-1]:
            return np.nan
        return float(np.interp(np.log(rate_bpp), np.log(self.rates_bpp), self.scores))

    def rate_for(self, score: float) -> float:
        """Return the least rate from which on the score is reached; NaN where it is at no or at every rate.

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
