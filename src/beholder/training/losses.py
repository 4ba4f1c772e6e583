"""What training minimises: the rate plus lambda times the distortion, over all rates and observers at once.

And what of it is logged, and whether a run has come to where no gradient is finite any more.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from beholder.learned.condition import Condition
from beholder.learned.container import QUALITIES
from beholder.learned.network import Forward
from beholder.learned.picture_tensor import samples_of
from beholder.observers.network.losses import ms_ssim
from beholder.training.config import Human
from beholder.training.machine_distance import MachineDistance

MOST_TROUBLE = 50.0
# 1 - MS-SSIM that counts as a 255^2 * MSE of 1: the ratio of the multipliers of pairs of published codecs
# (CompressAI's, 2.40 to 60.50 beside 0.0018 to 0.0483).
_MS_SSIM_UNIT = 1300.0
# Weights of samples are 1 / (1 + this * alpha): at 15, norms of gradients of both kinds are about equal. At
# the decoded picture, that of features was 20 to 50 times that of squared error, of answers 100 to 200 times.
_CALM = 15.0
_FORGIVEN = 0.05  # by a finite gradient: one in twenty may fail for ever, as may happen in bfloat16


@dataclass(frozen=True)
class Losses:
    """The loss and what it is made of.

    Attributes:
        total: Scalar to minimise.
        rate_bpp: (B,), bits a pixel.
        squared_error: (B,), mean over samples in 0..1.
        observer: (B,), 0..1.
        machine: (B,), what machines mind, in units of 255^2 * MSE; 0 where the observer is 0.
    """

    total: Tensor
    rate_bpp: Tensor
    squared_error: Tensor
    observer: Tensor
    machine: Tensor


def join_losses(shares: Sequence[Losses]) -> Losses:
    """Return the losses of a batch whose equal shares had theirs computed apart."""
    return Losses(
        torch.stack([share.total for share in shares]).mean(),
        *(
            torch.cat([getattr(share, name) for share in shares])
            for name in ("rate_bpp", "squared_error", "observer", "machine")
        ),
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
    """The mean of ``log(bpp + lambda(quality) * distortion + floor)`` over samples.

    The distortion is ``(1 - alpha) * human + alpha * machine`` for the observer alpha (Weber et al., GCPR
    2020): `human` is 255^2 * MSE or a multiple of 1 - MS-SSIM, `machine` a distance in the same units.

    Samples for machines have smaller weights. What networks see depends on few directions in the space of
    pictures, so that the gradient of their distance is much larger than that of squared error, and differs
    more from crop to crop. With equal weights it drowned the gradient of samples for people in the parameters
    that all observers share.

    The logarithm lets every sample count by how many percent it gets better, which is how Bjontegaard's delta
    counts, whatever its quality and however much is in it. Without it a few crops of fine texture at high
    qualities, whose losses are a hundred times those of others, would be what is learned.
    """

    def __init__(
        self,
        *,
        lambda_min: float,
        lambda_max: float,
        loss_floor: float,
        device: torch.device,
        human: Human = "mse",
        machine: MachineDistance | None = None,
    ) -> None:
        """Set the range of lambda, the floor (see `TrainingConfig.loss_floor`) and what observers mind.

        Args:
            lambda_min: Multiplier at quality 0.
            lambda_max: At quality 63.
            loss_floor: Added before the logarithm.
            device: Of pictures.
            human: What people mind.
            machine: What machines mind; None: every observer is 0.
        """
        self._lagrangians = lagrangians(lambda_min, lambda_max).float().to(device)
        self._floor = loss_floor
        self._human = human
        self._machine = machine

    def __call__(
        self, result: Forward, picture: Tensor, condition: Condition, random: np.random.Generator
    ) -> Losses:
        """Return the losses of a forward pass.

        Args:
            result: Of the network.
            picture: (B, 3, H, W) that was given to it.
            condition: Of the batch.
            random: Draws which network looks, and how.
        """
        rate = result.bits / (picture.shape[-2] * picture.shape[-1])
        error = (result.picture - picture).square().mean(dim=(1, 2, 3))
        alpha = condition.observer
        machine = torch.zeros_like(error)
        looked = torch.nonzero(alpha)[:, 0]
        if self._machine is not None and len(looked):
            found = self._machine(picture[looked], result.picture[looked], random)
            machine = machine.index_put((looked,), found)
        human = 255**2 * error if self._human == "mse" else self._ms_ssim_loss(picture, result.picture)
        loss = rate + self._lagrangians[condition.quality] * ((1 - alpha) * human + alpha * machine)
        weight = 1 / (1 + _CALM * alpha)
        return Losses((weight * torch.log(loss + self._floor)).mean(), rate, error, alpha, machine)

    @staticmethod
    def _ms_ssim_loss(picture: Tensor, decoded: Tensor) -> Tensor:
        return _MS_SSIM_UNIT * (1 - ms_ssim(samples_of(picture), samples_of(decoded)))


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


# Over a window of the log: sums over steps, and over crops for people and for other observers.
_SUMS = (
    "loss",
    "gradient_norm",
    "crops",
    "rate_bpp",
    "psnr_db",
    "machine_crops",
    "machine_rate_bpp",
    "machine_error",
)


class LossWindow:
    """Means of the losses since the last record, over steps whose gradient is finite."""

    def __init__(self, step: int, device: torch.device) -> None:
        """Begin after so many steps."""
        self._first = step
        self._started = time.perf_counter()
        self._sums = torch.zeros(len(_SUMS), device=device)
        self._count = 0

    def add(self, losses: Losses, norm: Tensor) -> None:
        """Add a step; no number is read here, which would make a GPU wait."""
        psnr = -10 * losses.squared_error.log10()
        by_machine = losses.observer > 0
        by_human = ~by_machine
        with torch.no_grad():
            self._sums += torch.stack(
                [
                    losses.total,
                    norm,
                    by_human.sum(),
                    (losses.rate_bpp * by_human).sum(),
                    (psnr * by_human).sum(),
                    by_machine.sum(),
                    (losses.rate_bpp * by_machine).sum(),
                    losses.machine.sum(),
                ]
            )
        self._count += 1

    def means(self, step: int) -> dict[str, float]:
        """Return the means over the steps added, with steps a second up to `step` and how many were not.

        Rate and PSNR are those of crops for people alone. Those for other observers, where there are any,
        have a rate and an error of their own.
        """
        found = dict(zip(_SUMS, self._sums.tolist(), strict=True))
        steps, crops = self._count or math.nan, found["crops"] or math.nan
        machine_crops = found["machine_crops"]
        machine = {
            "machine_rate_bpp": found["machine_rate_bpp"] / machine_crops,
            "machine_error": found["machine_error"] / machine_crops,
        } if machine_crops else {}  # fmt: skip
        return {
            "loss": found["loss"] / steps,
            "rate_bpp": found["rate_bpp"] / crops,
            "psnr_db": found["psnr_db"] / crops,
            **machine,
            "gradient_norm": found["gradient_norm"] / steps,
            "skipped": step - self._first - self._count,
            "steps_a_second": (step - self._first) / (time.perf_counter() - self._started),
        }
