"""The core called as `beholder.encode` calls it, at a scale of the quantiser rather than at a quality."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeAlias

from beholder import _core

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from beholder.observers import Sensitivity

BlockWeights: TypeAlias = "list[NDArray[np.float32]]"


def block_weights(coefficients: _core.CoefficientImage, sensitivity: Sensitivity) -> BlockWeights:
    """Weights by block where the observer masks, else none."""
    if sensitivity.masking is None:
        return []
    return _core.masking_weights(coefficients, **asdict(sensitivity.masking))


def optimise(
    coefficients: _core.CoefficientImage,
    blocks: BlockWeights,
    sensitivity: Sensitivity,
    scale: float,
    **options: Any,
) -> tuple[_core.LevelImage, list[_core.Scan]]:
    """Levels and scans; options are those of `_core.optimise_levels` that are not the observer's."""
    return _core.optimise_levels(
        coefficients,
        scale,
        weights=sensitivity.frequency,
        block_weights=blocks,
        start_steps=sensitivity.start_steps,
        lambda_ratio=sensitivity.lambda_ratio,
        zeroing_surcharge=sensitivity.zeroing_surcharge,
        **options,
    )
