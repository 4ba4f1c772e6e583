"""What the transforms are made of."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from beholder.learned.condition import ANCHORS, Condition, ConditionTable
from beholder.learned.fused_block import FusedBlock, FusedPointwise, runs_fused

_SLOPE = 0.01


class Pointwise(nn.Conv2d):
    """A 1x1 convolution."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 1)

    def forward(self, values: Tensor) -> Tensor:
        """Return (B, outputs, H, W) for (B, inputs, H, W)."""
        if runs_fused(values):
            fused: Tensor = FusedPointwise.apply(values, self.weight, self.bias)
            return fused
        return super().forward(values)


class Block(nn.Module):
    """Two residual branches, one across places and one across channels.

    ::

        x -> 1x1 -> leaky ReLU -> depthwise 3x3 -> 1x1 -> + -> 1x1, twice as wide -> gate -> 1x1 -> +
         '-----------------------------------------------' '--------------------------------------'

    What the leaky ReLU and the gate give can be scaled by channel (see `Modulation`).
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.mix_in = nn.Conv2d(channels, channels, 1)
        self.places = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.mix_out = nn.Conv2d(channels, channels, 1)
        self.widen = nn.Conv2d(channels, 2 * channels, 1)
        self.narrow = nn.Conv2d(channels, channels, 1)

    def forward(self, values: Tensor, scales: Tensor | None = None) -> Tensor:
        """Return (B, channels, H, W), as the values given.

        Args:
            values: (B, channels, H, W).
            scales: (B, 2 * channels), of what the leaky ReLU gives, then of what the gate gives; None: all 1.
        """
        if runs_fused(values):
            parts = self.mix_in, self.places, self.mix_out, self.widen, self.narrow
            own = [learned for part in parts for learned in (part.weight, part.bias)]
            fused: Tensor = FusedBlock.apply(values, scales, *own)
            return fused
        hidden = functional.leaky_relu(self.mix_in(values), _SLOPE)
        if scales is not None:
            first, second = scales.to(hidden.dtype)[:, :, None, None].chunk(2, dim=1)
            hidden = hidden * first
        values = values + self.mix_out(self.places(hidden))
        told, gate = self.widen(values).chunk(2, dim=1)
        gated = told * functional.hardsigmoid(gate)
        if scales is not None:
            gated = gated * second
        mixed: Tensor = values + self.narrow(gated)
        return mixed


class Blocks(nn.Sequential):
    """So many blocks in a row."""

    def __init__(self, channels: int, count: int) -> None:
        super().__init__(*(Block(channels) for _ in range(count)))

    @property
    def scaled_channels(self) -> int:
        """How many scales the blocks take."""
        return sum(2 * block.channels for block in self if isinstance(block, Block))

    def forward(self, values: Tensor, scales: Tensor | None = None) -> Tensor:
        """Return (B, channels, H, W).

        Args:
            values: (B, channels, H, W).
            scales: (B, scaled_channels), those of each block in turn; None: all 1.
        """
        own: Sequence[Tensor | None]
        own = [None] * len(self) if scales is None else scales.chunk(len(self), dim=1)
        for block, block_scales in zip(self, own, strict=True):
            values = block(values, block_scales)
        return values


class Modulation(nn.Module):
    """Scales inside a transform's blocks, learned by condition; all are 1 at the start.

    As the modulated convolutions of Karras et al. (CVPR 2020): a scale of each channel of a layer's input.
    """

    def __init__(self, parts: Sequence[Blocks], observers: int, *, by_quality: bool) -> None:
        """Set what is scaled.

        Args:
            parts: All blocks of the transform.
            observers: Anchors of the observer.
            by_quality: Whether scales depend on the quality too. An encoder that looks for a quality need not
                transform a picture again where they do not.
        """
        super().__init__()
        self.by_quality = by_quality
        self._sizes = [part.scaled_channels for part in parts]
        self.excess = ConditionTable(torch.zeros(ANCHORS, sum(self._sizes)), observers)

    def forward(self, condition: Condition) -> tuple[Tensor, ...]:
        """Return the (B, scaled_channels) scales of each part."""
        if not self.by_quality:
            condition = Condition(torch.zeros_like(condition.quality), condition.observer)
        return torch.split(1 + self.excess(condition), self._sizes, dim=1)
