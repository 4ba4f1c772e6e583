"""A network of the shipped one's make, small enough for tests."""

from dataclasses import replace

import torch

from beholder.learned.architecture import Architecture
from beholder.learned.freeze import freeze
from beholder.learned.network import CompressionNetwork
from beholder.learned.networks import build_network
from beholder.learned.tables import gaussian_tables
from beholder.learned.weights import write_weights

TINY = Architecture(
    fine=16,
    coarse=16,
    latents=24,
    hyper_latents=8,
    features=8,
    context=16,
    fine_blocks=1,
    coarse_blocks=1,
    synthesis_fine_blocks=1,
)


def tiny_codec(seed: int = 0, observers: int = 1) -> CompressionNetwork:
    """With weights that no layer of which is near nothing, as after some training."""
    torch.manual_seed(seed)
    codec = build_network(replace(TINY, observer_anchors=observers))
    with torch.no_grad():
        for parameter in codec.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    return codec


def tiny_weights(seed: int = 0, observers: int = 1) -> bytes:
    """The file of weights of `tiny_codec`."""
    return write_weights(freeze(tiny_codec(seed, observers)), gaussian_tables())


def pictures(count: int = 2, side: int = 128, seed: int = 0) -> torch.Tensor:
    """(count, 3, side, side) in -0.5..0.5, smooth at every scale as photographs are."""
    generator = torch.Generator().manual_seed(seed)
    total = torch.zeros(count, 3, side, side)
    for scale in (2, 8, 32, side):
        noise = torch.randn(count, 3, side // scale + 1, side // scale + 1, generator=generator)
        total += torch.nn.functional.interpolate(noise, (side, side), mode="bilinear") * scale**0.5 / 40
    return total.clamp(-0.5, 0.5)
