"""Blocks and 1x1 convolutions of the transforms as one autograd function each, for bfloat16 on a CPU.

Values are rows of channels, one a place: 1x1 convolutions are products of matrices, and what lies between
them are loops of the core. The plain twins, for all else, are the modules of `beholder.learned.blocks`, as
tensor operations; here sums and what is learned of biases and scales stay in float32.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from beholder import _core
from beholder.learned.fused import rows_of


def runs_fused(values: Tensor) -> bool:
    """Return whether what is done to values next is training in bfloat16 on a CPU, not compiled by torch."""
    return (
        torch.is_grad_enabled()
        and values.device.type == "cpu"
        and torch.is_autocast_enabled("cpu")
        and torch.get_autocast_dtype("cpu") == torch.bfloat16
        and not torch.compiler.is_compiling()
    )


def _bits(values: Tensor) -> npt.NDArray[np.uint16]:
    bits: npt.NDArray[np.uint16] = values.view(torch.uint16).numpy()
    return bits


def _matrix(weight: Tensor) -> Tensor:
    """Return (outputs, inputs) in bfloat16 of the weights of a 1x1 convolution."""
    return weight.detach().flatten(1).bfloat16()


def _rows(values: Tensor) -> Tensor:
    """Return (places, channels) in bfloat16 of (B, channels, H, W)."""
    return rows_of(values.detach().bfloat16()).flatten(0, 2)


def _picture(rows: Tensor, like: torch.Size) -> Tensor:
    """Return (B, channels, H, W) of rows."""
    batch, _, height, width = like
    return rows.view(batch, height, width, -1).permute(0, 3, 1, 2)


def _weight_gradient(gradient: Tensor, rows: Tensor) -> Tensor:
    """Return (outputs, inputs, 1, 1) in float32."""
    return (gradient.mT @ rows).float()[:, :, None, None]


def _total(rows: Tensor) -> Tensor:
    totals = rows.new_empty(rows.shape[1], dtype=torch.float32)
    _core.total_rows(_bits(rows), totals.numpy())
    return totals


def _sum(values: Tensor, sums: Tensor, bias: Tensor) -> Tensor:
    out = torch.empty_like(values)
    _core.add_rows(_bits(values), _bits(sums), bias.detach().numpy(), _bits(out))
    return out


class FusedPointwise(torch.autograd.Function):
    """A 1x1 convolution with a bias."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        """Return (B, outputs, H, W) in bfloat16 of (B, inputs, H, W)."""
        rows, matrix = _rows(values), _matrix(weight)
        ctx.save_for_backward(rows, matrix)
        ctx.shape = values.shape
        return _picture(torch.addmm(bias.bfloat16(), rows, matrix.mT), values.shape)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of all three."""
        rows, matrix = ctx.saved_tensors
        gradient = _rows(gradients[0])
        by_values = _picture(gradient @ matrix, ctx.shape) if ctx.needs_input_grad[0] else None
        return by_values, _weight_gradient(gradient, rows), _total(gradient)


