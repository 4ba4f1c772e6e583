"""Files of tensors that pictures' files name by their identity: weights and adapters, as safetensors."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor

from beholder.errors import BeholderError, InputError
from beholder.learned.weight_files import FileKind

_FORMAT = "beholder learned codec 1"


def write_tensors(
    state: Mapping[str, Tensor], types: Mapping[str, torch.dtype], metadata: Mapping[str, str]
) -> bytes:
    """Return a file of tensors, each stored in its type; the same ones give the same bytes.

    Args:
        state: The tensors.
        types: Of each in the file.
        metadata: What the file says beside its format; adapters have a ``kind``.

    Raises:
        ValueError: A value does not fit its type.
    """
    from safetensors.torch import save  # noqa: PLC0415  # training needs it not, and runs where it is not

    tensors: dict[str, Tensor] = {}
    for name, values in state.items():
        stored = values.detach().cpu().to(types[name]).contiguous()
        if types[name] != torch.float16 and not torch.equal(stored.double(), values.double().cpu()):
            raise ValueError(f"{name} does not fit {types[name]}")
        if not torch.isfinite(stored.float()).all():
            raise ValueError(f"{name} has values that are not finite in {types[name]}")
        tensors[name] = stored
    return _in_order(save(tensors, {"format": _FORMAT, **metadata}))


def read_tensors(data: bytes, kind: FileKind) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Return the metadata and tensors of a file of weights or of an adapter.

    Raises:
        InputError: It is the other kind of file.
        ValueError: It has another format, or values that are not finite.
        Exception: Others, where it is damaged; see `told_if_damaged`.
    """
    from safetensors.torch import load  # noqa: PLC0415

    length = int.from_bytes(data[:8], "little")
    try:
        metadata: dict[str, str] = json.loads(data[8 : 8 + length])["__metadata__"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError("it does not begin as safetensors files of this codec do") from error
    if metadata["format"] != _FORMAT:
        raise ValueError(f"format {metadata['format']!r}, and {_FORMAT!r} is read")
    found = metadata.get("kind", "weights")
    if found != kind:
        raise InputError(f"is a file of kind {found}, and one of kind {kind} is asked for")
    tensors: dict[str, Tensor] = load(data)
    for name, values in tensors.items():
        if not torch.isfinite(values).all():
            raise ValueError(f"{name} has values that are not finite")
    return metadata, tensors


@contextmanager
def told_if_damaged(kind: FileKind) -> Iterator[None]:
    """Turn what safetensors and torch raise on damaged files, errors of many kinds, into ours.

    Raises:
        InputError: Says what was wrong.
    """
    try:
        yield
    except ModuleNotFoundError:
        raise  # says nothing of the file
    except BeholderError as error:
        raise InputError(str(error)) from error
    except Exception as error:
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise InputError(f"no {kind} of the learned codec ({reason}); fetch the file again") from error


def _in_order(data: bytes) -> bytes:
    """Return the file with its header sorted, of which safetensors writes the metadata in any order.

    Otherwise what is exported again had another identity.
    """
    end = 8 + int.from_bytes(data[:8], "little")
    header = json.dumps(json.loads(data[8:end]), sort_keys=True, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)  # tensors begin at a multiple of 8
    return len(header).to_bytes(8, "little") + header + data[end:]
