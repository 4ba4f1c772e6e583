"""What the coder knows of every latent before it reads it: a mean and a scale.

::

    y -> HyperAnalysis -> z -> HyperSynthesis -> h -+-> step 0 -> mean, scale of a quarter of the latents
                                                    +-> step 1 (h, latents so far) -> ... -> step 3

HyperAnalysis runs in the encoder alone, in floats. All that the decoder repeats is made of
`IntegerConvolution`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from beholder.learned import fused
from beholder.learned.blocks import Block, Pointwise
from beholder.learned.condition import ANCHORS, Condition, ConditionTable
from beholder.learned.integer_convolution import (
    RECTIFIED,
    SIGNED,
    UNIT,
    Convolution,
    IntegerConvolution,
    Range,
    clamp_through,
    compand,
    round_through,
    rounded_between,
)
from beholder.learned.quarters import by_place, places_of, rows_of_places
from beholder.learned.rate import SCALES

HYPER_STRIDE = 4  # latents a side that share one hyper-latent

_MEAN = Range(-8191, 8191)  # sixteenths
_SCALE_INDEX = Range(0, SCALES - 1)
_START_INDEX = 24.0  # a scale of 1.2, about that of latents at the middle of the rates
_START_SLOPE = 25.0  # from quality 0 to 63: the factor 12.5 between the gains that the network starts from
_OUTPUT_START = 0.1


@dataclass(frozen=True)
class Gaussians:
    """Parameters of distributions, both of the shape of what is distributed.

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
            Pointwise(latents, hyper_latents),
            Block(hyper_latents),
            nn.PixelUnshuffle(2),
            Pointwise(4 * hyper_latents, hyper_latents),
            Block(hyper_latents),
            nn.PixelUnshuffle(2),
            Pointwise(4 * hyper_latents, hyper_latents),
        )

    def forward(self, latents: Tensor) -> Tensor:
        """Return the hyper-latents; the latents are taken by their order of magnitude."""
        hyper_latents: Tensor = self.layers(torch.asinh(latents))
        return hyper_latents


class HyperPrior(nn.Module):
    """The distribution of each channel of the hyper-latents, by condition."""

    def __init__(self, hyper_latents: int, observers: int = 1) -> None:
        super().__init__()
        self.mean = ConditionTable(torch.zeros(ANCHORS, hyper_latents), observers)
        start = torch.full((ANCHORS, hyper_latents), _START_INDEX / UNIT)
        self.scale_index = ConditionTable(start, observers)
        self.quantised = False

    def forward(self, condition: Condition) -> Gaussians:
        """Return (B, hyper_latents, 1, 1) parameters; means are multiples of 1/4 where quantised."""
        if self.quantised:
            quarters = round_through(4 * self.mean.rows_of_observers(condition))
            index = round_through(UNIT * self.scale_index.rows_of_observers(condition))
            index = clamp_through(index, 0, SCALES - 1)
            mean, index = (rounded_between(rows, condition) for rows in (quarters, index))
            mean = mean / 4
        else:
            mean = self.mean(condition)
            index = clamp_through(UNIT * self.scale_index(condition), 0, SCALES - 1)
        return Gaussians(mean[:, :, None, None], index[:, :, None, None])


class HyperSynthesis(nn.Module):
    """Features of the hyper-latents, in integers: (B, hyper_latents, H/4, W/4) to (B, features, H, W)."""

    def __init__(self, *, hyper_latents: int, features: int, observers: int = 1) -> None:
        super().__init__()
        middle = hyper_latents
        places = partial(IntegerConvolution, taken=RECTIFIED, given=SIGNED, depthwise=True)
        mix = partial(IntegerConvolution, taken=SIGNED, given=RECTIFIED)
        self.first = mix(hyper_latents, 4 * middle, observers=observers)
        self.first_places = places(middle, middle)
        self.second = mix(middle, 4 * features)
        self.second_places = places(features, features)
        self.leave = mix(features, features, observers=observers)
        self.quantised = False

    def forward(self, hyper_latents: Tensor, condition: Condition) -> Tensor:
        """Return activations 0..255 for decoded hyper-latents."""
        values = compand(hyper_latents, quantised=self.quantised)
        values = functional.pixel_shuffle(self.first(values, condition), 2)
        values = self.first_places(values, condition)
        values = functional.pixel_shuffle(self.second(values, condition), 2)
        features: Tensor = self.leave(self.second_places(values, condition), condition)
        return features


