r"""What the compact predictor sees; predictor_features.cpp computes the same.

::

    coefficients -> 13 measures a luma block -> mean over k x k blocks -> logarithms ++ 7 of position
                                            \-> logarithms: what the last layers see of the block itself

The cell of k x k blocks is chosen so that the shorter side has about 36: networks resize pictures to a fixed
size.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from beholder import _core

Array = npt.NDArray[np.float32]

MEASURES = 13
POSITIONS = 7
MEANS = 3  # the first measures are means of Y, Cb, Cr; the others energies
CELL_SPAN = 288  # pixels of the shorter side for one more block a cell's side: 36 cells of 8 pixels

# Zigzag positions of the luma bands: horizontal, vertical, diagonal low frequencies, then the rest in three.
BANDS = ((1, 5, 6), (2, 3), (4, 7), tuple(range(8, 16)), tuple(range(16, 32)), tuple(range(32, 64)))


@dataclass(frozen=True, kw_only=True)
class Features:
    """Inputs of the network for one picture.

    Attributes:
        cells: (r, c, 20): logarithms of the measures of a cell, then its position.
        blocks: (R, C, 13): logarithms of the measures of a luma block.
        cell: Blocks along a cell's side.
    """

    cells: Array
    blocks: Array
    cell: int


def cell_side(width: int, height: int) -> int:
    """Blocks along a cell's side."""
    return max(1, (min(width, height) + CELL_SPAN // 2) // CELL_SPAN)


def _neighbour_differences(means: Array) -> Array:
    """(R, C) mean squared difference to the four neighbours; at the edge the block is its own neighbour."""
    padded = np.pad(means, 1, mode="edge")
    neighbours = (padded[1:-1, :-2], padded[1:-1, 2:], padded[:-2, 1:-1], padded[2:, 1:-1])
    return np.asarray(sum((neighbour - means) ** 2 for neighbour in neighbours) / 4, np.float32)


def block_measures(coefficients: _core.CoefficientImage) -> Array:
    """(R, C, 13), in sample values and their squares; chroma is that of the block a luma block lies under."""
    planes = [
        coefficients.values(c).astype(np.float32) / _core.COEFFICIENT_SCALE
        for c in range(coefficients.components)
    ]
    luma = planes[0]
    rows, columns = luma.shape[:2]
    measures = np.zeros((rows, columns, MEASURES), np.float32)
    measures[..., 0] = luma[..., 0] / 8
    for index, band in enumerate(BANDS):
        measures[..., MEANS + index] = (luma[..., list(band)] ** 2).sum(-1)
    measures[..., 9] = _neighbour_differences(luma[..., 0] / 8)
    if len(planes) >= 3:
        for c in (1, 2):
            plane = planes[c]
            under = np.ix_(
                np.arange(rows) * plane.shape[0] // rows, np.arange(columns) * plane.shape[1] // columns
            )
            measures[..., c] = plane[..., 0][under] / 8
            measures[..., 10] += _neighbour_differences(plane[..., 0] / 8)[under]
            measures[..., 10 + c] = (plane[..., 1:] ** 2).sum(-1)[under]
    return measures


def pool(measures: Array, side: int) -> Array:
    """(ceil(R / side), ceil(C / side), n): means over side x side; at the edge over what is there."""
    for axis in (0, 1):
        starts = np.arange(0, measures.shape[axis], side)
        counts = np.minimum(starts + side, measures.shape[axis]) - starts
        sums = np.add.reduceat(measures, starts, axis=axis)
        measures = np.asarray(sums / np.expand_dims(counts, [a for a in range(3) if a != axis]), np.float32)
    return measures


def compress(measures: Array) -> Array:
    """Measures brought to about -1..2: means divided, energies as logarithms."""
    means = measures[..., :MEANS] / np.array([64, 32, 32], np.float32)
    energies = np.log(1 + measures[..., MEANS:]) / 4 - 1
    return np.concatenate([means, energies], -1).astype(np.float32)


def positions(width: int, height: int, side: int, rows: int, columns: int) -> Array:
    """(rows, columns, 7) of the cells' centres, in units of the shorter side from the picture's centre."""
    short, long = min(width, height), max(width, height)
    v, u = np.meshgrid(
        ((np.arange(rows) + 0.5) * 8 * side - height / 2) / short,
        ((np.arange(columns) + 0.5) * 8 * side - width / 2) / short,
        indexing="ij",
    )
    u, v = np.clip(u, -2, 2), np.clip(v, -2, 2)
    square = 2 * np.maximum(abs(u), abs(v))  # 1 on the edge of the central square that classifiers crop from
    edge = np.clip((square - 0.87) * 8, -1, 1)  # about 7/8 of it is what they see
    aspect = np.full_like(u, min(np.log(long / short), 2))
    size = np.full_like(u, np.clip(np.log2(short / (CELL_SPAN * side)), -1, 1))
    return np.stack([abs(u), v, abs(v), square, edge, aspect, size], -1).astype(np.float32)


def features(coefficients: _core.CoefficientImage) -> Features:
    """The network's inputs for a picture."""
    side = cell_side(coefficients.width, coefficients.height)
    measures = block_measures(coefficients)
    pooled = pool(measures, side)
    place = positions(coefficients.width, coefficients.height, side, *pooled.shape[:2])
    return Features(cells=np.concatenate([compress(pooled), place], -1), blocks=compress(measures), cell=side)
