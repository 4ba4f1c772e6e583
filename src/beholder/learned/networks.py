"""The kinds of network, by the name that `Architecture.kind` has in weights and training configurations.

A kind is a module with a class `Network`, a `CompressionNetwork` made of an `Architecture` alone, and a line
here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from beholder.learned.architecture import Architecture
    from beholder.learned.network import CompressionNetwork

FIRST_KIND = "dct"  # of weights that name none: there was no other when they were written

NETWORKS = {
    FIRST_KIND: "beholder.learned.dct_network",
}


def build_network(architecture: Architecture) -> CompressionNetwork:
    """Return an untrained network; torch's generator decides what it starts from.

    Raises:
        ValueError: Sizes that no network has.
    """
    network: CompressionNetwork = import_module(NETWORKS[architecture.kind]).Network(architecture)
    return network
