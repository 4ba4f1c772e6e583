"""Weights of a picture's blocks, whoever computes them."""

from __future__ import annotations

from dataclasses import asdict

from beholder import _core
from beholder.observers._picture_blocks import PictureBlocks
from beholder.observers._sensitivity import FloatArray, Sensitivity


def block_weights(sensitivity: Sensitivity, picture: PictureBlocks) -> list[FloatArray]:
    """(rows, columns) weights of the stored blocks by component, given or by masking; empty for none."""
    if sensitivity.masking is None:
        return list(sensitivity.blocks)
    return _core.masking_weights(picture.coefficients, **asdict(sensitivity.masking), threads=picture.threads)
