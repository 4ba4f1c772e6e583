"""Intervals of a mean over pictures by the bootstrap: how much it hangs on which pictures were taken.

Source: B. Efron, R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13 (percentile interval).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

DRAWS = 10_000
LEVEL = 0.95
_SEED = 20260101  # fixed, so that the same rows give the same table
_COUNTS_AT_ONCE = 2_000_000  # bounds the memory


def draw_means(values: Values, draws: int) -> Iterator[Values]:
    """Yields means over as many pictures as there are, drawn with replacement.

    Args:
        values: (n, k), of each picture k numbers that are drawn together.
        draws: How many means.

    Yields:
        (k,) means of one draw.
    """
    count = len(values)
    random = np.random.default_rng(_SEED)
    at_once = max(1, _COUNTS_AT_ONCE // count)
    for first in range(0, draws, at_once):
        # How often each picture is drawn says all that its indices would, in one matrix product.
        drawn = random.multinomial(count, np.full(count, 1 / count), min(at_once, draws - first))
        yield from drawn @ values / count


def percentile_interval(means: Values) -> tuple[float, float]:
    """Returns the ends between which the middle 95 % of the draws lie."""
    low, high = np.percentile(means, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    return float(low), float(high)


def mean_interval(values: Values) -> tuple[float, float]:
    """Returns the interval of the mean of (n,) values."""
    return percentile_interval(np.array([mean[0] for mean in draw_means(values[:, np.newaxis], DRAWS)]))
