"""The quality setting of libjpeg that a file's quantisation tables come nearest to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beholder.image.jpeg_pixels import ZIGZAG

# ITU-T T.81, Tables K.1 and K.2, in raster order.
_LUMA = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ]
)
_CHROMA = np.full((8, 8), 99)
_CHROMA[:4, :4] = [[17, 18, 24, 47], [18, 21, 26, 66], [24, 26, 56, 99], [47, 66, 99, 99]]


@dataclass(frozen=True)
class IjgQuality:
    """A quality setting of libjpeg.

    Attributes:
        quality: 1..100.
        exact: Whether its tables are those of the file, and not only the nearest.
    """

    quality: int
    exact: bool


def nearest_quality(luma: NDArray[np.uint16], chroma: NDArray[np.uint16] | None) -> IjgQuality:
    """The quality whose tables (Annex K, scaled as libjpeg scales them) differ least from those of a file.

    The difference is the mean of abs(log(step / step)), so that each frequency counts alike.

    Args:
        luma: (64,) steps in zigzag order.
        chroma: (64,) steps in zigzag order; None for a grey picture.
    """
    steps = luma if chroma is None else np.concatenate((luma, chroma))
    settings = range(1, 101)
    distances = [
        float(np.abs(np.log(steps / _tables(quality, grey=chroma is None))).mean()) for quality in settings
    ]
    quality = 1 + int(np.argmin(distances))
    return IjgQuality(quality, exact=distances[quality - 1] == 0)


def _tables(quality: int, *, grey: bool) -> NDArray[np.int64]:
    """The tables of libjpeg at a quality, in zigzag order (jcparam.c, jpeg_quality_scaling)."""
    percent = 5000 // quality if quality < 50 else 200 - 2 * quality
    tables = (_LUMA,) if grey else (_LUMA, _CHROMA)
    scaled = [np.clip((table.ravel()[ZIGZAG] * percent + 50) // 100, 1, 255) for table in tables]
    return np.concatenate(scaled)
