"""Training's many small operations as single loops of the core, where they run: in float32 on a CPU.

Each function here has a plain twin where it is called, which computes the same with tensor operations on
other devices and in other precisions.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from beholder import _core


def is_fusible(*tensors: Tensor) -> bool:
    """Return whether the core's loops take these tensors."""
    return all(values.device.type == "cpu" and values.dtype == torch.float32 for values in tensors)


def rows_of(values: Tensor) -> Tensor:
    """Return (B, H, W, C) of (B, C, H, W), contiguous; a view where the memory format is channels-last."""
    return values.permute(0, 2, 3, 1).contiguous()


class Activate(torch.autograd.Function):
    """Adds a bias, scales and rounds if quantised, and clamps; see `IntegerConvolution`."""

    @staticmethod
    def forward(  # noqa: PLR0917  # autograd passes no keywords
        ctx: Any, sums: Tensor, bias: Tensor, scale: Tensor | None, least: float, most: float, rectified: bool
    ) -> Tensor:
        """Return activations.

        Args:
            ctx: Of autograd.
            sums: (..., channels), contiguous.
            bias: (..., channels), as `Convolution.activate` takes it: an equal share of consecutive rows of
                `sums` for each row.
            scale: Likewise, where activations are integers; None where they are not rounded.
            least: Smallest activation.
            most: Largest activation.
            rectified: Learns nothing from values up to 0.
        """
        result = torch.empty_like(sums)
        passes = torch.empty(sums.shape, dtype=torch.uint8)
        scale = sums.new_empty(0) if scale is None else scale.contiguous()
        _core.activate(
            sums.detach().numpy(),
            bias.detach().contiguous().numpy(),
            scale.numpy(),
            least,
            most,
            rectified,
            sums.shape[-1],
            result.numpy(),
            passes.numpy(),
        )
        ctx.save_for_backward(passes, scale)
        ctx.biases = bias.shape
        return result

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of sums and biases."""
        passes, scale = ctx.saved_tensors
        gradient = gradients[0].contiguous()
        by_sum, by_bias = torch.empty_like(gradient), gradient.new_empty(ctx.biases)
        _core.propagate_activation(
            gradient.numpy(), passes.numpy(), scale.numpy(), passes.shape[-1], by_sum.numpy(), by_bias.numpy()
        )
        return by_sum, by_bias, None, None, None, None


class ResidualBits(torch.autograd.Function):
    """Bits of residuals under Gaussians with a tail; see `beholder.learned.rate.residual_bits`."""

    @staticmethod
    def forward(
        ctx: Any, residual: Tensor, scale_index: Tensor, constants: tuple[float, float, float, float]
    ) -> Tensor:
        """Return bits for residuals and scale indices of one shape.

        Args:
            ctx: Of autograd.
            residual: Symbols less their mean.
            scale_index: 0..63.
            constants: The scale of index 0, the logarithm of the ratio of neighbouring scales, the share of
                the tail, and the sum of ``1 / (1 + |k|)^2`` over all whole k.
        """
        residual, scale_index = residual.detach().contiguous(), scale_index.detach().contiguous()
        bits, by_residual, by_index = (torch.empty_like(residual) for _ in range(3))
        outputs = bits.numpy(), by_residual.numpy(), by_index.numpy()
        _core.rate_residuals(residual.numpy(), scale_index.numpy(), *constants, *outputs)
        ctx.save_for_backward(by_residual, by_index)
        return bits

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of residuals and scale indices."""
        by_residual, by_index = ctx.saved_tensors
        return gradients[0] * by_residual, gradients[0] * by_index, None


class Linear(torch.autograd.Function):
    """Products in float32, exact for integers, whose gradients are products in bfloat16."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, weight: Tensor) -> Tensor:
        """Return (..., outputs) or (groups, rows, outputs).

        Args:
            ctx: Of autograd.
            values: (..., inputs), or (groups, rows, inputs).
            weight: (outputs, inputs), or (groups, outputs, inputs).
        """
        ctx.save_for_backward(values, weight)
        return values @ weight.mT

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None]:
        """Return the gradients of values and weights, in float32."""
        values, weight = ctx.saved_tensors
        gradient = gradients[0].bfloat16()
        by_values = by_weight = None
        if ctx.needs_input_grad[0]:
            by_values = (gradient @ weight.bfloat16()).float()
        if ctx.needs_input_grad[1]:
            if weight.ndim == 2:
                gradient, values = gradient.flatten(0, -2), values.flatten(0, -2)
            by_weight = (gradient.mT @ values.bfloat16()).float()
        return by_values, by_weight