class FusedBlock(torch.autograd.Function):
    """What `Block.forward` computes."""

    @staticmethod
    def forward(  # noqa: PLR0917  # autograd passes no keywords
        ctx: Any,
        values: Tensor,
        scales: Tensor | None,
        mix_in: Tensor,
        mix_in_bias: Tensor,
        places: Tensor,
        places_bias: Tensor,
        mix_out: Tensor,
        mix_out_bias: Tensor,
        widen: Tensor,
        widen_bias: Tensor,
        narrow: Tensor,
        narrow_bias: Tensor,
    ) -> Tensor:
        """Return (B, channels, H, W) in bfloat16.

        Args:
            ctx: Of autograd.
            values: (B, channels, H, W).
            scales: (B, 2 * channels); None: all 1.
            mix_in: Weights of the block's convolutions, and their biases, from here on.
            mix_in_bias: (channels,).
            places: (channels, 1, 3, 3).
            places_bias: (channels,).
            mix_out: (channels, channels, 1, 1).
            mix_out_bias: (channels,).
            widen: (2 * channels, channels, 1, 1).
            widen_bias: (2 * channels,).
            narrow: (channels, channels, 1, 1).
            narrow_bias: (channels,).
        """
        entered = _rows(values)
        given = torch.ones(1, 2 * values.shape[1]) if scales is None else scales.detach().float()
        first, second = (part.contiguous() for part in given.chunk(2, dim=1))
        matrices = [_matrix(weight) for weight in (mix_in, mix_out, widen, narrow)]
        kernel = places.detach().flatten(1).T.contiguous()
        mix_in_bias, widen_bias = mix_in_bias.detach(), widen_bias.detach()

        mixed = entered @ matrices[0].mT
        hidden = torch.empty_like(mixed)
        _core.rectify_rows(_bits(mixed), mix_in_bias.numpy(), first.numpy(), _bits(hidden))
        spread = torch.empty_like(hidden)
        height, width = values.shape[2:]
        _core.convolve_places(
            height, width, _bits(hidden), kernel.numpy(), places_bias.detach().numpy(), _bits(spread)
        )
        middle = _sum(entered, spread @ matrices[1].mT, mix_out_bias)
        widened = middle @ matrices[2].mT
        gated = torch.empty_like(middle)
        _core.gate_rows(_bits(widened), widen_bias.numpy(), second.numpy(), _bits(gated))
        left = _sum(middle, gated @ matrices[3].mT, narrow_bias)

        ctx.save_for_backward(
            *(entered, mixed, hidden, spread, middle, widened, gated),
            *(first, second, kernel, mix_in_bias, widen_bias),
            *matrices,
        )
        ctx.shape, ctx.scaled = values.shape, scales is not None
        return _picture(left, values.shape)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of all arguments."""
        entered, mixed, hidden, spread, middle, widened, gated, *others = ctx.saved_tensors
        first, second, kernel, mix_in_bias, widen_bias, *matrices = others
        mix_in, mix_out, widen, narrow = matrices
        by_left = _rows(gradients[0])

        by_widened, by_widen_bias, by_second = (torch.empty_like(of) for of in (widened, widen_bias, second))
        _core.propagate_gated_rows(
            *(_bits(by_left @ narrow), _bits(widened), widen_bias.numpy(), second.numpy()),
            *(_bits(by_widened), by_widen_bias.numpy(), by_second.numpy()),
        )
        by_middle = torch.addmm(by_left, by_widened, widen)

        by_hidden, by_kernel, by_places_bias = (torch.empty_like(of) for of in (hidden, kernel, mix_in_bias))
        by_spread = by_middle @ mix_out
        height, width = ctx.shape[2:]
        _core.propagate_places(
            height,
            width,
            *(_bits(by_spread), _bits(hidden), kernel.numpy()),
            *(_bits(by_hidden), by_kernel.numpy(), by_places_bias.numpy()),
        )
        by_mixed, by_mix_in_bias, by_first = (torch.empty_like(of) for of in (mixed, mix_in_bias, first))
        _core.propagate_rectified_rows(
            *(_bits(by_hidden), _bits(mixed), mix_in_bias.numpy(), first.numpy()),
            *(_bits(by_mixed), by_mix_in_bias.numpy(), by_first.numpy()),
        )
        by_entered = torch.addmm(by_middle, by_mixed, mix_in)
        return (
            _picture(by_entered, ctx.shape),
            torch.cat([by_first, by_second], dim=1) if ctx.scaled else None,
            *(_weight_gradient(by_mixed, entered), by_mix_in_bias),
            *(by_kernel.T.contiguous().view(-1, 1, 3, 3), by_places_bias),
            *(_weight_gradient(by_middle, spread), _total(by_middle)),
            *(_weight_gradient(by_widened, middle), by_widen_bias),
            *(_weight_gradient(by_left, gated), _total(by_left)),
        )
