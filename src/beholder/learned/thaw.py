"""Trainable parameters of a frozen network: the way back from a file of weights to training.

A frozen entropy path holds integers, and training needs floats that round to them. Weights and scales are
found exactly. Of what depends on the quality, training learns 8 anchors and a file holds 64 rounded rows:
`fit_anchors` finds anchors from which every row comes out again.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from beholder.learned.entropy_model import HyperPrior
from beholder.learned.fit_anchors import fit_anchors
from beholder.learned.freeze import FrozenConvolution, FrozenPrior
from beholder.learned.integer_convolution import LARGEST_WEIGHT, UNIT, IntegerConvolution
from beholder.learned.network import CompressionNetwork
from beholder.learned.networks import build_network
from beholder.learned.rate import SCALES


def thaw(frozen: CompressionNetwork) -> CompressionNetwork:
    """Return a trainable network that freezes to the same integers as `frozen`, so codes the same symbols.

    It is on the CPU and computes its entropy path in floats until `CompressionNetwork.quantise`.

    Args:
        frozen: As `beholder.learned.weights.read_weights` gives it, on the CPU.
    """
    with torch.random.fork_rng(devices=[]):  # the start of its weights is of no interest
        network = build_network(frozen.architecture)
    state = frozen.state_dict()
    for name, part in frozen.named_modules():
        if isinstance(part, FrozenConvolution | FrozenPrior):
            for own in part.state_dict():
                del state[f"{name}.{own}"]
    network.load_state_dict(state, strict=False)
    for name, part in frozen.named_modules():
        if isinstance(part, FrozenConvolution):
            _thaw_convolution(part, network.get_submodule(name))
        elif isinstance(part, FrozenPrior):
            _thaw_prior(part, network.get_submodule(name))
    return network


@torch.no_grad()
def _thaw_convolution(frozen: FrozenConvolution, trained: nn.Module) -> None:
    assert isinstance(trained, IntegerConvolution)
    trained.weight.copy_(_weights_of_scale(frozen.weight, frozen.scale))
    # In float64, so that the one rounding to float32 cannot move a bias to another integer.
    size = trained.weight_scale().double() / UNIT
    if trained.quality_bias is None:
        trained.bias.copy_(frozen.bias[0].double() * size)
        return
    anchors = fit_anchors(frozen.bias) * size
    mean = anchors.mean(dim=0).float()
    trained.bias.copy_(mean)
    trained.quality_bias.anchors.copy_(anchors - mean)


@torch.no_grad()
def _thaw_prior(frozen: FrozenPrior, trained: nn.Module) -> None:
    assert isinstance(trained, HyperPrior)
    trained.mean.anchors.copy_(fit_anchors(frozen.mean_quarters) / 4)
    trained.scale_index.anchors.copy_(fit_anchors(frozen.scale_index, least=0, most=SCALES - 1) / UNIT)


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
