"""What the transforms are made of."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

_SLOPE = 0.01


class Block(nn.Module):
    """Two residual branches, one across places and one across channels.

    ::

        x -> 1x1 -> leaky ReLU -> depthwise 3x3 -> 1x1 -> + -> 1x1, twice as wide -> gate -> 1x1 -> +
         '-----------------------------------------------' '--------------------------------------'
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mix_in = nn.Conv2d(channels, channels, 1)
        self.places = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.mix_out = nn.Conv2d(channels, channels, 1)
        self.widen = nn.Conv2d(channels, 2 * channels, 1)
        self.narrow = nn.Conv2d(channels, channels, 1)

    def forward(self, values: Tensor) -> Tensor:
        """Returns (B, channels, H, W), as the values given."""
        hidden = functional.leaky_relu(self.mix_in(values), _SLOPE)
        values = values + self.mix_out(self.places(hidden))
        told, gate = self.widen(values).chunk(2, dim=1)
        mixed: Tensor = values + self.narrow(told * functional.hardsigmoid(gate))
        return mixed


def blocks(channels: int, count: int) -> nn.Sequential:
    """Return so many blocks in a row."""
    return nn.Sequential(*(Block(channels) for _ in range(count)))
