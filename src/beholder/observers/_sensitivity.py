"""What an observer tells the encoder: weights on squared DCT error, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from beholder.errors import UsageError

Sampling: TypeAlias = tuple[tuple[int, int], ...]
"""(horizontal, vertical) sampling factor of each component, luma first."""

FloatArray: TypeAlias = NDArray[np.float32]


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
        masking: Block weights computed from the picture, or nothing.
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
        """Checks shapes and values.

        Raises:
            UsageError: Arrays of another shape, or values that are not positive and finite.
        """
        for name in ("frequency", "start_steps"):
            values = np.ascontiguousarray(getattr(self, name), dtype=np.float32)
            if values.ndim != 2 or values.shape[1] != 64:
                raise UsageError(f"{name} must have shape (components, 64), got {values.shape}")
            if not (np.isfinite(values).all() and (values > 0).all()):
                raise UsageError(f"{name} must be positive and finite")
            object.__setattr__(self, name, values)
        if self.masking is not None and self.blocks:
            raise UsageError("give masking or blocks, not both")


class Observer(Protocol):
    """Whoever looks at the decoded picture, as far as the JPEG encoder asks."""

    @property
    def name(self) -> str:
        """A word for messages and for the table that `quality` is looked up in."""

    def sensitivity(self, sampling: Sampling) -> Sensitivity:
        """Weights for a picture with components of these sampling factors."""


@dataclass(frozen=True, eq=False)
class FixedSensitivity:
    """An observer made of arrays.

    Attributes:
        frequency: (components, 64) weights in zigzag order.
        blocks: One (rows, columns) array of weights a component, or empty.
        name: A word for messages.
    """

    frequency: FloatArray
    blocks: tuple[FloatArray, ...] = field(default=())
    name: str = "fixed"

    def sensitivity(self, sampling: Sampling) -> Sensitivity:
        """The arrays as they were given.

        Raises:
            UsageError: They are for another number of components.
        """
        weights = np.ascontiguousarray(self.frequency, dtype=np.float32)
        if weights.ndim != 2 or len(weights) != len(sampling):
            raise UsageError(
                f"the sensitivity has shape {weights.shape}; this picture needs ({len(sampling)}, 64)"
            )
        return Sensitivity(
            frequency=weights, start_steps=start_steps(weights, exponent=0.5), blocks=self.blocks
        )


def start_steps(weights: FloatArray, exponent: float) -> FloatArray:
    """Quantiser steps that fall with the weights to the power of `exponent`, 1 at the mean weight."""
    return np.asarray((weights / weights.mean()) ** -exponent, dtype=np.float32)
