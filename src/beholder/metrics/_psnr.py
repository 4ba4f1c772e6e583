"""Mean squared error and peak signal-to-noise ratio."""

import math

import numpy as np
from numpy.typing import NDArray

from beholder.metrics._pictures import check_pair

# Keeps the wider temporaries in the cache, and below the size that malloc gives back.
_SAMPLES_AT_A_TIME = 1 << 14
_SQUARES_IN_SINGLE = 256  # of 255^2 each, that a float32 adds up without rounding: the sum is below 2^24


def mean_squared_error(original: NDArray[np.uint8], decoded: NDArray[np.uint8]) -> float:
    """Mean of squared differences over all samples of all components; 0 for equal pictures.

    Exact up to a sum of 2^53, that is for every picture below 10^11 samples.

    Args:
        original: (H, W, 3) or (H, W) uint8.
        decoded: the same shape.

    Raises:
        UsageError: no pictures, or of different shapes.
    """
    check_pair(original, decoded)
    total = sum(_squared_error(original[rows], decoded[rows]) for rows in _row_slices(original))
    return total / original.size


def psnr_db(original: NDArray[np.uint8], decoded: NDArray[np.uint8]) -> float:
    """PSNR over all samples of all components, in dB; infinite for equal pictures.

    10 log10(255^2 / MSE) with one MSE over R, G and B together, `mean_squared_error`.

    Args:
        original: (H, W, 3) or (H, W) uint8.
        decoded: the same shape.

    Raises:
        UsageError: no pictures, or of different shapes.
    """
    return _psnr_of(mean_squared_error(original, decoded))


def psnr_luma_db(original: NDArray[np.uint8], decoded: NDArray[np.uint8]) -> float:
    """PSNR of luma (ITU-R BT.601, full range, as JPEG has it, not rounded), in dB; infinite for equal luma.

    Args:
        original: (H, W, 3) or (H, W) uint8.
        decoded: the same shape.

    Raises:
        UsageError: no pictures, or of different shapes.
    """
    check_pair(original, decoded)
    if original.ndim == 2:
        return psnr_db(original, decoded)
    weights = np.array([299, 587, 114], dtype=np.int64)  # thousandths, so that the sum is exact
    squared_error = 0
    for rows in _row_slices(original):
        difference = (np.subtract(original[rows], decoded[rows], dtype=np.int64) @ weights).ravel()
        squared_error += int(np.dot(difference, difference))
    pixels = original.shape[0] * original.shape[1]
    return _psnr_of(squared_error / (pixels * 1000**2))


def _squared_error(original: NDArray[np.uint8], decoded: NDArray[np.uint8]) -> float:
    """The exact sum of squared differences."""
    difference = (original.astype(np.int16) - decoded).ravel().astype(np.float32)
    whole = difference.size - difference.size % _SQUARES_IN_SINGLE
    groups, rest = difference[:whole].reshape(-1, _SQUARES_IN_SINGLE), difference[whole:]
    sums = np.einsum("ij,ij->i", groups, groups)
    return float(sums.sum(dtype=np.float64)) + float(np.dot(rest, rest))


def _psnr_of(mean_squared_error: float) -> float:
    return math.inf if mean_squared_error == 0 else 10 * math.log10(255**2 / mean_squared_error)


def _row_slices(picture: NDArray[np.uint8]) -> list[slice]:
    height = picture.shape[0]
    step = max(1, _SAMPLES_AT_A_TIME * height // picture.size)
    return [slice(start, start + step) for start in range(0, height, step)]
