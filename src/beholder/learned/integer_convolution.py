"""Convolutions of small integers, the only arithmetic of the entropy path.

Activations are integers of at most 8 bits, weights of 8 bits, and every sum stays below 2^24, where float32
(and TF32's accumulator, and float64) holds all integers exactly. So the order of additions cannot matter, and
with it neither can threads, memory layout or the kernel. One float32 product then scales the sum, and IEEE
754 says what it is to the last bit. Training computes with the same integers in the forward pass, and with
gradients as if nothing had been rounded (straight-through).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from beholder.learned import fused
from beholder.learned.condition import ANCHORS, Condition, ConditionTable, mixed_rows

UNIT = 16  # integer activations that make 1.0, the size at which biases and weights are learned
LARGEST_WEIGHT = 127
EXACT = 1 << 24  # up to here float32 has every integer


class _Replace(torch.autograd.Function):
    @staticmethod
    def forward(_ctx: Any, _values: Tensor, others: Tensor) -> Tensor:
        return others.view_as(others)  # autograd takes no input for a result

    @staticmethod
    def backward(_ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return gradients[0], None


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


def replace_through(values: Tensor, others: Tensor) -> Tensor:
    """Return other values, such as rounded ones; the gradient of the first values is 1."""
    replaced: Tensor = _Replace.apply(values, others)
    return replaced


def round_through(values: Tensor) -> Tensor:
    """Return the nearest integers (half to even); the gradient is 1."""
    return replace_through(values, torch.round(values.detach()))


def clamp_through(values: Tensor, least: float, most: float) -> Tensor:
    """Return the values clamped; the gradient is 1, but 0 where a step would lead further out of range.

    What was pushed out of range can so come back, and does not run away: what gains by a smaller value where
    the smallest is reached would ask for ever smaller ones, without end.
    """
    clamped: Tensor = _Clamp.apply(values, least, most)
    return clamped


def rounded_between(rows: Tensor, condition: Condition) -> Tensor:
    """Return the (B, channels) integers between the anchors of the observer, as `rows_at` has them.

    Args:
        rows: (B, observers, channels) integers.
        condition: Of the batch.
    """
    if rows.shape[1] == 1:
        return rows[:, 0]
    return round_through(mixed_rows(rows, condition)).to(rows.dtype)


@dataclass(frozen=True)
class Range:
    """What a convolution's results are clamped to; `rectified` ones learn nothing from below their range."""

    least: int
    most: int
    rectified: bool = False

    @property
    def largest(self) -> int:
        """The largest magnitude."""
        return max(-self.least, self.most)

    def clamp(self, values: Tensor) -> Tensor:
        """Return the values clamped, with a gradient fit for training."""
        if self.rectified:
            values = functional.relu(values)
        return clamp_through(values, self.least, self.most)


RECTIFIED = Range(0, 255, rectified=True)
SIGNED = Range(-127, 127)


@dataclass(frozen=True)
class Weights:
    """What a convolution computes with under a condition.

    Attributes:
        kernel: (outputs, inputs / groups, side, side).
        bias: (B, outputs) or (1, outputs), in units of the sums.
        scale: (outputs,), of sums to activations; None where activations are not rounded.
    """

    kernel: Tensor
    bias: Tensor
    scale: Tensor | None


class Convolution(nn.Module):
    """A 1x1 or depthwise 3x3 convolution: sums, then a bias, a scale, rounding and a clamp.

    Attributes:
        groups: 1, or the number of channels where it is depthwise.
        taken: Range of the activations in.
        given: Range of the activations out.
        bfloat16_gradients: Computes the gradients of 1x1 convolutions in bfloat16.
    """

    def __init__(self, *, groups: int, taken: Range, given: Range) -> None:
        super().__init__()
        self.groups = groups
        self.taken = taken
        self.given = given
        self.bfloat16_gradients = False

    def weights(self, condition: Condition) -> Weights:
        """Return what it computes with."""
        raise NotImplementedError

    def forward(self, values: Tensor, condition: Condition) -> Tensor:
        """Return (B, outputs, H, W) for (B, inputs, H, W) activations."""
        own = self.weights(condition)
        if self.groups == 1:
            sums = self.products(fused.rows_of(values), own.kernel[:, :, 0, 0])
        else:
            padding = own.kernel.shape[-1] // 2
            sums = fused.rows_of(functional.conv2d(values, own.kernel, padding=padding, groups=self.groups))
        return self.activate(sums, own.bias, own.scale).permute(0, 3, 1, 2)

    def products(self, values: Tensor, weight: Tensor) -> Tensor:
        """Return sums over the last dimension: (..., outputs) of (..., inputs) and (outputs, inputs).

        Both may have a leading dimension of groups, (groups, rows, inputs) and (groups, outputs, inputs).
        """
        if self.bfloat16_gradients and torch.is_grad_enabled():
            sums: Tensor = fused.Linear.apply(values, weight)
            return sums
        return values @ weight.mT

    def activate(self, sums: Tensor, bias: Tensor, scale: Tensor | None) -> Tensor:
        """Return activations of sums.

        Args:
            sums: (..., outputs), contiguous.
            bias: (..., outputs), of the same rank or less: its dimensions before the last are the first ones
                of `sums`, or 1.
            scale: Likewise; None where activations are not rounded.
        """
        if torch.is_grad_enabled() and fused.is_fusible(sums, bias):
            ends = float(self.given.least), float(self.given.most)
            activations: Tensor = fused.Activate.apply(sums, bias, scale, *ends, self.given.rectified)
            return activations
        sums = sums + _rows_for(bias, sums)
        if scale is not None:
            # Rounded to float32 once, also where float64 has computed the product exactly.
            sums = round_through((sums * _rows_for(scale, sums)).float()).to(sums.dtype)
        return self.given.clamp(sums)


