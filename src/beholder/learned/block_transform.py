"""The 16x16 DCT of opponent colours, where the network's linear path starts from."""

from __future__ import annotations

import math

import torch
from torch import Tensor

BLOCK = 16

# Orthonormal: a sum of R, G and B, blue against yellow, red against green.
_COLOURS = ((1, 1, 1), (-1, -1, 2), (1, -1, 0))
# How fast the two chroma planes run out of energy, as the frequency of luma that is worth as much. With it
# 256 of 768 coefficients are 200 of luma and 28 of each chroma.
_CHROMA_FREQUENCY = 2.6


def lowest_frequencies(channels: int) -> Tensor:
    """Returns (channels, 3 * 256) float32: orthonormal basis rows, lowest frequencies first.

    The columns are ordered as `torch.nn.functional.pixel_unshuffle` by 16 orders the samples of an RGB block.

    Raises:
        ValueError: More channels than the block has samples.
    """
    samples = 3 * BLOCK * BLOCK
    if not 1 <= channels <= samples:
        raise ValueError(f"got {channels} channels; a {BLOCK}x{BLOCK} block of RGB has 1 to {samples}")
    places = torch.arange(BLOCK, dtype=torch.float64)
    cosines = torch.cos((2 * places + 1) * places[:, None] * math.pi / (2 * BLOCK))
    cosines *= torch.where(places == 0, math.sqrt(1 / BLOCK), math.sqrt(2 / BLOCK))[:, None]
    colours = torch.tensor(_COLOURS, dtype=torch.float64)
    colours = colours / colours.norm(dim=1, keepdim=True)
    basis = torch.einsum("cr,uy,vx->cuvryx", colours, cosines, cosines).reshape(samples, samples)
    frequency = torch.hypot(places[:, None], places)
    worth = torch.stack([frequency, *[(frequency + 1) * _CHROMA_FREQUENCY] * 2]).reshape(samples)
    return basis[torch.argsort(worth, stable=True)[:channels]].float()
