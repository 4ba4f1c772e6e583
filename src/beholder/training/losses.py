"""What training minimises: the rate plus lambda times the distortion, over all rates at once.

And what of it is logged, and whether a run has come to where no gradient is finite any more.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from beholder.learned.condition import Condition
from beholder.learned.container import QUALITIES
from beholder.learned.network import Forward

MOST_TROUBLE = 50.0
_FORGIVEN = 0.05  # by a finite gradient: one in twenty may fail for ever, as may happen in bfloat16


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


def join_losses(shares: Sequence[Losses]) -> Losses:
    """Return the losses of a batch whose equal shares had theirs computed apart."""
    return Losses(
        torch.stack([share.total for share in shares]).mean(),
        torch.cat([share.rate_bpp for share in shares]),
        torch.cat([share.squared_error for share in shares]),
    )


def lagrangians(lowest: float, highest: float) -> Tensor:
    """Return the (64,) float64 multipliers of 255^2 * MSE in the loss, log-spaced over the qualities.

    Args:
        lowest: Of quality 0. 0.0018 is what published codecs use for about 0.1 bpp.
        highest: Of quality 63.
    """
    ends = torch.tensor([lowest, highest], dtype=torch.float64).log()
    return torch.lerp(ends[0], ends[1], torch.linspace(0, 1, QUALITIES, dtype=torch.float64)).exp()


class RateDistortion:
    """The mean of ``log(bpp + lambda(quality) * 255^2 * MSE + floor)`` over samples.

    The logarithm lets every sample count by how many percent it gets better, which is how Bjontegaard's delta
    counts, whatever its quality and however much is in it. Without it a few crops of fine texture at high
    qualities, whose losses are a hundred times those of others, would be what is learned.
    """

    def __init__(
        self, *, lambda_min: float, lambda_max: float, loss_floor: float, device: torch.device
    ) -> None:
        """Set the range of lambda and the floor, see `TrainingConfig.loss_floor`."""
        self._lagrangians = lagrangians(lambda_min, lambda_max).float().to(device)
        self._floor = loss_floor

    def __call__(self, result: Forward, picture: Tensor, condition: Condition) -> Losses:
        """Return the losses of a forward pass.

        Args:
            result: Of the network.
            picture: (B, 3, H, W) that was given to it.
            condition: Of the batch.
        """
        rate = result.bits / (picture.shape[-2] * picture.shape[-1])
        error = (result.picture - picture).square().mean(dim=(1, 2, 3))
        loss = rate + self._lagrangians[condition.quality] * 255**2 * error
        return Losses(torch.log(loss + self._floor).mean(), rate, error)


@dataclass
class Divergence:
    """Counts gradients that are not finite, less those long ago.

    Attributes:
        trouble: The count, which a checkpoint keeps: a run that is started again and again is found out.
    """

    trouble: float = 0.0

    def add(self, finite: bool) -> bool:
        """Count a step's gradient and return whether the run has diverged."""
        self.trouble = max(0.0, self.trouble - _FORGIVEN) if finite else self.trouble + 1
        return self.trouble > MOST_TROUBLE


class LossWindow:
    """Means of the losses since the last record, over steps whose gradient is finite."""

    def __init__(self, step: int, device: torch.device) -> None:
        """Begin after so many steps."""
        self._first = step
        self._started = time.perf_counter()
        self._sums = torch.zeros(4, device=device)
        self._count = 0

    def add(self, losses: Losses, norm: Tensor) -> None:
        """Add a step; no number is read here, which would make a GPU wait."""
        psnr = -10 * losses.squared_error.log10()
        self._sums += torch.stack([losses.total, losses.rate_bpp.mean(), psnr.mean(), norm]).detach()
        self._count += 1

    def means(self, step: int) -> dict[str, float]:
        """Return the means over the steps added, with steps a second up to `step` and how many were not."""
        loss, rate, psnr, norm = (self._sums / self._count).tolist()
        return {
            "loss": loss,
            "rate_bpp": rate,
            "psnr_db": psnr,
            "gradient_norm": norm,
            "skipped": step - self._first - self._count,
            "steps_a_second": (step - self._first) / (time.perf_counter() - self._started),
        }
