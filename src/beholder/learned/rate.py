"""How many bits symbols take under a Gaussian that is integrated over each integer's bin."""

from __future__ import annotations

import math

import torch
from torch import Tensor

SCALES = 64
SMALLEST_SCALE = 0.11  # a residual that is all but certainly 0; the floor of Ballé et al. (ICLR 2018)
LARGEST_SCALE = 64.0
LOG_STEP = math.log(LARGEST_SCALE / SMALLEST_SCALE) / (SCALES - 1)


def scale_of_index(index: Tensor) -> Tensor:
    """Returns the standard deviations of scale indices 0..63, whole or not; they are log-spaced."""
    return SMALLEST_SCALE * torch.exp(index * LOG_STEP)


def gaussian_bits(residual: Tensor, scale: Tensor) -> Tensor:
    """Returns ``-log2 P(residual - 1/2 < X < residual + 1/2)`` for X ~ N(0, scale^2).

    Computed in the logarithm, so that bits and gradient stay finite and right however unlikely the residual
    is.

    Args:
        residual: Symbols less their mean, of any shape.
        scale: Standard deviations above 0, of the same shape.
    """
    distance = residual.abs()
    upper = torch.special.log_ndtr((0.5 - distance) / scale)
    lower = torch.special.log_ndtr((-0.5 - distance) / scale)
    bits: Tensor = -(upper + torch.log1p(-torch.exp(lower - upper))) / math.log(2)
    return bits
