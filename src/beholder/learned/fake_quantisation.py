"""Integers in the forward pass, gradients as if nothing had been rounded (straight-through)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


class _Round(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        return torch.round(values)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return gradients[0]


class _Clamp(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: Tensor, least: float, most: float) -> Tensor:
        ctx.save_for_backward(values)
        ctx.ends = least, most
        return values.clamp(least, most)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (values,), (least, most), gradient = ctx.saved_tensors, ctx.ends, gradients[0]
        # A step goes against the gradient.
        outwards = ((values > most) & (gradient < 0)) | ((values < least) & (gradient > 0))
        return gradient.masked_fill(outwards, 0.0), None, None


def round_through(values: Tensor) -> Tensor:
    """Return the nearest integers (half to even); the gradient is 1."""
    rounded: Tensor = _Round.apply(values)
    return rounded


def clamp_through(values: Tensor, least: float, most: float) -> Tensor:
    """Return the values clamped; the gradient is 1, but 0 where a step would lead further out of range.

    What was pushed out of range can so come back, and does not run away: what gains by a smaller value where
    the smallest is reached would ask for ever smaller ones, without end.
    """
    clamped: Tensor = _Clamp.apply(values, least, most)
    return clamped
