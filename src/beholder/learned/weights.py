"""Files of weights: a frozen network with its tables, and an identity that bitstreams name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from beholder.learned.architecture import Architecture
from beholder.learned.freeze import FrozenConvolution, FrozenPrior, freeze
from beholder.learned.network import CompressionNetwork
from beholder.learned.networks import build_network
from beholder.learned.rate import SCALES
from beholder.learned.tables import PRECISION_BITS
from beholder.learned.tensor_files import read_tensors, told_if_damaged, write_tensors
from beholder.learned.weight_files import identity_of_weights

_TABLES = "entropy_coder.frequencies"
_TABLE_LENGTHS = "entropy_coder.lengths"


@dataclass(frozen=True, eq=False)
class LearnedWeights:
    """What encodes and decodes.

    Attributes:
        network: Frozen.
        tables: Frequencies for each scale index.
        identity: First bytes of the SHA-256 of the file.
    """

    network: CompressionNetwork
    tables: tuple[npt.NDArray[np.int64], ...]
    identity: bytes


def write_weights(network: CompressionNetwork, tables: Sequence[npt.NDArray[np.int64]]) -> bytes:
    """Return the file of a frozen network: its entropy path in integers, its transforms in float16.

    Raises:
        ValueError: The network is not frozen, or a value does not fit.
    """
    lengths = torch.tensor([len(table) for table in tables])
    coder = {_TABLES: torch.from_numpy(np.concatenate(tables)), _TABLE_LENGTHS: lengths}
    return write_tensors(
        {**network.state_dict(), **coder},
        {**_stored_types(network), **dict.fromkeys(coder, torch.int32)},
        {"architecture": json.dumps(network.architecture.stored())},
    )


def read_weights(data: bytes) -> LearnedWeights:
    """Return the network of a file of weights, on the CPU.

    Raises:
        InputError: The file is damaged, of something else, or of a kind that this Beholder does not have.
    """
    with told_if_damaged("weights"):
        metadata, tensors = read_tensors(data, "weights")
        architecture = Architecture(**json.loads(metadata["architecture"]))
        lengths = tensors.pop(_TABLE_LENGTHS).tolist()
        tables = tuple(table.long().numpy() for table in torch.split(tensors.pop(_TABLES), lengths))
        with torch.random.fork_rng(devices=[]):  # the start of its weights is of no interest
            network = freeze(build_network(architecture))
        network.load_state_dict({name: values.float() for name, values in tensors.items()})
        for part in network.modules():
            if isinstance(part, FrozenConvolution):
                part.check_sums()
        _check_tables(tables)
    network.to(memory_format=torch.channels_last)
    return LearnedWeights(network, tables, identity_of_weights(data))


def _stored_types(network: CompressionNetwork) -> dict[str, torch.dtype]:
    """Return the type in which each tensor of the state is stored."""
    types: dict[str, torch.dtype] = {}
    frozen: dict[str, Any] = dict(network.named_modules())
    for name, values in network.state_dict().items():
        owner, _, part = name.rpartition(".")
        if isinstance(frozen[owner], FrozenConvolution):
            types[name] = {"weight": torch.int8, "bias": torch.int32, "scale": torch.float32}[part]
        elif isinstance(frozen[owner], FrozenPrior):
            types[name] = torch.int16
        elif values.ndim == 4:
            types[name] = torch.float16
        else:
            types[name] = torch.float32
    return types


def _check_tables(tables: tuple[npt.NDArray[np.int64], ...]) -> None:
    if len(tables) != SCALES:
        raise ValueError(f"{len(tables)} tables; there must be {SCALES}")
    for table in tables:
        if len(table) % 2 or table.min() < 1 or table.sum() != 1 << PRECISION_BITS:
            raise ValueError(
                "a frequency table must have an odd count of residuals and one escape, all at least 1, "
                f"and sum to {1 << PRECISION_BITS}"
            )
