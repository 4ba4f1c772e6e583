"""What an observer tells the encoder: weights on squared DCT error, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from beholder.errors import UsageError

if TYPE_CHECKING:
    from beholder.observers._picture_blocks import PictureBlocks

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
        """What `parse` reads, if the observer can be named; a word for messages otherwise."""

    def sensitivity(self, sampling: Sampling, picture: PictureBlocks | None = None) -> Sensitivity:
        """Weights for pictures with components of these sampling factors.

        Args:
            sampling: Of the components.
            picture: The picture to adapt to; without it, what holds for any picture.
        """


class GradientObserver(Protocol):
    """A network that looks at a decoded picture and says which way it should change."""

    def reference(self, original: NDArray[np.uint8], orientation: int = 1) -> Any:
        """What it sees in the (H, W, 3) or (H, W) original, for `distance_gradient`.

        It sees pictures upright, turned as their EXIF orientation (1..8) asks.
        """

    def distance_gradient(
        self, reference: Any, decoded: NDArray[np.uint8], sampling: Sampling, orientation: int = 1
    ) -> tuple[float, list[FloatArray]]:
        """How far apart the network's answers are, and the gradient of that.

        Args:
            reference: Of the original.
            decoded: Of the original's size.
            sampling: Of the components of a JPEG.
            orientation: That of the original.

        Returns:
            The distance, and for each component (rows, columns, 64) its gradient at the DCT coefficients of
            `decoded` as it is stored: the blocks that cover the picture, zigzag order.
        """


def kind_of(observer: Observer) -> str:
    """Return the word by which `quality` finds the observer's scale: its `kind`, or else its name."""
    return str(getattr(observer, "kind", observer.name))


def start_steps(weights: FloatArray, exponent: float) -> FloatArray:
    """Quantiser steps that fall with the weights to the power of `exponent`, 1 at the mean weight."""
    return np.asarray((weights / weights.mean()) ** -exponent, dtype=np.float32)
