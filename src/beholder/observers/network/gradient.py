"""From the gradient at the pixels of a decoded picture to the gradient at its DCT coefficients.

::

    d/d(R, G, B) --colour--> d/d(Y, Cb, Cr) --upsampling--> d/d(samples) --8x8 DCT--> d/d(coefficients)

Each arrow is the adjoint of a step of the decoder (ITU-T T.81 and T.871, and the triangle filter of libjpeg's
"fancy" upsampling), so that this is what automatic differentiation through a decoder would give.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from beholder.errors import UsageError
from beholder.image.jpeg_pixels import ZIGZAG
from beholder.observers._sensitivity import Sampling

# Rows: R, G, B of a unit of Y, of Cb and of Cr (T.871, section 7).
_RGB_OF_YCBCR = ((1.0, 1.0, 1.0), (0.0, -0.344136286, 1.772), (1.402, -0.714136286, 0.0))

_TRIANGLE_MIN_WIDTH = 3  # libjpeg repeats the samples of narrower components (jdsample.c)


def coefficient_gradient(gradient: Tensor, sampling: Sampling) -> list[Tensor]:
    """The gradient with respect to each component's DCT coefficients.

    Args:
        gradient: (..., 3, H, W): with respect to the R, G, B samples of the decoded picture, 0..255.
        sampling: Factors of each component; one component is a grey picture, whose samples are R, G and B.

    Returns:
        One (..., rows, columns, 64) tensor a component: the blocks that cover the picture, in zigzag order,
        for coefficients of the orthonormal DCT, as JPEG's are.

    Raises:
        UsageError: Factors that do not divide the largest ones, or neither 1 nor 3 components.
    """
    if len(sampling) not in (1, 3):
        raise UsageError(f"a network looks at grey and colour pictures, not at {len(sampling)} components")
    widest = max(horizontal for horizontal, _ in sampling)
    tallest = max(vertical for _, vertical in sampling)
    colours = gradient.new_tensor(_RGB_OF_YCBCR[: len(sampling)])
    components = torch.einsum("cr,...rhw->c...hw", colours, gradient)
    transformed = []
    for component, (horizontal, vertical) in zip(components, sampling, strict=True):
        if widest % horizontal or tallest % vertical:
            raise UsageError(f"sampling factors must divide the largest ones, got {sampling}")
        across, down = widest // horizontal, tallest // vertical
        smooth = math.ceil(component.shape[-1] / across) >= _TRIANGLE_MIN_WIDTH
        samples = _upsampling_adjoint(component, across, smooth=smooth)
        samples = _upsampling_adjoint(samples.mT, down, smooth=smooth).mT
        transformed.append(_block_dct(samples))
    return transformed


def _upsampling_adjoint(gradient: Tensor, factor: int, *, smooth: bool) -> Tensor:
    """(..., n) at the decoder's output to (..., ceil(n / factor)) at its input, along the last axis.

    Factor 2 is the triangle filter where `smooth`, 3/4 of the nearer and 1/4 of the farther sample, and the
    outermost samples stand for those beyond them. Other factors repeat samples.
    """
    if factor == 1:
        return gradient
    length = math.ceil(gradient.shape[-1] / factor)
    padded = functional.pad(gradient, (0, length * factor - gradient.shape[-1]))
    phases = padded.reshape(*padded.shape[:-1], length, factor)
    if factor != 2 or not smooth:
        return phases.sum(dim=-1)
    even, odd = phases.unbind(-1)
    samples = 0.75 * (even + odd)  # a new tensor, so that what follows changes nothing of the caller's
    samples[..., :-1] += 0.25 * even[..., 1:]
    samples[..., 0] += 0.25 * even[..., 0]
    samples[..., 1:] += 0.25 * odd[..., :-1]
    samples[..., -1] += 0.25 * odd[..., -1]
    return samples


def _block_dct(samples: Tensor) -> Tensor:
    """(..., h, w) to (..., rows, columns, 64): orthonormal 8x8 DCT in zigzag order; 0 beyond the edges."""
    height, width = samples.shape[-2:]
    padded = functional.pad(samples, (0, -width % 8, 0, -height % 8))
    rows, columns = padded.shape[-2] // 8, padded.shape[-1] // 8
    blocks = padded.reshape(*padded.shape[:-2], rows, 8, columns, 8).transpose(-3, -2).flatten(-2)
    return blocks @ torch.from_numpy(_zigzag_dct()).to(blocks)


@cache
def _zigzag_dct() -> np.ndarray:
    """(64 samples in raster order, 64 frequencies in zigzag order) float64."""
    basis = np.cos((2 * np.arange(8) + 1) * np.arange(8)[:, None] * np.pi / 16) / 2
    basis[0] /= np.sqrt(2)
    return np.ascontiguousarray(np.kron(basis, basis).T[:, ZIGZAG])
