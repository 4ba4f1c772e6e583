"""The DCT of square blocks in opponent colours: where the network's linear paths start from."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

BLOCK = 16

# Orthonormal: a sum of R, G and B, blue against yellow, red against green.
_COLOURS = ((1, 1, 1), (-1, -1, 2), (1, -1, 0))
# How fast the two chroma planes run out of energy, as the frequency of luma that is worth as much. With it
# 256 of 768 coefficients are 200 of luma and 28 of each chroma.
_CHROMA_FREQUENCY = 2.6
# Root mean squares over photographs (150 for training, scaled down by 1 to 2) with samples in -0.5..0.5, for
# each colour: of the mean and of frequency 1, for each pixel of a side, and the power by which they fall.
_SIZES = ((0.44, 0.056, 1.0), (0.13, 0.0125, 1.15), (0.09, 0.0092, 1.15))


class BlockTransform(nn.Module):
    """An orthonormal DCT of blocks, its coefficients brought to a common size.

    A photograph's coefficients differ in size by a factor of hundreds. Weights that take them all as they are
    learn badly: a step of the same size for each weight moves the result by the largest coefficient alone.

    Coefficients are ordered by colour, then by vertical and horizontal frequency.
    """

    basis: Tensor
    colours: Tensor
    size: Tensor

    def __init__(self, side: int) -> None:
        """Set the side of a block in pixels."""
        super().__init__()
        self.side = side
        places = torch.arange(side, dtype=torch.float64)
        cosines = torch.cos((2 * places + 1) * places[:, None] * math.pi / (2 * side))
        cosines *= torch.where(places == 0, math.sqrt(1 / side), math.sqrt(2 / side))[:, None]
        colours = torch.tensor(_COLOURS, dtype=torch.float64)
        self.register_buffer("basis", cosines.float(), persistent=False)
        self.register_buffer(
            "colours", (colours / colours.norm(dim=1, keepdim=True)).float(), persistent=False
        )
        self.register_buffer("size", typical_sizes(side), persistent=False)

    def forward(self, picture: Tensor) -> Tensor:
        """Return (B, 3 * side^2, H/side, W/side) of a (B, 3, H, W) picture, each of size about 1."""
        coefficients = self._transform(picture) / self.size[:, None, None]
        return coefficients.contiguous(memory_format=torch.channels_last)

    def inverse(self, coefficients: Tensor) -> Tensor:
        """Return the (B, 3, H, W) picture of coefficients of their own size."""
        batch, _, rows, columns = coefficients.shape
        blocks = coefficients.reshape(batch, 3, self.side, self.side, rows, columns)
        blocks = torch.einsum("dc,bduvhw->bcuvhw", self.colours, blocks)
        lines = torch.einsum("vx,bcuvhw->bcuhwx", self.basis, blocks)
        return torch.einsum("uy,bcuhwx->bchywx", self.basis, lines).reshape(
            batch, 3, rows * self.side, columns * self.side
        )

    def _transform(self, picture: Tensor) -> Tensor:
        batch, _, height, width = picture.shape
        rows, columns = height // self.side, width // self.side
        blocks = picture.reshape(batch, 3, rows, self.side, columns, self.side)
        lines = torch.einsum("vx,bchywx->bchywv", self.basis, blocks)
        blocks = torch.einsum("uy,bchywv->bcuvhw", self.basis, lines)
        return torch.einsum("dc,bcuvhw->bduvhw", self.colours, blocks).reshape(batch, -1, rows, columns)


def typical_sizes(side: int) -> Tensor:
    """Return the (3 * side^2,) float32 sizes of coefficients in photographs."""
    sizes = []
    for mean, first, power in _SIZES:
        falling = side * first / _frequencies(side).clamp(min=1) ** power
        falling[0, 0] = side * mean
        sizes.append(falling.flatten())
    return torch.cat(sizes).float()


def lowest_frequencies(channels: int) -> Tensor:
    """Return which coefficients of `BLOCK` are worth most, (channels,) int64, lowest frequencies first.

    Raises:
        ValueError: More channels than the block has samples.
    """
    samples = 3 * BLOCK * BLOCK
    if not 1 <= channels <= samples:
        raise ValueError(f"got {channels} channels; a {BLOCK}x{BLOCK} block of RGB has 1 to {samples}")
    frequency = _frequencies(BLOCK)
    worth = torch.stack([frequency, *[(frequency + 1) * _CHROMA_FREQUENCY] * 2]).reshape(samples)
    return torch.argsort(worth, stable=True)[:channels]


def _frequencies(side: int) -> Tensor:
    """The (side, side) frequency of each coefficient, in half periods a block."""
    places = torch.arange(side, dtype=torch.float64)
    return torch.hypot(places[:, None], places)
