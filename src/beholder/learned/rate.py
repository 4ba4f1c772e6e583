"""How many bits symbols take: a Gaussian integrated over each integer's bin, with a tail."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from beholder.learned import fused

SCALES = 64
SMALLEST_SCALE = 0.11  # a residual that is all but certainly 0; the floor of Ballé et al. (ICLR 2018)
LARGEST_SCALE = 64.0
_TAIL = 2.0**-12
_TAIL_SUM = math.pi**2 / 3 - 1  # of 1 / (1 + |k|)^2 over all whole k
LOG_STEP = math.log(LARGEST_SCALE / SMALLEST_SCALE) / (SCALES - 1)


def scale_of_index(index: Tensor) -> Tensor:
    """Return the standard deviations of scale indices 0..63, whole or not; they are log-spaced."""
    return SMALLEST_SCALE * torch.exp(index * LOG_STEP)


def residual_bits(residual: Tensor, scale_index: Tensor) -> Tensor:
    """Return ``-log2 P`` of the bin around a residual: P is a Gaussian's, and for one in 4096 a tail's.

    The tail falls with the square of the residual. It stands for how the coder treats what a table does not
    hold: without it a residual of 500 where 0 was all but certain would cost millions of bits, and its
    gradient would drown that of all others. Computed in the logarithm, so that bits and gradient stay finite
    and right.

    Args:
        residual: Symbols less their mean, of any shape.
        scale_index: 0..63, whole or not, of the same shape.
    """
    if torch.is_grad_enabled() and fused.is_fusible(residual, scale_index):
        constants = SMALLEST_SCALE, LOG_STEP, _TAIL, _TAIL_SUM
        found: Tensor = fused.ResidualBits.apply(residual, scale_index, constants)
        return found
    scale = scale_of_index(scale_index)
    distance = residual.abs()
    upper = torch.special.log_ndtr((0.5 - distance) / scale)
    lower = torch.special.log_ndtr((-0.5 - distance) / scale)
    inside = upper + torch.log1p(-torch.exp(lower - upper)) + math.log1p(-_TAIL)
    tail = math.log(_TAIL / _TAIL_SUM) - 2 * torch.log1p(distance)
    bits: Tensor = torch.logaddexp(inside, tail) / -math.log(2)
    return bits
