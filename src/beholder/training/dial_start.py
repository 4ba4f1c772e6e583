"""Where a new dial starts: latents that machines are sensitive to get finer steps than people need.

For a small error in one channel of the latents, both squared error and what machines mind are quadratic. At
high rates the best gain of a channel is proportional to the root of the ratio of the two curvatures. This is
measured, not learned: the curvature of a sum of squares is the mean square of the gradient of its random
projection (as `beholder.observers.network.tasks` has it for answers). Training alone moved the gains little
in a thousand steps, since the gradients of networks' distances differ much from crop to crop.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from beholder.learned.condition import ANCHORS, Condition
from beholder.learned.entropy_model import ContextStep
from beholder.learned.integer_convolution import UNIT
from beholder.learned.network import CompressionNetwork
from beholder.learned.picture_tensor import tensor_of_pixels
from beholder.learned.rate import LOG_STEP
from beholder.training.machine_distance import MachineDistance

_BATCH = 8
# Of the optimum at high rates. At 1 the entropy model, which was trained without, loses more than is gained;
# over photographs of ImageNet's training part 0.4 to 0.7 saved about the same.
_STRENGTH = 0.55
_COARSER = 0.5  # by which all log gains fall at alpha = 1, so that rates stay about the same


def start_dial(
    networks: Sequence[CompressionNetwork],
    machine: MachineDistance,
    crops: npt.NDArray[np.uint8],
    random: np.random.Generator,
) -> None:
    """Set the rows of all observers but 0 of networks whose dial is new.

    Args:
        networks: Alike; the first one's decoder is measured.
        machine: What machines mind.
        crops: (count, side, side, 3), typical ones.
        random: Draws projections.
    """
    ratio = sensitivity_ratio(networks[0], machine, crops, random)
    finer = _STRENGTH * (ratio - ratio.mean()) - _COARSER
    for network in networks:
        last = network.architecture.observer_anchors - 1
        for number in range(1, last + 1):
            _shift(network, number, number / last * finer)


def sensitivity_ratio(
    network: CompressionNetwork,
    machine: MachineDistance,
    crops: npt.NDArray[np.uint8],
    random: np.random.Generator,
) -> Tensor:
    """Return (latents,): half the logarithm of a machine's curvature over that of squared error.

    Args:
        network: Whose decoder turns errors of latents into errors of pictures.
        machine: What machines mind.
        crops: (count, side, side, 3).
        random: Draws projections.
    """
    device = network.gain.log_gain.anchors.device
    by_error = torch.zeros(network.architecture.latents, device=device)
    by_machine = torch.zeros_like(by_error)
    for batch in np.array_split(crops, max(1, len(crops) // _BATCH)):
        picture = tensor_of_pixels(batch, device)
        condition = Condition.of([0] * len(batch), device=device)
        with torch.no_grad():
            latents = network.analysis(picture, condition)
        latents = latents.detach().requires_grad_()
        decoded = network.synthesis(latents, condition)
        by_error += _curvature(machine.squared_error_projection(decoded, random), latents)
        found = [_curvature(projection, latents) for projection in machine.projections(decoded, random)]
        by_machine += torch.stack(found).mean(dim=0)
    tiny = torch.finfo(torch.float32).tiny
    return 0.5 * torch.log(by_machine.clamp(min=tiny) / by_error.clamp(min=tiny))


def _curvature(projection: Tensor, latents: Tensor) -> Tensor:
    """Return the squares of a projection's gradient at (B, channels, h, w) latents, summed by channel."""
    (gradient,) = torch.autograd.grad(projection, latents, retain_graph=True)
    return gradient.square().sum(dim=(0, 2, 3))


@torch.no_grad()
def _shift(network: CompressionNetwork, number: int, finer: Tensor) -> None:
    """Let an anchor of the observer have the rows of observer 0, with log gains that are so much larger."""
    own = slice(ANCHORS * number, ANCHORS * (number + 1))

    def set_rows(anchors: Tensor, shift: Tensor) -> None:
        anchors[own] = anchors[:ANCHORS] + shift

    set_rows(network.gain.log_gain.anchors, finer)
    set_rows(network.inverse_gain.log_gain.anchors, -finer)
    for step in network.context:
        assert isinstance(step, ContextStep)
        assert step.scale_index.quality_bias is not None
        set_rows(step.scale_index.quality_bias.anchors, finer / (LOG_STEP * UNIT))
