"""The kind of network ``dct``: transforms that start as a DCT, with blocks that learn what lies beyond it."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from beholder.learned import fused
from beholder.learned.architecture import Architecture
from beholder.learned.block_transform import BLOCK, BlockTransform, lowest_frequencies, typical_sizes
from beholder.learned.blocks import Blocks, Modulation, Pointwise
from beholder.learned.condition import Condition
from beholder.learned.network import CompressionNetwork


def _single_precision(values: Tensor) -> torch.autocast:
    """Keep the linear path out of bfloat16, too coarse for latents in the hundreds."""
    return torch.autocast(values.device.type, enabled=False)


def _product(linear: nn.Conv2d, values: Tensor, *, bfloat16_gradients: bool) -> Tensor:
    """Return what a 1x1 convolution without a bias gives, in float32."""
    if bfloat16_gradients and torch.is_grad_enabled():
        products: Tensor = fused.Linear.apply(fused.rows_of(values), linear.weight[:, :, 0, 0])
        return products.permute(0, 3, 1, 2)
    result: Tensor = linear(values)
    return result


def _modulation(parts: tuple[Blocks, Blocks], observers: int, *, by_quality: bool) -> Modulation | None:
    """Return the scales of blocks; None in a network without a dial, whose weights have none."""
    return Modulation(parts, observers, by_quality=by_quality) if observers > 1 else None


def _scales(modulation: Modulation | None, condition: Condition) -> tuple[Tensor | None, Tensor | None]:
    if modulation is None:
        return None, None
    first, second = modulation(condition)
    return first, second


def _zero(convolution: nn.Conv2d) -> None:
    """Let a fresh network be its linear path alone."""
    assert convolution.bias is not None
    convolution.weight.zero_()
    convolution.bias.zero_()


class Analysis(nn.Module):
    """Latents of a picture.

    ::

        x -> DCT 8 -> 1x1 -> blocks at 1/8 -> unshuffle 2 -> 1x1 -> blocks at 1/16 -> 1x1 -> + -> y
        '--> DCT 16 -> 1x1, which starts as a choice of coefficients -----------------------'

    The linear path is the bypass of Li et al., "On disentangled training for nonlinear transform in learned
    image compression" (ICLR 2025), as one block transform instead of four wavelet steps.
    """

    def __init__(
        self, *, fine: int, coarse: int, latents: int, fine_blocks: int, coarse_blocks: int, observers: int
    ) -> None:
        """Set the widths at 1/8 and 1/16, how many blocks there are at each, and the observer's anchors."""
        super().__init__()
        self.bfloat16_gradients = False  # of the linear path
        self.fine_transform = BlockTransform(8)
        self.transform = BlockTransform(BLOCK)
        self.enter = Pointwise(3 * 64, fine)
        self.fine = Blocks(fine, fine_blocks)
        self.shrink = Pointwise(4 * fine, coarse)
        self.coarse = Blocks(coarse, coarse_blocks)
        self.leave = Pointwise(coarse, latents)
        self.linear = nn.Conv2d(3 * BLOCK * BLOCK, latents, 1, bias=False)
        self.modulation = _modulation((self.fine, self.coarse), observers, by_quality=False)
        chosen = lowest_frequencies(latents)
        with torch.no_grad():
            _zero(self.leave)
            self.linear.weight.zero_()
            self.linear.weight[torch.arange(latents), chosen, 0, 0] = typical_sizes(BLOCK)[chosen]

    def forward(self, picture: Tensor, condition: Condition) -> Tensor:
        """Return (B, latents, H/16, W/16) of a (B, 3, H, W) picture in -0.5..0.5, sides multiples of 16.

        They do not depend on the quality.
        """
        with _single_precision(picture):
            fine, coarse = self.fine_transform(picture), self.transform(picture)
            linear = _product(self.linear, coarse, bfloat16_gradients=self.bfloat16_gradients)
        fine_scales, coarse_scales = _scales(self.modulation, condition)
        values = self.fine(self.enter(fine), fine_scales)
        values = self.coarse(self.shrink(functional.pixel_unshuffle(values, 2)), coarse_scales)
        latents: Tensor = self.leave(values).float() + linear
        return latents


class Synthesis(nn.Module):
    """A picture of latents: the mirror of `Analysis`."""

    size: Tensor

    def __init__(
        self, *, fine: int, coarse: int, latents: int, fine_blocks: int, coarse_blocks: int, observers: int
    ) -> None:
        """Set the widths at 1/8 and 1/16, how many blocks there are at each, and the observer's anchors."""
        super().__init__()
        self.bfloat16_gradients = False  # of the linear path
        self.transform = BlockTransform(BLOCK)
        self.enter = Pointwise(latents, coarse)
        self.coarse = Blocks(coarse, coarse_blocks)
        self.grow = Pointwise(coarse, 4 * fine)
        self.fine = Blocks(fine, fine_blocks)
        self.leave = Pointwise(fine, 3 * 64)
        self.linear = nn.Conv2d(latents, 3 * BLOCK * BLOCK, 1, bias=False)
        self.modulation = _modulation((self.fine, self.coarse), observers, by_quality=True)
        chosen = lowest_frequencies(latents)
        size = typical_sizes(BLOCK)[chosen]
        self.register_buffer("size", size, persistent=False)
        with torch.no_grad():
            _zero(self.leave)
            self.linear.weight.zero_()
            self.linear.weight[chosen, torch.arange(latents), 0, 0] = size

    def forward(self, latents: Tensor, condition: Condition) -> Tensor:
        """Return a (B, 3, 16 * h, 16 * w) picture of (B, latents, h, w), about -0.5..0.5 but not clipped."""
        latents = latents / self.size[:, None, None]
        fine_scales, coarse_scales = _scales(self.modulation, condition)
        values = self.coarse(self.enter(latents), coarse_scales)
        values = self.fine(functional.pixel_shuffle(self.grow(values), 2), fine_scales)
        correction = functional.pixel_shuffle(self.leave(values), 8)
        with _single_precision(latents):
            linear = _product(self.linear, latents, bfloat16_gradients=self.bfloat16_gradients)
            return correction.float() + self.transform.inverse(linear)


class Network(CompressionNetwork):
    """Of the weights that ship; `docs/learned.md` says why it is built as it is."""

    def __init__(self, architecture: Architecture) -> None:
        sizes = architecture
        widths = {
            "fine": sizes.fine,
            "coarse": sizes.coarse,
            "latents": sizes.latents,
            "observers": sizes.observer_anchors,
        }
        super().__init__(
            architecture,
            Analysis(**widths, fine_blocks=sizes.fine_blocks, coarse_blocks=sizes.coarse_blocks),
            Synthesis(**widths, fine_blocks=sizes.synthesis_fine_blocks, coarse_blocks=sizes.coarse_blocks),
        )
        # Each block looks one place further; what is between a place and its block's edge comes on top.
        fine = max(sizes.fine_blocks, sizes.synthesis_fine_blocks)
        self.reach = BLOCK * (sizes.coarse_blocks + 1) + BLOCK // 2 * fine