class IntegerConvolution(Convolution):
    """A convolution that is trained in floats and then, `quantised`, in integers.

    Values are in units of 1/16 throughout; quantised or not changes their rounding, not their size.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        taken: Range,
        given: Range,
        depthwise: bool = False,
        observers: int = 0,
    ) -> None:
        """Set the shape.

        Args:
            inputs: Channels in.
            outputs: Channels out.
            taken: Range of the activations in.
            given: Range of the activations out.
            depthwise: 3x3 over each channel alone, instead of 1x1 over all.
            observers: Anchors of the observer in a bias that is learned for every condition; 0: one bias for
                all conditions.
        """
        super().__init__(groups=inputs if depthwise else 1, taken=taken, given=given)
        if depthwise and inputs != outputs:
            raise ValueError(f"got {inputs} channels in and {outputs} out; depthwise keeps them")
        side = 3 if depthwise else 1
        # Activations keep their size from layer to layer (He et al., ICCV 2015): small ones round to nothing.
        self.weight = nn.Parameter(torch.empty(outputs, inputs // self.groups, side, side))
        nn.init.kaiming_normal_(self.weight)
        self.bias = nn.Parameter(torch.rand(outputs) if given.rectified else torch.zeros(outputs))
        self.quality_bias = ConditionTable(torch.zeros(ANCHORS, outputs), observers) if observers else None
        self.quantised = False

    def weights(self, condition: Condition) -> Weights:
        """Return the weights, rounded to integers where `quantised`."""
        table = self.quality_bias
        if not self.quantised:
            bias = self.bias[None]
            return Weights(self.weight, UNIT * (bias if table is None else bias + table(condition)), None)
        scale = self.weight_scale()
        kernel = round_through(self.weight / scale[:, None, None, None])
        rows = self.bias[None, None]
        rows = rows if table is None else rows + table.rows_of_observers(condition)
        return Weights(kernel, rounded_between(round_through(UNIT * rows / scale), condition), scale)

    def weight_scale(self) -> Tensor:
        """Return the (outputs,) size of one step of the integer weights of each channel."""
        largest = self.weight.detach().abs().amax(dim=(1, 2, 3))
        return largest.clamp(min=2.0**-10) / LARGEST_WEIGHT


def _rows_for(shared: Tensor, values: Tensor) -> Tensor:
    """Return rows that the first dimensions of `values` have each their own of, ready to broadcast."""
    missing = values.ndim - shared.ndim
    return shared.reshape(*shared.shape[:-1], *[1] * missing, shared.shape[-1])


def compand(values: Tensor, *, quantised: bool) -> Tensor:
    """Return values as activations of 8 bits: in sixteenths to 2, quarters to 10, and steps of 4 to 262.

    Args:
        values: Latents, multiples of 1/16 and below 2^13 where `quantised`, for which this is exact.
        quantised: Rounds to integers.
    """
    sixteenths = 16 * values
    # Slopes 1, 1/4 and 1/64 as a sum of clamps: unlike one of absolute values, it has a gradient at 0.
    told = 48 / 64 * sixteenths.clamp(-32, 32) + 15 / 64 * sixteenths.clamp(-160, 160)
    told = told + 1 / 64 * sixteenths.clamp(-4192, 4192)
    return round_through(told) if quantised else told
