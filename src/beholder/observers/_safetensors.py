"""Reads safetensors files with numpy alone: eight bytes of header length, a JSON header, the data."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from beholder.errors import InputError

_LENGTH_BYTES = 8
_TYPES: Mapping[str, str] = {"F16": "<f2", "F32": "<f4"}


def parse_float_tensors(data: bytes) -> dict[str, npt.NDArray[np.float32]]:
    """Returns the tensors of a safetensors file by name, as C-contiguous float32 arrays.

    Args:
        data: The file's bytes: https://github.com/huggingface/safetensors#format.

    Raises:
        InputError: The file is cut or damaged, or a tensor is neither float16 nor float32.
    """
    length = int.from_bytes(data[:_LENGTH_BYTES], "little")
    start = _LENGTH_BYTES + length
    if len(data) < _LENGTH_BYTES or start > len(data):
        raise InputError(
            f"no safetensors file: {len(data)} bytes do not hold the header; fetch the file again"
        )
    try:
        header = json.loads(data[_LENGTH_BYTES:start])
        entries = {
            name: (entry["dtype"], tuple(entry["shape"]), *entry["data_offsets"])
            for name, entry in header.items()
            if name != "__metadata__"
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"no safetensors file: its header cannot be read ({error})") from error
    tensors = {}
    for name, (kind, shape, first, last) in entries.items():
        if kind not in _TYPES:
            raise InputError(f"tensor {name!r} has type {kind}; allowed are {', '.join(_TYPES)}")
        stored = np.dtype(_TYPES[kind])
        if not 0 <= first <= last <= len(data) - start or last - first != stored.itemsize * math.prod(shape):
            raise InputError(f"tensor {name!r} does not fit its place in the file; fetch the file again")
        values = np.frombuffer(data, stored, math.prod(shape), start + first)
        tensors[name] = np.ascontiguousarray(values.reshape(shape), dtype=np.float32)
    return tensors
