"""SSIMULACRA 2.1."""

import numpy as np
from numpy.typing import NDArray

from beholder import _core
from beholder.errors import UsageError
from beholder.metrics._pictures import check_pair, check_picture, contiguous_rgb

SSIMULACRA2_MIN_SIDE = _core.SSIMULACRA2_MIN_SIDE
"""Smallest width and height that the metric is defined for."""


def ssimulacra2(original: NDArray[np.uint8], decoded: NDArray[np.uint8]) -> float:
    """How alike two pictures look: 100 equal, 90 no difference seen, 70 good, 50 fair, 30 poor.

    Below 0 the picture is ruined. Agrees with the reference tool to 1e-6, whose single-precision rounding it
    repeats: with exact arithmetic scores are about 0.02 higher at 75 and 0.5 higher at 92.

    Args:
        original: (H, W, 3) or (H, W) uint8, sRGB, at least 8 x 8.
        decoded: the same shape.

    Raises:
        UsageError: no pictures, or of different shapes.
        UnsupportedImageError: a side below 8.

    Source: J. Sneyers (Cloudinary), "SSIMULACRA 2", version 2.1, 2023.
    """
    check_pair(original, decoded)
    return Ssimulacra2Reference(original).score(decoded)


class Ssimulacra2Reference:
    """An original prepared for comparing many decoded pictures with it; each then costs a fifth less time.

    Holds 16 bytes a pixel. `score` may be called from several threads at once.
    """

    def __init__(self, original: NDArray[np.uint8]) -> None:
        """Prepares `original`; arguments and errors of :func:`ssimulacra2`."""
        check_picture(original)
        self._shape = original.shape
        self._reference = _core.Ssimulacra2Reference(
            contiguous_rgb(original, "SSIMULACRA 2", SSIMULACRA2_MIN_SIDE)
        )

    def score(self, decoded: NDArray[np.uint8]) -> float:
        """The score of `decoded`, as :func:`ssimulacra2` returns it.

        Raises:
            UsageError: no picture, or not of the original's shape.
        """
        check_picture(decoded)
        if decoded.shape != self._shape:
            raise UsageError(
                f"both pictures need one shape, got {self._shape} (original) and {decoded.shape} (decoded)"
            )
        return self._reference.score(contiguous_rgb(decoded, "SSIMULACRA 2", SSIMULACRA2_MIN_SIDE))
