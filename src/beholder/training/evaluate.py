"""The rate and PSNR of the network over whole pictures, in the middle of training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from beholder.learned.container import QUALITIES
from beholder.learned.model import LearnedCodec
from beholder.learned.picture_tensor import pad_to_stride, pixels_of_tensor, tensor_of_pixels
from beholder.training.pictures import StoredPicture


@dataclass(frozen=True)
class CurvePoint:
    """Means over pictures at one quality; the rate is that of the symbols under the model."""

    quality: int
    rate_bpp: float
    psnr_db: float


def spread_qualities(count: int) -> tuple[int, ...]:
    """Returns `count` qualities, evenly spread from 0 to 63; one alone is the middle."""
    if count == 1:
        return (QUALITIES // 2,)
    return tuple(round(number * (QUALITIES - 1) / (count - 1)) for number in range(count))


def rate_curve(
    model: LearnedCodec, pictures: Sequence[StoredPicture], qualities: Sequence[int], device: torch.device
) -> tuple[CurvePoint, ...]:
    """Returns a point for each quality, with latents rounded as a file would have them.

    Raises:
        InputError: A picture cannot be read.
    """
    was_training = model.training
    model.eval()
    rates = np.zeros((len(qualities), len(pictures)))
    psnrs = np.zeros_like(rates)
    for column, stored in enumerate(pictures):
        pixels, _ = stored.read()
        height, width = pixels.shape[:2]
        padded = pad_to_stride(tensor_of_pixels(pixels[None], device))
        for row, quality in enumerate(qualities):
            with torch.no_grad():
                result = model(padded, torch.tensor([quality], device=device))
            decoded = pixels_of_tensor(result.picture)[0, :height, :width]
            rates[row, column] = result.bits.item() / (height * width)
            error = float(np.square(decoded.astype(np.float64) - pixels).mean())
            psnrs[row, column] = math.inf if error == 0 else 10 * math.log10(255**2 / error)
    model.train(was_training)
    return tuple(
        CurvePoint(quality, float(rate), float(psnr))
        for quality, rate, psnr in zip(qualities, rates.mean(axis=1), psnrs.mean(axis=1), strict=True)
    )
