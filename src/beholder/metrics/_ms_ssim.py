"""Multi-scale structural similarity."""

import math

import numpy as np
from numpy.typing import NDArray

from beholder import _core
from beholder.metrics._pictures import check_pair, contiguous_rgb

MS_SSIM_MIN_SIDE = _core.MS_SSIM_MIN_SIDE
"""Smallest width and height: the coarsest of five scales must hold a window of 11 samples."""


def ms_ssim(original: NDArray[np.uint8], decoded: NDArray[np.uint8]) -> float:
    """MS-SSIM, the mean over R, G and B, 0..1, computed in double precision.

    The convention of learned compression (pytorch-msssim, CompressAI): Gaussian window of 11 taps and sigma
    1.5 where it fits, 2 x 2 means between scales with zeros before odd sides, a negative mean counted as 0.
    Single precision is wrong in the fourth decimal at high quality.

    Args:
        original: (H, W, 3) or (H, W) uint8, at least 161 x 161.
        decoded: the same shape.

    Raises:
        UsageError: no pictures, or of different shapes.
        UnsupportedImageError: a side below 161.

    Source: Z. Wang, E. Simoncelli, A. Bovik, "Multiscale structural similarity for image quality assessment",
    Asilomar 2003.
    """
    check_pair(original, decoded)
    return _core.ms_ssim(
        contiguous_rgb(original, "MS-SSIM", MS_SSIM_MIN_SIDE),
        contiguous_rgb(decoded, "MS-SSIM", MS_SSIM_MIN_SIDE),
    )


def ms_ssim_db(original: NDArray[np.uint8], decoded: NDArray[np.uint8]) -> float:
    """MS-SSIM as -10 log10(1 - x), in dB; infinite for equal pictures.

    Arguments and errors of :func:`ms_ssim`.
    """
    similarity = ms_ssim(original, decoded)
    # Rounding can lift nearly equal pictures to 1 or a hair above it.
    return math.inf if similarity >= 1 else -10 * math.log10(1 - similarity)
