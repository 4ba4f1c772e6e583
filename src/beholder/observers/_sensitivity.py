"""What the encoder tells an observer, the picture, and what it is told: weights on squared DCT error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from beholder import _core
from beholder.errors import UsageError

Sampling: TypeAlias = tuple[tuple[int, int], ...]
"""(horizontal, vertical) sampling factor of each component, luma first."""

FloatArray: TypeAlias = NDArray[np.float32]


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


@dataclass(frozen=True, kw_only=True)
class Masking:
    """Block weights from the picture's activity: (1 + activity / knee) ** -exponent.

    Activity is the mean squared AC coefficient of a luma block plus `step_share` times the mean squared
    difference of its mean to its four neighbours' (8-bit sample values, squared).
    """

    knee: float
    luma_exponent: float
    chroma_exponent: float
    step_share: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Sensitivity:
    """Weights on squared DCT error, and how the search should use them.

    Attributes:
        frequency: (components, 64) float32, zigzag order, positive; the unit is free.
        start_steps: (components, 64) float32: quantiser steps at scale 1, which the search refines.
        masking: Block weights computed from the picture, or None.
        blocks: Block weights given: one (rows, columns) float32 array a component, for the blocks that the
            picture is stored in; empty for none. Not together with `masking`.
        lambda_ratio: Price of a bit over the squared scale.
        zeroing_surcharge: Share of a coefficient's energy charged on top when a level is zeroed.
    """

    frequency: FloatArray
    start_steps: FloatArray
    masking: Masking | None = None
    blocks: tuple[FloatArray, ...] = ()
    lambda_ratio: float = 0.1
    zeroing_surcharge: float = 0.0

    def __post_init__(self) -> None:
        for name in ("frequency", "start_steps"):
            values = np.ascontiguousarray(getattr(self, name), dtype=np.float32)
            if values.ndim != 2 or values.shape[1] != 64:
                raise UsageError(f"{name} must have shape (components, 64), got {values.shape}")
            if not (np.isfinite(values).all() and (values > 0).all()):
                raise UsageError(f"{name} must be positive and finite")
            object.__setattr__(self, name, values)
        if self.masking is not None and self.blocks:
            raise UsageError("give masking or blocks, not both")


def start_steps(weights: FloatArray, exponent: float) -> FloatArray:
    """Quantiser steps that fall with the weights to the power of `exponent`, 1 at the mean weight."""
    return np.asarray((weights / weights.mean()) ** -exponent, dtype=np.float32)


def block_weights(sensitivity: Sensitivity, picture: PictureBlocks) -> list[FloatArray]:
    """(rows, columns) weights of the stored blocks by component, given or by masking; empty for none."""
    if sensitivity.masking is None:
        return list(sensitivity.blocks)
    return _core.masking_weights(picture.coefficients, **asdict(sensitivity.masking), threads=picture.threads)
