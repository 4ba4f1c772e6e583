"""DCT frequencies: their order in a JPEG file, and what the decoder's chroma filter makes of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def _zigzag_order() -> NDArray[np.intp]:
    """Raster position of each zigzag position (T.81, Figure A.6)."""
    cells = [(row, column) for row in range(8) for column in range(8)]
    # Along a diagonal, odd ones run downwards and even ones upwards.
    cells.sort(key=lambda cell: (sum(cell), cell[0] if sum(cell) % 2 else cell[1]))
    return np.array([8 * row + column for row, column in cells])


ZIGZAG = _zigzag_order()


def upsampling_energy(factor: int) -> NDArray[np.float64]:
    """Energy in pixels of a unit error at each of the 8 frequencies of a component sampled 1 : `factor`.

    Factor 2 goes through the triangle filter of libjpeg's "fancy" upsampling (3/4 of the nearer and 1/4 of
    the farther sample), other factors repeat samples. Blocks beside count as free of error: errors of
    neighbours are independent, so energies add.
    """
    x = np.arange(8)
    basis = np.cos((2 * x + 1) * np.arange(8)[:, None] * np.pi / 16) / 2
    basis[0] /= np.sqrt(2)
    if factor != 2:
        return np.full(8, float(factor))
    padded = np.pad(basis, ((0, 0), (2, 2)))
    even = 0.75 * padded[:, 1:-1] + 0.25 * padded[:, :-2]
    odd = 0.75 * padded[:, 1:-1] + 0.25 * padded[:, 2:]
    return np.asarray((even**2 + odd**2).sum(axis=1))
