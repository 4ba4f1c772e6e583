"""Finds pictures that show the same: a hash of 64 bits from the lowest 8x8 coefficients of a DCT."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PIL import Image
from scipy.fft import dctn

MOST_DIFFERENT_BITS = 10  # of copies that were cropped a little, recoloured or compressed; chance gives 32


def perceptual_hash(picture: Image.Image) -> int:
    """Return 64 bits that scaling, compression and small changes of colour hardly alter.

    Source: C. Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010,
    section 3.2.

    Args:
        picture: Of any mode and size.
    """
    small = np.asarray(picture.convert("L").resize((32, 32), Image.Resampling.BOX), dtype=np.float64)
    low = dctn(small, norm="ortho")[:8, :8].ravel()
    low[0] = 0  # the mean, which says nothing of the content
    return int("".join("1" if value > np.median(low) else "0" for value in low), 2)


class SeenPictures:
    """Hashes of pictures, and whether another one is among them."""

    def __init__(self, hashes: Iterable[int] = ()) -> None:
        self._hashes = np.fromiter(hashes, dtype=np.uint64)

    def contain(self, value: int) -> bool:
        """Return whether a hash differs from a seen one in `MOST_DIFFERENT_BITS` bits at most."""
        return bool(np.any(np.bitwise_count(self._hashes ^ np.uint64(value)) <= MOST_DIFFERENT_BITS))

    def add(self, value: int) -> None:
        """Add a hash."""
        self._hashes = np.append(self._hashes, np.uint64(value))
