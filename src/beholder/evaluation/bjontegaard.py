"""Bjontegaard deltas: the mean gap between two curves of score against the logarithm of the rate.

Source: G. Bjontegaard, "Calculation of average PSNR differences between RD-curves", VCEG-M33, 2001; with
Akima's interpolation as C. Herglotz et al., "Beyond Bjontegaard: limits of video compression performance
comparisons", ICIP 2022, recommend.
"""

import math
from dataclasses import dataclass

import numpy as np

from beholder.errors import UsageError
from beholder.evaluation.curves import RateScoreCurve
from beholder.evaluation.interpolation import Method, PiecewiseCubic, interpolate

_MIN_POINTS = 3


@dataclass(frozen=True)
class BjontegaardDelta:
    """A mean gap, and on what it rests.

    Attributes:
        value: percent of rate (negative: the test codec needs less) or units of score (positive: it scores
            more).
        interval: where the two curves were compared: scores for a rate delta, rates in bpp for a score delta.
        overlap: that interval as a share of what was asked for (of the window of the anchor, or without a
            window of all that the two curves cover), 0..1; for rates on the logarithmic scale.
        points_left_out: points of the anchor and of the test curve that a smaller file of the same curve
            beats.
    """

    value: float
    interval: tuple[float, float]
    overlap: float
    points_left_out: tuple[int, int]


def bd_rate(
    anchor: RateScoreCurve,
    test: RateScoreCurve,
    *,
    anchor_window_bpp: tuple[float, float] | None = None,
    method: Method = "akima",
) -> BjontegaardDelta:
    """How much more rate `test` needs than `anchor` for the same score, in percent, as a mean over scores.

    Args:
        anchor: the curve that counts as 0.
        test: the curve to judge.
        anchor_window_bpp: compare only the scores that the anchor reaches between these two rates.
        method: interpolation of log10(rate) over the score.

    Raises:
        UsageError: fewer than 3 points that count on a curve, a window that the anchor does not touch, or no
            score that both curves reach.
    """
    kept_anchor, kept_test = _kept(anchor, "anchor"), _kept(test, "test")
    low, high = (kept_anchor.scores[0], kept_anchor.scores[-1])
    wanted = (min(low, kept_test.scores[0]), max(high, kept_test.scores[-1]))
    if anchor_window_bpp is not None:
        low, high, wanted = _scores_in_window(kept_anchor, anchor_window_bpp, method)
    interval = (max(low, kept_test.scores[0]), min(high, kept_test.scores[-1]))
    if interval[0] >= interval[1]:
        raise UsageError(
            f"no score to compare at: the anchor has {low:.4g} to {high:.4g}, the test curve "
            f"{kept_test.scores[0]:.4g} to {kept_test.scores[-1]:.4g}; add points at other qualities"
        )
    gap = _mean(_log_rate_of_score(kept_test, method), interval) - _mean(
        _log_rate_of_score(kept_anchor, method), interval
    )
    return BjontegaardDelta(
        value=(10**gap - 1) * 100,
        interval=interval,
        overlap=(interval[1] - interval[0]) / (wanted[1] - wanted[0]),
        points_left_out=_left_out(anchor, kept_anchor, test, kept_test),
    )


