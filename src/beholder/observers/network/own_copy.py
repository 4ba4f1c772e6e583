"""A module of our own to observe with, so that a caller's stays as it is: mode, gradients, device, layout."""

from __future__ import annotations

import copy
from collections import ChainMap
from collections.abc import Iterator, MutableMapping
from typing import Any, TypeAlias

import torch
from torch import Tensor

from beholder.errors import UsageError

# Of `copy.deepcopy`: copies by the id of what was copied.
_Memo: TypeAlias = MutableMapping[int, Any]

_WRAPPERS = (torch.nn.DataParallel, torch.nn.parallel.DistributedDataParallel)


def copied(module: torch.nn.Module, device: torch.device, name: str) -> torch.nn.Module:
    """Return a copy of a module on a device, in single precision; later training does not change it.

    Parameters and buffers are copied straight to the device, so that the copy needs the memory of the weights
    once. Attributes that cannot be copied, such as locks and open files, are shared with the original.

    Args:
        module: Is not changed. DataParallel and DistributedDataParallel are taken off.
        device: Of the copy.
        name: For messages.

    Raises:
        UsageError: It cannot be copied, has parameters without values, or does not fit on the device.
    """
    while isinstance(module, _WRAPPERS):
        module = module.module
    if any(torch.nn.parameter.is_lazy(tensor) for tensor in _tensors(module)):
        raise UsageError(f"{name}: has parameters without values; run it on a picture once, then give it")
    if any(tensor.is_meta for tensor in _tensors(module)):
        raise UsageError(f"{name}: has parameters on the meta device, which hold no values; load its weights")
    try:
        # The caller may be in inference mode, whose tensors can never take part in a gradient.
        with torch.inference_mode(mode=False), torch.no_grad():
            memo = {id(tensor): _tensor_copy(tensor, device) for tensor in _tensors(module)}
            try:
                return copy.deepcopy(module, dict(memo))
            except torch.OutOfMemoryError:
                raise
            except Exception:
                return _copied_by_attribute(module, memo)
    except torch.OutOfMemoryError as error:
        raise UsageError(f"{name}: does not fit into the memory of {device}; use device cpu") from error
    except Exception as error:
        reason = " ".join(str(error).split())
        raise UsageError(
            f"{name}: cannot be copied ({type(error).__name__}: {reason}), and Beholder does not change the "
            "module that it is given; save it with torch.jit.script(module).save(FILE.pt) and give the file"
        ) from error


def prepared(module: torch.nn.Module, device: torch.device, name: str) -> torch.nn.Module:
    """Return a module that is ours, changed in place: in eval mode, frozen, in single precision.

    Args:
        module: Is changed.
        device: Where it goes.
        name: For messages.

    Raises:
        UsageError: It does not fit on the device.
    """
    try:
        module = module.to(device).float()
        if all(tensor.ndim < 5 for tensor in _tensors(module)):
            # Convolutions take a fifth less time with channels innermost, on CPUs and GPUs alike.
            module = module.to(memory_format=torch.channels_last)
    except RuntimeError as error:
        reason = str(error).strip().partition("\n")[0]
        raise UsageError(f"{name}: cannot be put on device {device} ({reason}); use device cpu") from error
    module.eval()
    for parameter in module.parameters():  # TorchScript modules have no requires_grad_ of their own
        parameter.requires_grad_(False)
    return module


def _tensors(module: torch.nn.Module) -> Iterator[Tensor]:
    """Parameters, buffers, and tensors that are computed of them and kept, as by `weight_norm`."""
    yield from module.parameters()
    yield from module.buffers()
    for each in module.modules():
        if not isinstance(each, torch.jit.ScriptModule):
            yield from (value for value in vars(each).values() if isinstance(value, Tensor))


def _tensor_copy(tensor: Tensor, device: torch.device) -> Tensor:
    if type(tensor) not in (Tensor, torch.nn.Parameter):
        return copy.deepcopy(tensor)
    dtype = torch.float32 if tensor.is_floating_point() else tensor.dtype
    own = tensor.detach().to(device, dtype, copy=True)
    is_parameter = isinstance(tensor, torch.nn.Parameter)
    return torch.nn.Parameter(own, requires_grad=False) if is_parameter else own


def _copied_by_attribute(module: torch.nn.Module, memo: _Memo) -> torch.nn.Module:
    """A copy of a tree of modules that shares the attributes that cannot be copied."""
    parts = [each for each in module.modules() if not isinstance(each, torch.jit.ScriptModule)]
    shells = [each.__new__(type(each)) for each in parts]
    memo.update((id(each), shell) for each, shell in zip(parts, shells, strict=True))
    for each, shell in zip(parts, shells, strict=True):
        vars(shell).update((name, _copied_or_shared(value, memo)) for name, value in vars(each).items())
    copied_module = memo[id(module)]
    assert isinstance(copied_module, torch.nn.Module), "it was just put there"
    return copied_module


def _copied_or_shared(value: Any, memo: _Memo) -> Any:
    found: dict[int, Any] = {}
    try:
        own = copy.deepcopy(value, ChainMap(found, memo))  # type: ignore[arg-type]  # any mapping
    except Exception:
        return value
    memo.update(found)
    return own
