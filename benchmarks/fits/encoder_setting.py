"""How the level search is set while it is fitted: the arrays of an observer, at any scale."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beholder import _core
from beholder.observers import Masking

Pixels = NDArray[np.uint8]
Weights = NDArray[np.float32]


@dataclass(frozen=True)
class Setting:
    """What `beholder.observers.Sensitivity` says, with the masking model apart.

    Attributes:
        weights: (3, 64), zigzag order.
        start_steps: (3, 64), quantiser steps at scale 1.
        masking: Block weights.
        lambda_ratio: Price of a bit over the squared scale.
    """

    weights: Weights
    start_steps: Weights
    masking: Masking
    lambda_ratio: float


def block_weights(coefficients: _core.CoefficientImage, masking: Masking) -> list[Weights]:
    """One (rows, columns) array a component."""
    return _core.masking_weights(
        coefficients,
        knee=masking.knee,
        luma_exponent=masking.luma_exponent,
        chroma_exponent=masking.chroma_exponent,
        step_share=masking.step_share,
    )


def search_levels(
    coefficients: _core.CoefficientImage, scale: float, setting: Setting, blocks: Sequence[Weights]
) -> tuple[_core.LevelImage, list[_core.Scan]]:
    """Levels and scans of a sequential file."""
    return _core.optimise_levels(
        coefficients,
        scale,
        weights=setting.weights,
        block_weights=blocks,
        start_steps=setting.start_steps,
        lambda_ratio=setting.lambda_ratio,
        mode="sequential",
    )
