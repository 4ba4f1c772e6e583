"""What the coder knows of every latent before it reads it: a mean and a scale.

::

    y -> HyperAnalysis -> z -> HyperSynthesis -> h -+-> step 0 -> mean, scale of a quarter of the latents
                                                    +-> step 1 (h, latents so far) -> ... -> step 3

HyperAnalysis runs in the encoder alone, in floats. All that the decoder repeats is made of
`IntegerConvolution`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from beholder.learned.fake_quantisation import clamp_through, round_through
from beholder.learned.integer_convolution import RECTIFIED, SIGNED, UNIT, IntegerConvolution, Range, compand
from beholder.learned.quality import ANCHORS, AnchoredTable
from beholder.learned.rate import SCALES
from beholder.learned.transforms import Block

STEPS = 4
HYPER_STRIDE = 4  # latents a side that share one hyper-latent

_MEAN = Range(-8191, 8191)  # sixteenths
_SCALE_INDEX = Range(0, SCALES - 1)
_START_INDEX = 24.0  # a scale of 1.2, about that of latents at the middle of the rates
_START_SLOPE = 25.0  # from quality 0 to 63: the factor 12.5 between the gains that the network starts from
_OUTPUT_START = 0.1

# Which quarter of the channels each step takes at a place: the place's number (row odd: 2, column odd: 1) XOR
# this. A channel so comes at one place of four, then at the diagonal one, then between them, where it knows
# four neighbours; the order of Li et al., "Neural video compression with diverse contexts" (CVPR 2023).
_ORDER = (0, 3, 1, 2)


@dataclass(frozen=True)
class Gaussians:
    """Parameters of the latents' distributions, (B, channels, H, W) each.

    Attributes:
        mean: Multiples of 1/16 where quantised.
        scale_index: 0..63, whole where quantised.
    """

    mean: Tensor
    scale_index: Tensor


class HyperAnalysis(nn.Module):
    """Hyper-latents of latents: (B, latents, H, W) to (B, hyper_latents, H/4, W/4), sides multiples of 4."""

    def __init__(self, *, latents: int, hyper_latents: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(latents, hyper_latents, 1),
            Block(hyper_latents),
            nn.PixelUnshuffle(2),
            nn.Conv2d(4 * hyper_latents, hyper_latents, 1),
            Block(hyper_latents),
            nn.PixelUnshuffle(2),
            nn.Conv2d(4 * hyper_latents, hyper_latents, 1),
        )

    def forward(self, latents: Tensor) -> Tensor:
        """Returns the hyper-latents; the latents are taken by their order of magnitude."""
        hyper_latents: Tensor = self.layers(torch.asinh(latents))
        return hyper_latents


class HyperPrior(nn.Module):
    """The distribution of each channel of the hyper-latents, by quality."""

    def __init__(self, hyper_latents: int) -> None:
        super().__init__()
        self.mean = AnchoredTable(torch.zeros(ANCHORS, hyper_latents))
        self.scale_index = AnchoredTable(torch.full((ANCHORS, hyper_latents), _START_INDEX / UNIT))
        self.quantised = False

    def forward(self, quality: Tensor) -> Gaussians:
        """Returns (B, hyper_latents, 1, 1) parameters; means are multiples of 1/4 where quantised."""
        mean = self.mean(quality)[:, :, None, None]
        index = UNIT * self.scale_index(quality)[:, :, None, None]
        if self.quantised:
            mean, index = round_through(4 * mean) / 4, round_through(index)
        return Gaussians(mean, clamp_through(index, 0, SCALES - 1))


class HyperSynthesis(nn.Module):
    """Features of the hyper-latents, in integers: (B, hyper_latents, H/4, W/4) to (B, features, H, W)."""

    def __init__(self, *, hyper_latents: int, features: int) -> None:
        super().__init__()
        middle = hyper_latents

        def convolution(
            inputs: int,
            outputs: int,
            taken: Range,
            given: Range,
            *,
            depthwise: bool = False,
            by_quality: bool = False,
        ) -> IntegerConvolution:
            return IntegerConvolution(
                inputs, outputs, taken=taken, given=given, depthwise=depthwise, by_quality=by_quality
            )

        self.first = convolution(hyper_latents, 4 * middle, SIGNED, RECTIFIED, by_quality=True)
        self.first_places = convolution(middle, middle, RECTIFIED, SIGNED, depthwise=True)
        self.second = convolution(middle, 4 * features, SIGNED, RECTIFIED)
        self.second_places = convolution(features, features, RECTIFIED, SIGNED, depthwise=True)
        self.leave = convolution(features, features, SIGNED, RECTIFIED, by_quality=True)
        self.quantised = False

    def forward(self, hyper_latents: Tensor, quality: Tensor) -> Tensor:
        """Returns activations 0..255 for decoded hyper-latents."""
        values = compand(hyper_latents, quantised=self.quantised)
        values = functional.pixel_shuffle(self.first(values, quality), 2)
        values = self.first_places(values, quality)
        values = functional.pixel_shuffle(self.second(values, quality), 2)
        features: Tensor = self.leave(self.second_places(values, quality), quality)
        return features


class ContextStep(nn.Module):
    """Distributions of latents from the features and, after the first step, latents decoded so far."""

    def __init__(self, *, latents: int, features: int, width: int, sees_latents: bool) -> None:
        super().__init__()
        inputs = features + latents if sees_latents else features
        self.enter = IntegerConvolution(inputs, width, taken=RECTIFIED, given=RECTIFIED)
        self.places = IntegerConvolution(width, width, taken=RECTIFIED, given=SIGNED, depthwise=True)
        self.mix = IntegerConvolution(width, width, taken=SIGNED, given=RECTIFIED)
        self.mean = IntegerConvolution(width, latents, taken=RECTIFIED, given=_MEAN)
        self.scale_index = IntegerConvolution(
            width, latents, taken=RECTIFIED, given=_SCALE_INDEX, by_quality=True
        )
        self.sees_latents = sees_latents
        self.quantised = False
        with torch.no_grad():
            self.mean.weight.mul_(_OUTPUT_START)
            self.scale_index.weight.mul_(_OUTPUT_START)
            self.scale_index.bias.fill_(_START_INDEX / UNIT)
            assert self.scale_index.quality_bias is not None
            slope = torch.linspace(-0.5, 0.5, ANCHORS) * _START_SLOPE / UNIT
            self.scale_index.quality_bias.anchors.copy_(slope[:, None].expand(-1, latents))

    def forward(self, features: Tensor, decoded: Tensor, quality: Tensor) -> Gaussians:
        """Returns the distributions of all latents, of which a step uses its own.

        Args:
            features: (B, features, H, W), 0..255.
            decoded: (B, latents, H, W), 0 where not decoded yet.
            quality: (B,).
        """
        seen = features
        if self.sees_latents:
            seen = torch.cat([features, compand(decoded, quantised=self.quantised)], dim=1)
        hidden = self.mix(self.places(self.enter(seen, quality), quality), quality)
        return Gaussians(self.mean(hidden, quality) / UNIT, self.scale_index(hidden, quality))


def step_masks(channels: int, height: int, width: int, device: torch.device) -> list[Tensor]:
    """Returns for each step the (channels, height, width) booleans of the latents it codes."""
    rows = torch.arange(height, device=device)[:, None] % 2
    columns = torch.arange(width, device=device) % 2
    place = 2 * rows + columns
    group = torch.arange(channels, device=device)[:, None, None] % STEPS
    return [group == place ^ order for order in _ORDER]
