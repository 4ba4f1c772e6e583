"""Differentiable distances that need no network: what `mse` and `human` teach."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from beholder.errors import UsageError
from beholder.metrics import MS_SSIM_MIN_SIDE

_WINDOW_TAPS = 11
_WINDOW_SIGMA = 1.5
# Of Wang, Simoncelli and Bovik: K1, K2 and the exponents from the finest scale to the coarsest.
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_EXPONENTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def squared_error(original: Tensor, decoded: Tensor) -> Tensor:
    """Mean squared error of (N, 3, H, W) pictures, a scalar.

    Raises:
        UsageError: The shapes differ, or are no colour pictures.
    """
    _check_pair(original, decoded)
    return (_single(original) - _single(decoded)).square().mean()


def ms_ssim(original: Tensor, decoded: Tensor) -> Tensor:
    """(N,) MS-SSIM of (N, 3, H, W) pictures in 0..255, differentiable: `beholder.metrics.ms_ssim` in torch.

    Works on the original x and the error d rather than on two pictures: the covariance and both variances
    come as 1 - var(d) / (var(x) + var(y) + C2), which single precision holds at high quality too, where
    E[xy] - E[x]E[y] would leave little but rounding. Where the similarity of a scale is negative the result
    is 0 and has no gradient, as the definition has it. Half precision, of autocast too, is not used.

    Raises:
        UsageError: The shapes differ, are no colour pictures, or a side is below 161.
    """
    _check_pair(original, decoded)
    height, width = original.shape[-2:]
    if min(height, width) < MS_SSIM_MIN_SIDE:
        raise UsageError(
            f"MS-SSIM, the loss of human, needs at least {MS_SSIM_MIN_SIDE} x {MS_SSIM_MIN_SIDE} pixels, got "
            f"{width} x {height}; take larger crops, or mse()"
        )
    with torch.autocast(original.device.type, enabled=False):
        x = _single(original)
        d = x - _single(decoded)
        similarity = x.new_ones(x.shape[:2])
        for scale, exponent in enumerate(_EXPONENTS):
            if scale:
                x, d = _halved(x), _halved(d)
            mean = _similarity(x, d, luminance=scale == len(_EXPONENTS) - 1).mean(dim=(-2, -1))
            # The power has no finite gradient at 0: what is not positive never reaches it.
            positive = mean > 0
            powered = torch.where(positive, mean, 1.0) ** exponent
            similarity = similarity * torch.where(positive, powered, 0.0)
    return similarity.mean(dim=1)


def _similarity(x: Tensor, d: Tensor, *, luminance: bool) -> Tensor:
    """Contrast and structure at each place of the window, times luminance where asked for."""
    y = x - d
    mean_x, mean_d = _windowed(x), _windowed(d)
    mean_y = mean_x - mean_d
    variances = _windowed(x * x + y * y) - mean_x.square() - mean_y.square()
    similarity = 1 - (_windowed(d * d) - mean_d.square()) / (variances + _C2)
    if luminance:
        similarity = similarity * (1 - mean_d.square() / (mean_x.square() + mean_y.square() + _C1))
    return similarity


def _windowed(planes: Tensor) -> Tensor:
    """(N, 3, h, w) to (N, 3, h - 10, w - 10): the mean under a Gaussian window."""
    offsets = torch.arange(_WINDOW_TAPS, dtype=planes.dtype, device=planes.device) - _WINDOW_TAPS // 2
    window = (-offsets.square() / (2 * _WINDOW_SIGMA**2)).exp()
    window = window / window.sum()
    single = planes.flatten(0, 1)[:, None]
    single = functional.conv2d(single, window.view(1, 1, -1, 1))
    single = functional.conv2d(single, window.view(1, 1, 1, -1))
    return single.view(*planes.shape[:2], *single.shape[-2:])


def _halved(planes: Tensor) -> Tensor:
    """Means of 2 x 2 samples, with zeros before odd sides."""
    height, width = planes.shape[-2:]
    return functional.avg_pool2d(functional.pad(planes, (width % 2, 0, height % 2, 0)), 2)


def _single(pictures: Tensor) -> Tensor:
    """In single precision, or in double where it came so."""
    return pictures if pictures.dtype == torch.float64 else pictures.float()


def _check_pair(original: Tensor, decoded: Tensor) -> None:
    if original.shape != decoded.shape or original.ndim != 4 or original.shape[1] != 3:
        raise UsageError(
            f"both pictures need one shape (N, 3, H, W), got {tuple(original.shape)} (original) and "
            f"{tuple(decoded.shape)} (decoded)"
        )