class ContextStep(nn.Module):
    """Distributions of a step's latents from the features and the latents of the steps before it."""

    def __init__(self, *, latents: int, features: int, width: int, step: int, observers: int = 1) -> None:
        super().__init__()
        inputs = features + latents if step else features
        self.enter = IntegerConvolution(inputs, width, taken=RECTIFIED, given=RECTIFIED)
        self.places = IntegerConvolution(width, width, taken=RECTIFIED, given=SIGNED, depthwise=True)
        self.mix = IntegerConvolution(width, width, taken=SIGNED, given=RECTIFIED)
        self.mean = IntegerConvolution(width, latents, taken=RECTIFIED, given=_MEAN)
        self.scale_index = IntegerConvolution(
            width, latents, taken=RECTIFIED, given=_SCALE_INDEX, observers=observers
        )
        self.step = step
        with torch.no_grad():
            self.mean.weight.mul_(_OUTPUT_START)
            self.scale_index.weight.mul_(_OUTPUT_START)
            self.scale_index.bias.fill_(_START_INDEX / UNIT)
            assert self.scale_index.quality_bias is not None
            slope = torch.linspace(-0.5, 0.5, ANCHORS) * _START_SLOPE / UNIT
            self.scale_index.quality_bias.anchors.copy_(slope.repeat(observers)[:, None].expand(-1, latents))

    def forward(self, features: Tensor, told: Sequence[Tensor], condition: Condition) -> Gaussians:
        """Return the distributions of the step's quarter of the latents, see `beholder.learned.quarters`.

        Args:
            features: (B, features, H, W), 0..255.
            told: Of each step before, its quarter of the latents as `compand` gives them.
            condition: Of the batch.
        """
        entered = self._enter(fused.rows_of(features), told, condition)
        hidden = self.mix(self.places(entered, condition), condition)
        places = places_of(fused.rows_of(hidden))
        mean = self._look(self.mean, places, condition) / UNIT
        return Gaussians(mean, self._look(self.scale_index, places, condition))

    def _enter(self, features: Tensor, told: Sequence[Tensor], condition: Condition) -> Tensor:
        own = self.enter.weights(condition)
        kernel = own.kernel[:, :, 0, 0]
        sums = self.enter.products(features, kernel[:, : features.shape[-1]])
        if told:
            # A latent's weights are those of its channel, and only a quarter of them is known for each step.
            seen = torch.cat(list(told), dim=-1)
            channels = kernel[:, features.shape[-1] :].mT
            weight = torch.cat([by_place(channels, step) for step in range(self.step)], dim=1).mT
            places = self.enter.products(seen.flatten(1, 3), weight)
            sums = sums + rows_of_places(places.reshape(*seen.shape[:-1], -1))
        return self.enter.activate(sums, own.bias, own.scale).permute(0, 3, 1, 2)

    def _look(self, outputs: Convolution, places: Tensor, condition: Condition) -> Tensor:
        """The activations of the channels that the step codes at each place, as a quarter."""
        own = outputs.weights(condition)
        sums = outputs.products(places.flatten(1, 3), by_place(own.kernel[:, :, 0, 0], self.step))
        scale = own.scale if own.scale is None else by_place(own.scale, self.step)
        bias = by_place(own.bias.mT, self.step).mT  # (4, B or 1, channels / 4)
        return outputs.activate(sums.reshape(*places.shape[:-1], -1), bias, scale)
