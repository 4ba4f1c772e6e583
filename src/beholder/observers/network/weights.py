"""Weights from files, read without running what the files hold."""

from __future__ import annotations

import os
import pickle
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from beholder.errors import UsageError

# Checkpoints of training scripts keep the weights below one of these words; timm's, torchvision's and others'
# keep a running mean of them, with which they evaluate, below one of the former.
_AVERAGED = ("state_dict_ema", "model_ema", "ema_state_dict", "model_ema_state_dict", "params_ema", "ema")
_NESTED = (*_AVERAGED, "state_dict", "model_state_dict", "model", "params", "net", "network")
# Wrappers for several GPUs and compiled modules put these before each name.
_PREFIXES = ("module.", "_orig_mod.")
# What `torch.optim.swa_utils.AveragedModel` counts beside the weights of its `module`.
_AVERAGED_COUNT = "n_averaged"


@dataclass(frozen=True, eq=False)
class Weights:
    """Tensors of a file.

    Attributes:
        path: Of the file, for messages.
        tensors: By name.
        note: Which of several weights in the file these are; empty where it holds one kind.
    """

    path: str
    tensors: Mapping[str, torch.Tensor]
    note: str = ""

    def named_for(self, module: torch.nn.Module) -> dict[str, torch.Tensor]:
        """Return the tensors by the module's names, without a first word that all share and it has not."""
        tensors, known = dict(self.tensors), module.state_dict().keys()
        while not tensors.keys() & known:
            words = {key.partition(".")[0] for key in tensors}
            if len(words) != 1 or not all("." in key for key in tensors):
                break
            tensors = {key.partition(".")[2]: value for key, value in tensors.items()}
        return tensors

    def class_count(self, module: torch.nn.Module, known: int) -> int:
        """Return how many classes the weights are for.

        Args:
            module: The network, built for another number of classes perhaps.
            known: How many classes it was built for.

        Returns:
            The number for which all tensors of another shape would fit; `known` where there is none.
        """
        tensors, own = self.named_for(module), module.state_dict()
        differing = [key for key in tensors if key in own and tensors[key].shape != own[key].shape]
        counts: set[float] = set()
        for key in differing:
            given, built = tensors[key].shape, own[key].shape
            # Detectors give several numbers a class: four sides of a box, or one for each anchor.
            fits = given[1:] == built[1:] and given and built[0] % known == 0
            counts.add(given[0] * known / built[0] if fits else 0)
        (count,) = counts if len(counts) == 1 else (0,)
        return int(count) if count > 0 and count == int(count) else known


def read_weights(path: str | os.PathLike[str]) -> Weights:
    """Return the tensors of a safetensors file or of one that `torch.save` wrote.

    The latter is a pickle, of which only tensors and plain containers are accepted (`weights_only`). Where a
    checkpoint holds a running mean of the weights (EMA) beside them, the mean is taken.

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
    note = ""
    while (taken := _taken(content)) is not None:
        raw = [key for key in _NESTED if key not in _AVERAGED and isinstance(content.get(key), dict)]
        if taken in _AVERAGED and raw:
            note = (
                f"{name}: holds {taken}, a running mean of the weights, beside {raw[0]}; {taken} is used (to "
                f"use the other, save {raw[0]} in a file of its own)"
            )
        content = content[taken]
    if not isinstance(content, dict) or not any(isinstance(v, torch.Tensor) for v in content.values()):
        raise UsageError(f"{name}: holds no weights by name; save the model's state_dict()")
    tensors = {str(key): value for key, value in content.items() if isinstance(value, torch.Tensor)}
    if all(key.startswith("module.") for key in tensors if key != _AVERAGED_COUNT):
        tensors.pop(_AVERAGED_COUNT, None)
    return Weights(name, {_bare(key): value for key, value in tensors.items()}, note)


def load_weights(module: torch.nn.Module, weights: Weights) -> None:
    """Give the weights to a module that has exactly these; counters of batch norms may be missing.

    Raises:
        UsageError: Names or shapes differ.
    """
    name = weights.path
    try:
        result = module.load_state_dict(weights.named_for(module), strict=False)
    except RuntimeError as error:  # of shapes
        reason = str(error).strip().splitlines()[-1].strip()
        raise UsageError(f"{name}: not the weights of this network: {reason}") from error
    missing = [key for key in result.missing_keys if not key.endswith("num_batches_tracked")]
    for what, keys in (("lacks", missing), ("has beyond the network", result.unexpected_keys)):
        if keys:
            more = f" and {len(keys) - 1} more" if len(keys) > 1 else ""
            raise UsageError(f"{name}: not the weights of this network: {what} {keys[0]}{more}")


def weights_remedy(model: str, weights: str = "FILE") -> str:
    """Return how to give a named network's weights as a file, in words that hold for every command."""
    return (
        f'name them in a TOML file, network = "{model}" and weights = "{weights}", and give that file as the '
        "model (calibrate also takes --weights FILE, and Python weights=FILE)"
    )


def _taken(content: Any) -> str | None:
    """The word below which a checkpoint's weights are, if they are below one."""
    if not isinstance(content, dict):
        return None
    return next((key for key in _NESTED if isinstance(content.get(key), dict)), None)


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
    while key.startswith(_PREFIXES):
        for prefix in _PREFIXES:
            key = key.removeprefix(prefix)
    return key
