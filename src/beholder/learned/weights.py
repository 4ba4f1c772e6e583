"""Files of weights: a frozen codec as safetensors, with its tables, and an identity that bitstreams name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from beholder.errors import InputError
from beholder.learned.architecture import Architecture
from beholder.learned.freeze import FrozenConvolution, FrozenPrior, freeze
from beholder.learned.network import CompressionNetwork
from beholder.learned.networks import build_network
from beholder.learned.rate import SCALES
from beholder.learned.tables import PRECISION_BITS
from beholder.learned.weight_files import identity_of_weights

_FORMAT = "beholder learned codec 1"
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
    """Returns the file of a frozen codec: its entropy path in integers, its transforms in float16.

    Raises:
        ValueError: The codec is not frozen, or a value does not fit.
    """
    from safetensors.torch import save  # noqa: PLC0415  # training needs it not, and runs where it is not

    kinds = _stored_kinds(network)
    tensors: dict[str, Tensor] = {}
    for name, values in network.state_dict().items():
        stored = values.detach().cpu().to(kinds[name]).contiguous()
        if kinds[name] != torch.float16 and not torch.equal(stored.float(), values.float().cpu()):
            raise ValueError(f"{name} does not fit {kinds[name]}")
        if not torch.isfinite(stored.float()).all():
            raise ValueError(f"{name} has values that are not finite in {kinds[name]}")
        tensors[name] = stored
    tensors[_TABLES] = torch.from_numpy(np.concatenate(tables)).to(torch.int32)
    tensors[_TABLE_LENGTHS] = torch.tensor([len(table) for table in tables], dtype=torch.int32)
    metadata = {"format": _FORMAT, "architecture": json.dumps(network.architecture.stored())}
    return _in_order(save(tensors, metadata))


def _in_order(data: bytes) -> bytes:
    """Returns the file with its header sorted, of which safetensors writes the metadata in any order.

    Otherwise a codec that is exported again had another identity.
    """
    end = 8 + int.from_bytes(data[:8], "little")
    header = json.dumps(json.loads(data[8:end]), sort_keys=True, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)  # tensors begin at a multiple of 8
    return len(header).to_bytes(8, "little") + header + data[end:]


def read_weights(data: bytes) -> LearnedWeights:
    """Returns the codec of a file of weights, on the CPU.

    Raises:
        InputError: The file is damaged, or of something else.
    """
    from safetensors.torch import load  # noqa: PLC0415

    try:
        length = int.from_bytes(data[:8], "little")
        metadata = json.loads(data[8 : 8 + length])["__metadata__"]
        if metadata["format"] != _FORMAT:
            raise ValueError(f"format {metadata['format']!r}, and {_FORMAT!r} is read")
        architecture = Architecture(**json.loads(metadata["architecture"]))
        tensors: dict[str, Tensor] = load(data)
        lengths = tensors.pop(_TABLE_LENGTHS).tolist()
        tables = tuple(table.long().numpy() for table in torch.split(tensors.pop(_TABLES), lengths))
        with torch.random.fork_rng(devices=[]):  # the start of its weights is of no interest
            network = freeze(build_network(architecture))
        for name, values in tensors.items():
            if not torch.isfinite(values).all():
                raise ValueError(f"{name} has values that are not finite")
        network.load_state_dict({name: values.float() for name, values in tensors.items()})
        for part in network.modules():
            if isinstance(part, FrozenConvolution):
                part.check_sums()
        _check_tables(tables)
    except Exception as error:  # safetensors and torch raise errors of many kinds on damaged files
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise InputError(f"no weights of the learned codec ({reason}); fetch the file again") from error
    network.to(memory_format=torch.channels_last)
    return LearnedWeights(network, tables, identity_of_weights(data))


def _stored_kinds(network: CompressionNetwork) -> dict[str, torch.dtype]:
    """Returns the type in which each tensor of the state is stored."""
    kinds: dict[str, torch.dtype] = {}
    frozen: dict[str, Any] = dict(network.named_modules())
    for name, values in network.state_dict().items():
        owner, _, part = name.rpartition(".")
        if isinstance(frozen[owner], FrozenConvolution):
            kinds[name] = {"weight": torch.int8, "bias": torch.int32, "scale": torch.float32}[part]
        elif isinstance(frozen[owner], FrozenPrior):
            kinds[name] = torch.int16
        elif values.ndim == 4:
            kinds[name] = torch.float16
        else:
            kinds[name] = torch.float32
    return kinds


def _check_tables(tables: tuple[npt.NDArray[np.int64], ...]) -> None:
    if len(tables) != SCALES:
        raise ValueError(f"{len(tables)} tables; there must be {SCALES}")
    for table in tables:
        if len(table) % 2 or table.min() < 1 or table.sum() != 1 << PRECISION_BITS:
            raise ValueError(
                "a frequency table must have an odd count of residuals and one escape, all at least 1, "
                f"and sum to {1 << PRECISION_BITS}"
            )
