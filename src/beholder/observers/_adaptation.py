"""Adaptive sensitivity mapping (ASM): from a picture's sensitivity to weights of its blocks.

After L. Ye, arXiv 2503.10912, 2025.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from beholder.observers._sensitivity import FloatArray, PictureBlocks, Sampling
from beholder.options import Options, option


class BlockSupplier(Protocol):
    """Whoever knows where in a picture a network looks: the network itself, or a predictor of it."""

    def block_sensitivity(self, picture: PictureBlocks, sampling: Sampling) -> Sequence[FloatArray]:
        """For each component (rows, columns) of mean squared gradients, in any unit, at least 0.

        Blocks beyond the picture may be left out.
        """


@dataclass(frozen=True, kw_only=True, repr=False)
class Adaptation(Options):
    """weight = floor + (1 - floor) * (sensitivity / its mean) ** gamma."""

    floor: float = option(0.01, help="weight of a block that the network ignores", above=0, maximum=1)
    gamma: float = option(
        0.5, help="how far weights follow the sensitivity; 0 not at all", minimum=0, maximum=4
    )

    def weights(
        self, sensitivity: Sequence[FloatArray], counts: Sequence[tuple[int, int]]
    ) -> tuple[FloatArray, ...]:
        """Return weights for the (rows, columns) of blocks stored; those beyond the picture weigh `floor`."""
        found = []
        for own, (rows, columns) in zip(sensitivity, counts, strict=True):
            mean = own.mean(dtype=np.float64)
            relative = np.zeros((rows, columns), np.float32)
            # A network may look at nothing of a component: all blocks are alike then.
            relative[: own.shape[0], : own.shape[1]] = own / mean if mean > 0 else 1.0
            found.append(np.asarray(self.floor + (1 - self.floor) * relative**self.gamma, np.float32))
        return tuple(found)
