"""What training minimises: the rate plus lambda times the distortion, over all rates at once."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from beholder.learned.model import Forward
from beholder.learned.quality import lagrangians


@dataclass(frozen=True)
class Losses:
    """The loss and what it is made of.

    Attributes:
        total: Scalar to minimise.
        rate_bpp: (B,), bits a pixel.
        squared_error: (B,), mean over samples in 0..1.
    """

    total: Tensor
    rate_bpp: Tensor
    squared_error: Tensor


class RateDistortion:
    """``bpp + lambda(quality) * 255^2 * MSE``, each sample weighed by its lambda."""

    def __init__(
        self, *, lambda_least: float, lambda_most: float, balance: float, device: torch.device
    ) -> None:
        """Sets the range of lambda and how samples are weighed, see `TrainingConfig.balance`."""
        table = lagrangians(lambda_least, lambda_most)
        middle = table.log().mean().exp()
        self._lagrangians = table.float().to(device)
        self._weights = ((middle / table) ** balance).float().to(device)

    def __call__(self, result: Forward, picture: Tensor, quality: Tensor) -> Losses:
        """Returns the losses of a forward pass.

        Args:
            result: Of the network.
            picture: (B, 3, H, W) that was given to it.
            quality: (B,) int64.
        """
        rate = result.bits / (picture.shape[-2] * picture.shape[-1])
        error = (result.picture - picture).square().mean(dim=(1, 2, 3))
        loss = rate + self._lagrangians[quality] * 255**2 * error
        return Losses((self._weights[quality] * loss).mean(), rate, error)
