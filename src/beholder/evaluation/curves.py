"""A curve of score against rate: what one codec makes of one picture."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from beholder.errors import UsageError


@dataclass(frozen=True)
class RateScoreCurve:
    """Points of one codec on one picture, from few bits to many.

    Attributes:
        rates_bpp: rates, all positive, increasing; real file bytes * 8 / pixels.
        scores: the score at each rate, higher is better.
    """

    rates_bpp: tuple[float, ...]
    scores: tuple[float, ...]

    @classmethod
    def from_points(cls, points: Iterable[tuple[float, float]]) -> "RateScoreCurve":
        """The curve of (rate in bpp, score) points in any order.

        Raises:
            UsageError: a rate that is not positive, or a value that is not finite.
        """
        ordered = sorted(points)
        for rate_bpp, score in ordered:
            if not (rate_bpp > 0 and math.isfinite(rate_bpp)):
                raise UsageError(f"a rate is positive and finite, got {rate_bpp} bpp")
            if not math.isfinite(score):
                raise UsageError(
                    f"a score on a curve is finite, got {score} at {rate_bpp} bpp; leave lossless points out"
                )
        return cls(rates_bpp=tuple(rate for rate, _ in ordered), scores=tuple(score for _, score in ordered))

    def efficient(self) -> "RateScoreCurve":
        """The points that no other point beats in both rate and score.

        Real curves are not always monotone: an encoder may spend more bits on a worse score. Someone who
        wants a score takes the smallest file that reaches it, so a point with an equal or lower score than
        a smaller file is never chosen, and leaving it out is what makes the rate a function of the score.
        """
        kept: list[tuple[float, float]] = []
        for rate_bpp, score in zip(self.rates_bpp, self.scores, strict=True):
            if kept and kept[-1][0] == rate_bpp and kept[-1][1] < score:
                kept.pop()
            if not kept or score > kept[-1][1]:
                kept.append((rate_bpp, score))
        return RateScoreCurve(tuple(rate for rate, _ in kept), tuple(score for _, score in kept))
