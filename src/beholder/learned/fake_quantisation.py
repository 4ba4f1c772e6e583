"""Integers in the forward pass, gradients as if nothing had been rounded or cut (straight-through)."""

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
        return values.clamp(least, most)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        return gradients[0], None, None


def round_through(values: Tensor) -> Tensor:
    """Returns the nearest integers (half to even); the gradient is 1."""
    rounded: Tensor = _Round.apply(values)
    return rounded


def clamp_through(values: Tensor, least: float, most: float) -> Tensor:
    """Returns the values clamped; the gradient is 1, so that what was pushed out of range can come back."""
    clamped: Tensor = _Clamp.apply(values, least, most)
    return clamped
