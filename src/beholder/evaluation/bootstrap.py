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


def draw_counts(count: int, draws: int) -> Iterator[Values]:
    """Yields how often each picture counts where as many as there are are drawn with replacement.

    It says all that the drawn pictures' indices would, and makes sums over them matrix products.

    Args:
        count: Pictures.
        draws: How many.

    Yields:
        (some, count) counts of some of the draws.
    """
    random = np.random.default_rng(_SEED)
    at_once = max(1, _COUNTS_AT_ONCE // count)
    for first in range(0, draws, at_once):
        drawn = random.multinomial(count, np.full(count, 1 / count), min(at_once, draws - first))
        yield drawn.astype(np.float64)


def percentile_interval(means: Values) -> tuple[float, float]:
    """Returns the ends between which the middle 95 % of the draws lie."""
    low, high = np.percentile(means, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    return float(low), float(high)


def mean_interval(values: Values) -> tuple[float, float]:
    """Returns the interval of the mean of (n,) values."""
    means = [counts @ values / len(values) for counts in draw_counts(len(values), DRAWS)]
    return percentile_interval(np.concatenate(means))
