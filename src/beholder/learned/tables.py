"""Integer frequencies of residuals for each scale index: what the entropy coder computes with."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from beholder.learned.rate import LOG_STEP, SCALES, SMALLEST_SCALE

PRECISION_BITS = 16
_TAIL = 2.0**-15  # probability that a residual lies beyond its table, at most
_LARGEST_REACH = 2047


def _normal_tail(distance: float) -> float:
    """P(|X| > distance) of a standard normal distribution."""
    return math.erfc(distance / math.sqrt(2))


def reach_of_scale(scale: float) -> int:
    """Return the largest residual that has a frequency of its own."""
    reach = 1
    while _normal_tail((reach + 0.5) / scale) > _TAIL:
        reach += 1
    return min(reach, _LARGEST_REACH)


def gaussian_frequencies(scale: float) -> npt.NDArray[np.int64]:
    """Return frequencies of residuals -reach..reach and, last, of all others together; their sum is 2^16.

    Every one of them is at least 1, so that whatever comes can be coded.
    """
    reach = reach_of_scale(scale)
    edges = [math.erf((k + 0.5) / scale / math.sqrt(2)) for k in range(reach + 1)]  # P(|X| < k + 1/2)
    halves = [(far - near) / 2 for near, far in pairwise(edges)]
    inside = np.array([*reversed(halves), edges[0], *halves])
    return whole_frequencies(np.append(inside, _normal_tail((reach + 0.5) / scale)))


def gaussian_tables() -> tuple[npt.NDArray[np.int64], ...]:
    """Return the frequencies of all 64 scale indices."""
    return tuple(gaussian_frequencies(SMALLEST_SCALE * math.exp(index * LOG_STEP)) for index in range(SCALES))


def whole_frequencies(probabilities: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the probabilities in whole 65536ths of at least 1; the largest take up what rounding leaves."""
    total = 1 << PRECISION_BITS
    rounded = np.round(probabilities / probabilities.sum() * total)
    frequencies: npt.NDArray[np.int64] = np.maximum(1, rounded).astype(np.int64)
    while left := int(total - frequencies.sum()):
        largest = np.argsort(-frequencies, kind="stable")[: max(1, len(frequencies) // 4)]
        frequencies[largest[: abs(left)]] += np.sign(left)
    return frequencies
