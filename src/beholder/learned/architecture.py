"""Sizes of the network, known without torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """Sizes of the network.

    Attributes:
        fine: Channels at 1/8.
        coarse: Channels at 1/16.
        latents: Channels of y; a multiple of 4.
        hyper_latents: Channels of z.
        features: Channels of what the hyper-synthesis tells the context steps.
        context: Channels inside a context step.
        fine_blocks: At 1/8 in the analysis.
        coarse_blocks: At 1/16 in each transform.
        synthesis_fine_blocks: At 1/8 in the synthesis.
    """

    fine: int = 192
    coarse: int = 256
    latents: int = 320
    hyper_latents: int = 96
    features: int = 160
    context: int = 224
    fine_blocks: int = 3
    coarse_blocks: int = 3
    synthesis_fine_blocks: int = 4
