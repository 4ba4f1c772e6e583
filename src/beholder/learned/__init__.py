"""The learned codec: one small network for every rate, with an entropy path in exact integers.

::

    x -> Analysis -> y * gain[q] ---------------------------> round(y - mean) -> rANS
                          |                                        ^
                          v                                        | mean, scale index
                   HyperAnalysis -> z -> rANS; HyperSynthesis -> Context, four steps
    x^ <- Synthesis <- y^ * inverse gain[q]

`docs/learned.md` says why it is built as it is. Only what computes needs torch, which is loaded with a codec.
"""

from __future__ import annotations

import os
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from beholder.errors import InputError, UsageError
from beholder.torch_device import usable_device

if TYPE_CHECKING:
    from beholder.learned.coder import LearnedCoder

__all__ = ["check_available", "load", "load_once"]


def load(
    weights: str | os.PathLike[str] | None = None,
    *,
    device: str | None = None,
    adapter: str | os.PathLike[str] | None = None,
) -> LearnedCoder:
    """Return a codec that encodes and decodes with a file of weights.

    Args:
        weights: Path of a file, or name of weights that ship with the package. None: the usual ones.
        device: Such as ``cpu`` or ``cuda:1``. None: a GPU where there is one.
        adapter: Path or name of one of these weights, for which files are encoded, and which decodes those
            that name it. None: files are encoded without one, and those that name an
            installed one are decoded with it.

    Raises:
        UsageError: There are no such weights or no such device, or what the codec needs is not installed.
        InputError: The file cannot be read, or holds something else.
    """
    check_available(weights)
    import torch  # noqa: PLC0415

    from beholder.learned.adapters import read_adapter  # noqa: PLC0415
    from beholder.learned.coder import LearnedCoder  # noqa: PLC0415
    from beholder.learned.weight_files import read_weight_file  # noqa: PLC0415
    from beholder.learned.weights import read_weights  # noqa: PLC0415

    data, name = read_weight_file(weights)
    try:
        with torch.inference_mode(
            mode=False
        ):  # of the caller, in which weights would take no gradient through
            read = read_weights(data)
            if adapter is None:
                return LearnedCoder(read, usable_device(device))
            data, name = read_weight_file(adapter, "adapter")
            return LearnedCoder(read, usable_device(device), adapter=read_adapter(data))
    except InputError as error:
        raise InputError(f"{name}: {error}") from error


def check_available(weights: str | os.PathLike[str] | None = None, *, device: str | None = None) -> None:
    """See to it that a codec can be loaded, without loading torch unless a device is named.

    Raises:
        UsageError: Something that it needs is not installed, or there are no such weights or device.
    """
    for package in ("torch", "safetensors", "constriction"):
        if find_spec(package) is None:
            raise UsageError(
                f"the learned codec needs {package}; install it with: pip install 'beholder[learned]'"
            )
    from beholder.learned.weight_files import find_weight_file  # noqa: PLC0415

    find_weight_file(weights)
    if device is not None:
        usable_device(device)


@lru_cache(maxsize=2)
def load_once(weights: str | None = None, *, device: str | None = None) -> LearnedCoder:
    """Return what `load` does, the same object for the same arguments: for one file after another."""
    return load(weights, device=device)
