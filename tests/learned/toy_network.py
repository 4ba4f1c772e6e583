"""A second kind of network, as one would be added: this file, and a line in `beholder.learned.networks`."""

from torch import Tensor, nn

from beholder.learned.architecture import Architecture
from beholder.learned.condition import Condition
from beholder.learned.network import CompressionNetwork


class _Layers(nn.Sequential):
    """The same under every condition."""

    def forward(self, values: Tensor, condition: Condition) -> Tensor:
        return super().forward(values)


class Network(CompressionNetwork):
    """One linear layer there and one back."""

    reach = 16

    def __init__(self, architecture: Architecture) -> None:
        latents, samples = architecture.latents, 3 * 16 * 16
        super().__init__(
            architecture,
            _Layers(nn.PixelUnshuffle(16), nn.Conv2d(samples, latents, 1)),
            _Layers(nn.Conv2d(latents, samples, 1), nn.PixelShuffle(16)),
        )
