"""Pixels to what the network takes, and back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from beholder.learned.network import STRIDE


def tensor_of_pixels(pixels: npt.NDArray[np.uint8], device: torch.device | str = "cpu") -> Tensor:
    """Return (B, 3, H, W) float32 in -0.5..0.5 of (B, H, W, 3) uint8, channels last in memory."""
    values = torch.tensor(np.ascontiguousarray(pixels)).to(device, non_blocking=True)
    return values.permute(0, 3, 1, 2).float().div(255).sub(0.5)


def samples_of(picture: Tensor) -> Tensor:
    """Return pictures in -0.5..0.5 as samples in 0..255, neither clipped nor rounded, with their gradient."""
    return 255 * (picture + 0.5)


def pixels_of_tensor(picture: Tensor) -> npt.NDArray[np.uint8]:
    """Return (B, H, W, 3) uint8 of (B, 3, H, W) in -0.5..0.5, clipped and rounded half to even."""
    values = picture.detach().float().add(0.5).mul(255).round().clamp(0, 255)
    pixels: npt.NDArray[np.uint8] = values.to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu().numpy()
    return pixels


def pad_to_stride(picture: Tensor) -> Tensor:
    """Return (B, 3, H, W) with the last row and column repeated until sides are multiples of 64."""
    height, width = picture.shape[-2:]
    right, below = -width % STRIDE, -height % STRIDE
    return functional.pad(picture, (0, right, 0, below), mode="replicate")
