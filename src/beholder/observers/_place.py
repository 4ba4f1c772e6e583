"""Where in a picture a network looks, on average over many: a map over positions.

::

                 -0.75   -0.5     0     0.5    0.75
        -0.75      +-----+-----------------+-----+     The unit is the picture's shorter side, the origin its
        -0.5       +-----+-----------------+-----+     centre: classifiers scale the shorter side and crop
                   |     |                 |     |     around the centre, so their crop has the same place
         0         |     | central square  |     |     in pictures of all shapes. Whatever lies beyond the
                   |     |                 |     |     map is like its edge.
         0.5       +-----+-----------------+-----+
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from beholder.image.picture import upright
from beholder.observers._sensitivity import FloatArray, Sampling

CELLS = 24
"""Cells a side; the usual crop of 7/8 ends between two of them."""
_REACH = 0.75  # shorter sides from the centre to the edge of the map: a picture of 3:2 is covered
_CELLS_A_SIDE = CELLS / (2 * _REACH)  # cells that the shorter side spans
_CENTRAL = slice(round((_REACH - 0.5) * _CELLS_A_SIDE), round((_REACH + 0.5) * _CELLS_A_SIDE))

FloatSums = NDArray[np.float64]


def central_mean(cells: NDArray[np.floating]) -> float:
    """Mean of a (CELLS, CELLS) map over the central square, which every picture covers."""
    return float(cells[_CENTRAL, _CENTRAL].mean(dtype=np.float64))


def block_places(
    cells: FloatArray, size: tuple[int, int], sampling: Sampling, orientation: int = 1
) -> list[FloatArray]:
    """The mean of a map over each block.

    Args:
        cells: (CELLS, CELLS), of upright pictures.
        size: Height and width of the picture as stored, in pixels.
        sampling: Of its components.
        orientation: EXIF's, 1..8: how the stored picture is turned to be seen.

    Returns:
        One (rows, columns) array a component for the blocks that cover the picture.
    """
    height, width = size
    stored = _as_stored(cells, orientation)
    widest = max(horizontal for horizontal, _ in sampling)
    tallest = max(vertical for _, vertical in sampling)
    found = []
    for horizontal, vertical in sampling:
        rows = _shares(height, Fraction(8 * tallest, vertical), min(size))
        columns = _shares(width, Fraction(8 * widest, horizontal), min(size))
        found.append(np.asarray(rows @ stored @ columns.T, np.float32))
    return found


def _as_stored(cells: NDArray[np.floating], orientation: int) -> NDArray[np.floating]:
    """The map of upright pictures, turned back to how one is stored."""
    inverse = {6: 8, 8: 6}.get(orientation, orientation)  # the others are their own inverses
    return upright(cells, inverse)


def _shares(side: int, block: Fraction, shorter: int) -> FloatSums:
    """(blocks, CELLS): the share of each block's extent along one side that lies in each cell.

    Args:
        side: Of the picture, in pixels.
        block: Extent of a block, in pixels; exact, so that their number is.
        shorter: Of the picture's sides, in pixels.
    """
    edges = (np.arange(math.ceil(side / block) + 1) * float(block) - side / 2) / shorter
    in_cells = (edges + _REACH) * _CELLS_A_SIDE
    lower, upper = np.arange(CELLS, dtype=np.float64), np.arange(1, CELLS + 1, dtype=np.float64)
    lower[0], upper[-1] = -np.inf, np.inf
    common = np.minimum(in_cells[1:, None], upper) - np.maximum(in_cells[:-1, None], lower)
    return np.asarray(np.maximum(common, 0) / np.diff(in_cells)[:, None])


@dataclass(eq=False)
class PlaceSums:
    """Adds up maps of pictures that may cover different parts of the map.

    Attributes:
        sensitivity: (CELLS, CELLS): sum over pictures of the share that a picture covers of a cell, times the
            mean sensitivity there relative to the picture's central square. So no picture outweighs others.
        covered: (CELLS, CELLS): sum of those shares.
    """

    sensitivity: FloatSums = field(default_factory=lambda: np.zeros((CELLS, CELLS)))
    covered: FloatSums = field(default_factory=lambda: np.zeros((CELLS, CELLS)))

    def add(self, other: PlaceSums) -> None:
        """Adds the sums of other pictures."""
        self.sensitivity += other.sensitivity
        self.covered += other.covered

    def add_picture(self, blocks: NDArray[np.floating], size: tuple[int, int], orientation: int = 1) -> None:
        """Adds a picture.

        Args:
            blocks: (rows, columns): sensitivity of each 8 x 8 block, in any unit. A picture that the network
                is insensitive to says nothing and is left out.
            size: Height and width of the picture as stored, in pixels.
            orientation: EXIF's, 1..8.
        """
        rows, columns = (_shares(side, Fraction(8), min(size)) for side in size)
        blocks_a_cell = upright(np.outer(rows.sum(axis=0), columns.sum(axis=0)), orientation)
        total = upright(rows.T @ np.asarray(blocks, np.float64) @ columns, orientation)
        cells = np.divide(total, blocks_a_cell, out=np.zeros_like(total), where=blocks_a_cell > 0)
        mean = central_mean(cells)
        if not mean > 0:
            return
        covered = np.minimum(1, blocks_a_cell * (8 * _CELLS_A_SIDE / min(size)) ** 2)
        self.sensitivity += covered * cells / mean
        self.covered += covered

    def cells(self) -> FloatArray | None:
        """The mean map, alike on the left and on the right; None where no picture said anything.

        Cells that no picture covers repeat the nearest on the way to the centre.
        """
        if not self.covered.any():
            return None
        # What is left and what is right is chance: networks are trained on mirrored pictures too.
        total, covered = (sums + sums[:, ::-1] for sums in (self.sensitivity, self.covered))
        cells = np.divide(total, covered, out=np.zeros_like(total), where=covered > 0)
        unknown = covered == 0
        for values, missing in ((cells, unknown), (cells.T, unknown.T)):
            _repeat_outwards(values, missing)
        return np.asarray(cells / central_mean(cells), np.float32)


def _repeat_outwards(cells: FloatSums, unknown: NDArray[np.bool_]) -> None:
    """Along each row, in place: unknown cells take the value of their neighbour nearer to the centre."""
    middle = CELLS // 2
    steps = [(column, column - 1) for column in range(middle, CELLS)]
    steps += [(column, column + 1) for column in range(middle - 1, -1, -1)]
    for column, inner in steps:
        take = unknown[:, column] & ~unknown[:, inner]
        cells[take, column] = cells[take, inner]
        unknown[take, column] = False
