"""Trainable parameters of a frozen codec: the way back from a file of weights to training.

A frozen entropy path holds integers. Training needs the floats that round to them. Weights and scales are found
exactly. Of what depends on the quality, training learns 8 anchors and a file holds 64 rounded rows: anchors are
fitted so that every row rounds to itself again.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from beholder.learned.container import QUALITIES
from beholder.learned.freeze import FrozenConvolution, FrozenPrior
from beholder.learned.integer_convolution import LARGEST_WEIGHT, UNIT, IntegerConvolution
from beholder.learned.model import LearnedCodec
from beholder.learned.quality import anchor_shares
from beholder.learned.rate import SCALES

# How far a fitted row may lie from its integer. The first that all rows keep to is taken: far from a tie,
# float32 cannot round otherwise. The original anchors kept to 0.5, so that there is a solution.
_REACHES = (0.4, 0.45, 0.48, 0.49, 0.495)
_SWEEPS = 100  # for each reach
_NEAR = 1e-3  # what a row may be beyond its reach, to which projections come but slowly

_Rows: TypeAlias = npt.NDArray[np.float64]


def thaw(frozen: LearnedCodec) -> LearnedCodec:
    """Return a trainable codec that freezes to the same integers as `frozen`, and so codes the same symbols.

    The codec is on the CPU and computes its entropy path in floats until `LearnedCodec.quantise`.

    Args:
        frozen: As `beholder.learned.weights.read_weights` gives it, on the CPU.
    """
    with torch.random.fork_rng(devices=[]):  # the start of its weights is of no interest
        codec = LearnedCodec(frozen.architecture)
    state = frozen.state_dict()
    for name, part in frozen.named_modules():
        if isinstance(part, FrozenConvolution | FrozenPrior):
            for own in part.state_dict():
                del state[f"{name}.{own}"]
    codec.load_state_dict(state, strict=False)
    for name, part in frozen.named_modules():
        if isinstance(part, FrozenConvolution):
            trained = codec.get_submodule(name)
            assert isinstance(trained, IntegerConvolution)
            _thaw_convolution(part, trained)
        elif isinstance(part, FrozenPrior):
            with torch.no_grad():
                codec.hyper_prior.mean.anchors.copy_(_fit_anchors(part.mean_quarters) / 4)
                codec.hyper_prior.scale_index.anchors.copy_(
                    _fit_anchors(part.scale_index, least=0, most=SCALES - 1) / UNIT
                )
    return codec


@torch.no_grad()
def _thaw_convolution(frozen: FrozenConvolution, trained: IntegerConvolution) -> None:
    trained.weight.copy_(_weights_of_scale(frozen.weight, frozen.scale))
    # In float64, so that the one rounding to float32 cannot move a bias to another integer.
    size = trained.weight_scale().double() / UNIT
    if trained.quality_bias is None:
        trained.bias.copy_(frozen.bias[0].double() * size)
        return
    anchors = _fit_anchors(frozen.bias) * size
    mean = anchors.mean(dim=0).float()
    trained.bias.copy_(mean)
    trained.quality_bias.anchors.copy_(anchors - mean)


def _weights_of_scale(integers: Tensor, scale: Tensor) -> Tensor:
    """Return float weights whose `IntegerConvolution.weight_scale` is `scale` to the last bit."""
    weights = integers * scale[:, None, None, None]
    largest = LARGEST_WEIGHT * scale
    # The product is rounded, and its 127th part may so be a neighbour of the scale.
    for neighbour in (
        largest,
        torch.nextafter(largest, torch.zeros(())),
        torch.nextafter(largest, torch.tensor(torch.inf)),
    ):
        largest = torch.where(largest / LARGEST_WEIGHT == scale, largest, neighbour)
    return torch.where(
        integers.abs() == LARGEST_WEIGHT, integers.sign() * largest[:, None, None, None], weights
    )


def _fit_anchors(rows: Tensor, *, least: float = -np.inf, most: float = np.inf) -> Tensor:
    """Return (8, channels) float64 anchors between which all rows round to the (64, channels) integers given.

    Rows that no anchors make, as no training gives them, are met as nearly as they can be.

    Args:
        rows: Integers of every quality.
        least: What rows were clamped to: a row that is so may come from any below.
        most: The same for those above.
    """
    target = rows.double().numpy()
    shares = anchor_shares(torch.arange(QUALITIES), torch.float64).numpy()  # (64, 8)
    anchors = np.linalg.lstsq(shares, target, rcond=None)[0]
    for reach in _REACHES:
        lower = np.where(target <= least, -np.inf, target - reach)
        upper = np.where(target >= most, np.inf, target + reach)
        for _ in range(_SWEEPS):
            fitted = shares @ anchors
            outside = ((fitted < lower - _NEAR) | (fitted > upper + _NEAR)).any(axis=0)
            if not outside.any():
                return torch.from_numpy(anchors)
            anchors[:, outside] = _project(anchors[:, outside], shares, lower[:, outside], upper[:, outside])
    return torch.from_numpy(anchors)


def _project(anchors: _Rows, shares: _Rows, lower: _Rows, upper: _Rows) -> _Rows:
    """Return anchors moved towards ``lower <= shares @ anchors <= upper``.

    By a projection onto each row's range after the other, which done often enough ends in all of them
    (Agmon, "The relaxation method for linear inequalities", 1954).
    """
    for share, least, most in zip(shares, lower, upper, strict=True):
        row = share @ anchors
        anchors = anchors + np.outer(share / np.square(share).sum(), np.clip(row, least, most) - row)
    return anchors
