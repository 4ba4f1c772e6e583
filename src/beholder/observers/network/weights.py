"""Weights from files, read without running what the files hold."""

from __future__ import annotations

import os
import pickle
import warnings
from pathlib import Path
from typing import Any

import torch

from beholder.errors import UsageError

# Checkpoints of training scripts keep the weights below one of these words.
_NESTED = ("state_dict", "model_state_dict", "model", "model_ema")
# Wrappers for several GPUs and compiled modules put these before each name.
_PREFIXES = ("module.", "_orig_mod.")


def read_weights(path: str | os.PathLike[str]) -> dict[str, torch.Tensor]:
    """Tensors by name, of a safetensors file or of one that `torch.save` wrote.

    The latter is a pickle, of which only tensors and plain containers are accepted (`weights_only`).

    Raises:
        UsageError: The file cannot be read, or holds something other than weights.
    """
    name = os.fspath(path)
    if not Path(path).is_file():
        raise UsageError(f"{name}: no such file of weights")
    content: Any
    if Path(path).suffix == ".safetensors":
        content = _read_safetensors(name)
    else:
        try:
            with warnings.catch_warnings():
                # Of pickles that torch.save did not write, which are read as far as `weights_only` can.
                warnings.simplefilter("ignore")
                content = torch.load(name, map_location="cpu", weights_only=True)
        except (pickle.UnpicklingError, RuntimeError, EOFError, OSError) as error:
            raise UsageError(
                f"{name}: no file of weights, or one that holds more than tensors and would run code to be "
                "read; save the model's state_dict() as safetensors"
            ) from error
    for key in _NESTED:
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
    if not isinstance(content, dict) or not any(isinstance(v, torch.Tensor) for v in content.values()):
        raise UsageError(f"{name}: holds no weights by name; save the model's state_dict()")
    return {_bare(str(key)): value for key, value in content.items() if isinstance(value, torch.Tensor)}


def load_weights(module: torch.nn.Module, weights: dict[str, torch.Tensor], name: str) -> None:
    """Gives the weights to a module that has exactly these; counters of batch norms may be missing.

    Raises:
        UsageError: Names or shapes differ.
    """
    try:
        result = module.load_state_dict(weights, strict=False)
    except RuntimeError as error:  # of shapes
        reason = str(error).strip().splitlines()[-1].strip()
        raise UsageError(f"{name}: not the weights of this network: {reason}") from error
    missing = [key for key in result.missing_keys if not key.endswith("num_batches_tracked")]
    for what, keys in (("lacks", missing), ("has beyond the network", result.unexpected_keys)):
        if keys:
            raise UsageError(
                f"{name}: not the weights of this network: {what} {keys[0]} and {len(keys) - 1} more"
            )


def _read_safetensors(name: str) -> dict[str, torch.Tensor]:
    try:
        from safetensors import SafetensorError  # noqa: PLC0415 -- of the extra `machine`
        from safetensors.torch import load_file  # noqa: PLC0415
    except ImportError as error:
        raise UsageError(f"{name}: needs the package safetensors: pip install safetensors") from error
    try:
        return dict(load_file(name))
    except (SafetensorError, OSError) as error:
        raise UsageError(f"{name}: no safetensors file ({error})") from error


def _bare(key: str) -> str:
    for prefix in _PREFIXES:
        key = key.removeprefix(prefix)
    return key
