"""The whole network, as it is trained, but for the transforms, which a kind of network brings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from beholder.learned.architecture import Architecture
from beholder.learned.block_transform import BLOCK
from beholder.learned.condition import ANCHORS, Condition, Gain
from beholder.learned.entropy_model import (
    HYPER_STRIDE,
    ContextStep,
    Gaussians,
    HyperAnalysis,
    HyperPrior,
    HyperSynthesis,
)
from beholder.learned.integer_convolution import IntegerConvolution, compand, replace_through
from beholder.learned.quarters import STEPS, latents_of, quarters_of
from beholder.learned.rate import residual_bits
from beholder.learned.rounding import Rounding, to_nearest

STRIDE = BLOCK * HYPER_STRIDE  # sides of pictures are multiples of it

# Of gains at qualities 0 and 63: the step 0.02 / sqrt(lambda) that is optimal for an orthonormal transform at
# high rates (dR/dD with D = step^2 / 12), for lambda from 0.001 to 0.12.
_START_GAINS = (1.6, 17.0)

_QUANTISABLE = (HyperPrior, HyperSynthesis, IntegerConvolution)


@runtime_checkable
class _ComputesInFloat32(Protocol):
    """A module that computes in float32 also where training computes in bfloat16."""

    bfloat16_gradients: bool


@dataclass(frozen=True)
class Forward:
    """What a forward pass gives.

    Attributes:
        picture: (B, 3, H, W), about -0.5..0.5.
        latent_bits: (B,), of y.
        hyper_latent_bits: (B,), of z.
    """

    picture: Tensor
    latent_bits: Tensor
    hyper_latent_bits: Tensor

    @property
    def bits(self) -> Tensor:
        """Bits of each picture, (B,)."""
        return self.latent_bits + self.hyper_latent_bits


class CompressionNetwork(nn.Module):
    """Transforms, gains and entropy model; a kind of network, see `beholder.learned.networks`, is a subclass.

    Training estimates the rate with uniform noise in place of rounding (Ballé et al., ICLR 2018) and gives
    the synthesis and the context rounded latents with a straight-through gradient (Minnen and Singh, ICIP
    2020). In `eval` both are rounded, and the bits are those of the symbols that a file holds. So they are in
    training under a `rounding`, which has no gradient for what makes latents: the analysis, the gain and the
    hyper-analysis stay, and the rest learns from latents as decoders get them.

    Attributes:
        architecture: Its kind and sizes.
        quantised: Whether the entropy path computes in integers.
        rounding: Of latents, in training; None: noise in their rate, and to the nearest elsewhere.
        reach: How many pixels around a place the transforms look at, at most.
    """

    reach: int

    def __init__(self, architecture: Architecture, analysis: nn.Module, synthesis: nn.Module) -> None:
        """Join transforms with an entropy model of the architecture's sizes.

        Args:
            architecture: Kind and sizes.
            analysis: (B, 3, H, W) pictures in -0.5..0.5, sides multiples of 16, to (B, latents, H/16, W/16);
                of the condition it is given, the quality does not count.
            synthesis: The way back under a condition; what it gives need not be clipped.

        Raises:
            ValueError: The number of latents is no multiple of 4.
        """
        super().__init__()
        sizes = architecture
        if sizes.latents % STEPS:
            raise ValueError(f"got {sizes.latents} latents; the number must be a multiple of {STEPS}")
        self.architecture = sizes
        self.quantised = False
        self.rounding: Rounding | None = None
        self.analysis = analysis
        self.synthesis = synthesis
        log_gains = torch.tensor(_START_GAINS).log()
        start = torch.lerp(log_gains[0], log_gains[1], torch.linspace(0, 1, ANCHORS))[:, None]
        observers = sizes.observer_anchors
        self.gain = Gain(start.repeat(1, sizes.latents), observers)
        self.inverse_gain = Gain(-start.repeat(1, sizes.latents), observers)
        self.hyper_analysis = HyperAnalysis(latents=sizes.latents, hyper_latents=sizes.hyper_latents)
        self.hyper_prior = HyperPrior(sizes.hyper_latents, observers)
        self.hyper_synthesis = HyperSynthesis(
            hyper_latents=sizes.hyper_latents, features=sizes.features, observers=observers
        )
        self.context = nn.ModuleList(
            ContextStep(
                latents=sizes.latents,
                features=sizes.features,
                width=sizes.context,
                step=step,
                observers=observers,
            )
            for step in range(STEPS)
        )

    def quantise(self, quantised: bool = True) -> None:
        """Let the entropy path compute in integers from now on, or in floats again."""
        self.quantised = quantised
        for part in self.modules():
            if isinstance(part, _QUANTISABLE):
                part.quantised = quantised

    def take_gradients_in_bfloat16(self) -> None:
        """Let the gradients of what computes in float32 be products in bfloat16 from now on."""
        for part in self.modules():
            if isinstance(part, _ComputesInFloat32):
                part.bfloat16_gradients = True

    def forward(
        self, picture: Tensor, condition: Condition, generator: torch.Generator | None = None
    ) -> Forward:
        """Return the decoded picture and its bits.

        Args:
            picture: (B, 3, H, W) float32 in -0.5..0.5, sides multiples of 64.
            condition: Of the batch.
            generator: Of the noise in training.
        """
        with torch.set_grad_enabled(torch.is_grad_enabled() and self.rounding is None):
            latents = self.gain(self.analysis(picture, condition), condition).float()
            hyper_latents = self.hyper_analysis(latents).float()
        # What decoders repeat is exact in float32 alone; the rest may run in bfloat16.
        with torch.autocast(picture.device.type, enabled=False):
            prior = self.hyper_prior(condition)
            hyper_decoded = _rounded(hyper_latents, prior, to_nearest)
            hyper_bits = self._bits(hyper_latents, hyper_decoded, prior, generator)
            features = self.hyper_synthesis(hyper_decoded, condition)
            quarters = quarters_of(latents)
            rounding = self.rounding or to_nearest
            decoded, gaussians = self.decode_in_steps(
                features, condition, lambda step, found: _rounded(quarters[step], found, rounding)
            )
            latent_bits = self._bits(quarters, decoded, gaussians, generator).sum(dim=(0, 1, 3, 4, 5))
        synthesised = self.synthesis(self.inverse_gain(latents_of(decoded), condition), condition)
        return Forward(synthesised.float(), latent_bits, hyper_bits.sum(dim=(1, 2, 3)))

    def decode_in_steps(
        self, features: Tensor, condition: Condition, read: Callable[[int, Gaussians], Tensor]
    ) -> tuple[Tensor, Gaussians]:
        """Return latents and their distributions in quarters, (4 steps, 4 places, B, H/2, W/2, channels/4).

        Args:
            features: (B, features, H, W) of the hyper-synthesis.
            condition: Of the batch.
            read: Gives a step's quarter of the latents for its number and their distributions; see
                `beholder.learned.quarters`.
        """
        quarters: list[Tensor] = []
        distributions: list[Gaussians] = []
        told: list[Tensor] = []
        for number, step in enumerate(self.context):
            found: Gaussians = step(features, told, condition)
            quarters.append(read(number, found))
            distributions.append(found)
            told.append(compand(quarters[-1], quantised=self.quantised))
        mean = torch.stack([found.mean for found in distributions])
        scale_index = torch.stack([found.scale_index for found in distributions])
        return torch.stack(quarters), Gaussians(mean, scale_index)

    def _bits(
        self, values: Tensor, decoded: Tensor, gaussians: Gaussians, generator: torch.Generator | None
    ) -> Tensor:
        if self.training and self.rounding is None:
            residual = values - gaussians.mean
            residual = residual + torch.empty_like(residual).uniform_(-0.5, 0.5, generator=generator)
        else:
            residual = decoded - gaussians.mean
        return residual_bits(residual, gaussians.scale_index.expand_as(residual))


def _rounded(values: Tensor, gaussians: Gaussians, rounding: Rounding) -> Tensor:
    residual = values - gaussians.mean
    return _through(rounding, residual, gaussians.scale_index.expand_as(residual)) + gaussians.mean


def _through(rounding: Rounding, residuals: Tensor, scale_index: Tensor) -> Tensor:
    """Return whole residuals; the gradient is 1."""
    return replace_through(residuals, rounding(residuals.detach(), scale_index.detach()))
