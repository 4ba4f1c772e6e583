"""A network with an observer dial out of one without."""

from __future__ import annotations

from dataclasses import replace

import torch

from beholder.learned.condition import ConditionTable
from beholder.learned.network import CompressionNetwork
from beholder.learned.networks import build_network


def with_dial(network: CompressionNetwork, observers: int) -> CompressionNetwork:
    """Return a trainable network that computes the same for every observer, which training then tells apart.

    Args:
        network: Trainable, without a dial.
        observers: Anchors of the dial, at least 2.

    Raises:
        ValueError: The network has a dial.
    """
    sizes = network.architecture
    if sizes.has_dial:
        raise ValueError(f"the network has a dial of {sizes.observer_anchors} anchors already")
    with torch.random.fork_rng(devices=[]):  # the start of its weights is of no interest
        grown = build_network(replace(sizes, observer_anchors=observers))
    state = network.state_dict()
    for name, part in network.named_modules():
        if isinstance(part, ConditionTable):
            state[f"{name}.anchors"] = part.anchors.detach().repeat(observers, 1)
    grown.load_state_dict(state, strict=False)  # the modulation, which is not there, starts at 1
    return grown
