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
    curvatures = torch.zeros(2, network.architecture.latents, device=device)
    for batch in np.array_split(crops, max(1, len(crops) // _BATCH)):
        picture = torch.from_numpy(batch).to(device).permute(0, 3, 1, 2).float() / 255 - 0.5
        condition = Condition.of([0] * len(batch), device=device)
        with torch.no_grad():
            latents = network.analysis(picture, condition)
        latents = latents.detach().requires_grad_()
        decoded = network.synthesis(latents, condition)
        projections = [
            machine.squared_error_projection(decoded, random),
            *machine.projections(decoded, random),
        ]
        for number, projection in enumerate(projections):
            (gradient,) = torch.autograd.grad(projection, latents, retain_graph=True)
            share = 1.0 if number == 0 else 1 / (len(projections) - 1)
            curvatures[min(number, 1)] += share * gradient.square().sum(dim=(0, 2, 3))
    by_error, by_machine = curvatures.clamp(min=torch.finfo(torch.float32).tiny)
    return 0.5 * torch.log(by_machine / by_error)


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