def bd_score(
    anchor: RateScoreCurve,
    test: RateScoreCurve,
    *,
    window_bpp: tuple[float, float] | None = None,
    method: Method = "akima",
) -> BjontegaardDelta:
    """How much higher `test` scores than `anchor` at the same rate, as a mean over the rate's logarithm.

    Args:
        anchor: the curve that counts as 0.
        test: the curve to judge.
        window_bpp: compare only between these two rates.
        method: interpolation of the score over log10(rate).

    Raises:
        UsageError: fewer than 3 points that count on a curve, or no rate of the window that both curves
            reach.
    """
    kept_anchor, kept_test = _kept(anchor, "anchor"), _kept(test, "test")
    ends = [(curve.rates_bpp[0], curve.rates_bpp[-1]) for curve in (kept_anchor, kept_test)]
    wanted = (min(low for low, _ in ends), max(high for _, high in ends))
    if window_bpp is not None:
        check_window(window_bpp)
        ends.append(window_bpp)
        wanted = window_bpp
    interval = (max(low for low, _ in ends), min(high for _, high in ends))
    if interval[0] >= interval[1]:
        covered = ", ".join(f"{low:.4g} to {high:.4g}" for low, high in ends)
        raise UsageError(
            f"no rate to compare at: the curves and the window cover {covered} bpp; "
            "add points at other qualities"
        )
    log_interval = (math.log10(interval[0]), math.log10(interval[1]))
    gap = _mean(_score_of_log_rate(kept_test, method), log_interval) - _mean(
        _score_of_log_rate(kept_anchor, method), log_interval
    )
    return BjontegaardDelta(
        value=gap,
        interval=interval,
        overlap=math.log(interval[1] / interval[0]) / math.log(wanted[1] / wanted[0]),
        points_left_out=_left_out(anchor, kept_anchor, test, kept_test),
    )


def _kept(curve: RateScoreCurve, name: str) -> RateScoreCurve:
    kept = curve.efficient()
    if len(kept.scores) < _MIN_POINTS:
        raise UsageError(
            f"the {name} curve has {len(kept.scores)} points that no smaller file beats, "
            f"of {len(curve.scores)}; at least {_MIN_POINTS} are needed"
        )
    return kept


def check_window(window_bpp: tuple[float, float]) -> None:
    """Check the ends of a window of rates.

    Raises:
        UsageError: They are not in order.
    """
    low, high = window_bpp
    if not 0 < low < high:
        raise UsageError(f"a window of rates is LOW HIGH with 0 < LOW < HIGH, got {low:g} {high:g}")


def _scores_in_window(
    anchor: RateScoreCurve, window_bpp: tuple[float, float], method: Method
) -> tuple[float, float, tuple[float, float]]:
    """Lowest and highest score of the anchor in the window, and those of the whole window.

    Where the anchor ends within the window, its scores over the whole are extrapolated in proportion, so
    that the share that was compared can be told.
    """
    check_window(window_bpp)
    low_bpp = max(window_bpp[0], anchor.rates_bpp[0])
    high_bpp = min(window_bpp[1], anchor.rates_bpp[-1])
    if low_bpp >= high_bpp:
        raise UsageError(
            f"the anchor covers {anchor.rates_bpp[0]:.4g} to {anchor.rates_bpp[-1]:.4g} bpp, "
            f"which does not touch the window of {window_bpp[0]:.4g} to {window_bpp[1]:.4g} bpp"
        )
    score = _score_of_log_rate(anchor, method)
    low, high = (score(_within(score, math.log10(rate_bpp))) for rate_bpp in (low_bpp, high_bpp))
    slope = (high - low) / math.log(high_bpp / low_bpp)
    whole = (
        low - slope * math.log(low_bpp / window_bpp[0]),
        high + slope * math.log(window_bpp[1] / high_bpp),
    )
    return low, high, whole


def _log_rate_of_score(curve: RateScoreCurve, method: Method) -> PiecewiseCubic:
    return interpolate(np.array(curve.scores), np.log10(curve.rates_bpp), method)


def _score_of_log_rate(curve: RateScoreCurve, method: Method) -> PiecewiseCubic:
    return interpolate(np.log10(curve.rates_bpp), np.array(curve.scores), method)


def _mean(function: PiecewiseCubic, interval: tuple[float, float]) -> float:
    low, high = (_within(function, end) for end in interval)
    return function.integral(low, high) / (high - low)


def _within(function: PiecewiseCubic, x: float) -> float:
    """`x` on the knots, where rounding may have put it a hair beside the first or the last one."""
    return float(np.clip(x, function.knots[0], function.knots[-1]))


def _left_out(
    anchor: RateScoreCurve, kept_anchor: RateScoreCurve, test: RateScoreCurve, kept_test: RateScoreCurve
) -> tuple[int, int]:
    return len(anchor.scores) - len(kept_anchor.scores), len(test.scores) - len(kept_test.scores)
