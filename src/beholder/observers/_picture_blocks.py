"""The picture at hand, for observers that adapt to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beholder import _core


@dataclass(frozen=True, eq=False)
class PictureBlocks:
    """A picture as the encoder has it.

    Attributes:
        coefficients: Its DCT coefficients, component by component.
        pixels: Gives its (H, W, 3) or (H, W) uint8 pixels; a JPEG is decoded only if they are asked for.
        threads: That an observer may use; what it finds does not depend on them.
        orientation: EXIF's, 1..8: how coefficients and pixels, which are as stored, are turned to be seen.
    """

    coefficients: _core.CoefficientImage
    pixels: Callable[[], NDArray[np.uint8]]
    threads: int = 1
    orientation: int = 1

    @property
    def block_counts(self) -> list[tuple[int, int]]:
        """(rows, columns) of the stored blocks of each component."""
        counts = []
        for component in range(self.coefficients.components):
            rows, columns, _ = self.coefficients.values(component).shape
            counts.append((rows, columns))
        return counts
