"""An observer made of arrays."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from beholder.errors import UsageError
from beholder.observers._mixture import Mixable
from beholder.observers._picture_blocks import PictureBlocks
from beholder.observers._sensitivity import FloatArray, Sampling, Sensitivity, start_steps


@dataclass(frozen=True, eq=False, repr=False)
class FixedSensitivity(Mixable):
    """An observer made of arrays.

    Attributes:
        frequency: (components, 64) weights in zigzag order.
        blocks: One (rows, columns) array of weights a component, or empty.
        name: A word for messages.
    """

    frequency: FloatArray
    blocks: tuple[FloatArray, ...] = field(default=())
    name: str = "fixed"

    def sensitivity(self, sampling: Sampling, picture: PictureBlocks | None = None) -> Sensitivity:
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
