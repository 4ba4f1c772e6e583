"""The trained entropy path as integers for good: what files are written and read with.

Training rounds float weights at every step. Here they are rounded once, and every sum is shown to stay below
2^24 whatever the activations, so that no order of additions, and no precision from float32 up, can change a
symbol.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from beholder.learned.condition import Condition, rows_at
from beholder.learned.entropy_model import Gaussians, HyperPrior
from beholder.learned.integer_convolution import EXACT, UNIT, Convolution, IntegerConvolution, Weights
from beholder.learned.network import CompressionNetwork
from beholder.learned.rate import SCALES


class FrozenConvolution(Convolution):
    """An `IntegerConvolution` with integer weights; it computes the same to the last bit.

    All buffers are float32 and hold integers, but for `scale`.

    Attributes:
        weight: (outputs, inputs / groups, side, side), -127..127.
        bias: Rows as `rows_at` takes them, of (outputs,).
        scale: (outputs,).
    """

    weight: Tensor
    bias: Tensor
    scale: Tensor

    def __init__(self, trained: IntegerConvolution) -> None:
        """Round the weights.

        Raises:
            ValueError: A sum could reach 2^24, which trained weights of our sizes do not.
        """
        super().__init__(groups=trained.groups, taken=trained.taken, given=trained.given)
        scale = trained.weight_scale()
        weight = torch.round(trained.weight.detach() / scale[:, None, None, None])
        bias = trained.bias.detach()[None]
        if trained.quality_bias is not None:
            bias = bias + trained.quality_bias.all_rows().detach()
        self.register_buffer("weight", weight)
        self.register_buffer("bias", torch.round(UNIT * bias / scale))
        self.register_buffer("scale", scale)
        self.check_sums()

    def check_sums(self) -> None:
        """Check that sums are exact.

        Raises:
            ValueError: A sum could reach 2^24, or a weight or bias is not an integer.
        """
        for values in (self.weight, self.bias):
            if not torch.equal(values, torch.round(values)):
                raise ValueError("weights or biases are not integers")
        reach = self.weight.abs().sum(dim=(1, 2, 3)) * self.taken.largest + self.bias.abs().amax(dim=0)
        if not (reach < EXACT).all():
            raise ValueError(f"sums up to {reach.max().item():.0f}; float32 is exact below {EXACT}")

    def weights(self, condition: Condition) -> Weights:
        """Return the integers it was frozen to."""
        return Weights(self.weight, rows_at(self.bias, condition), self.scale)


class FrozenPrior(nn.Module):
    """A `HyperPrior` as tables, see `rows_at`: means in quarters, and scale indices."""

    mean_quarters: Tensor
    scale_index: Tensor

    def __init__(self, trained: HyperPrior) -> None:
        super().__init__()
        index = torch.round(UNIT * trained.scale_index.all_rows().detach())
        self.register_buffer("mean_quarters", torch.round(4 * trained.mean.all_rows().detach()))
        self.register_buffer("scale_index", index.clamp(0, SCALES - 1))

    def forward(self, condition: Condition) -> Gaussians:
        """Return (B, hyper_latents, 1, 1) parameters."""
        mean, index = rows_at(self.mean_quarters, condition) / 4, rows_at(self.scale_index, condition)
        return Gaussians(mean[:, :, None, None], index[:, :, None, None])


def freeze(trained: CompressionNetwork) -> CompressionNetwork:
    """Return a copy for inference whose entropy path is frozen; it cannot be trained any more.

    Raises:
        ValueError: A sum of the entropy path could reach 2^24.
    """
    network: CompressionNetwork = copy.deepcopy(trained).eval().requires_grad_(False)
    network.quantise()
    for part in list(network.modules()):
        for name, child in list(part.named_children()):
            if isinstance(child, IntegerConvolution):
                part.add_module(name, FrozenConvolution(child))
            elif isinstance(child, HyperPrior):
                part.add_module(name, FrozenPrior(child))
    return network
