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
    from beholder.learned.coder import DecodedPicture, File, LearnedCoder

__all__ = ["check_available", "decode", "load", "load_once"]


def load(weights: str | os.PathLike[str] | None = None, *, device: str | None = None) -> LearnedCoder:
    """Returns a codec that encodes and decodes with a file of weights.

    Args:
        weights: Path of a file, or name of weights that ship with the package. None: the usual ones.
        device: Such as ``cpu`` or ``cuda:1``. None: a GPU where there is one.

    Raises:
        UsageError: There are no such weights or no such device, or what the codec needs is not installed.
        InputError: The file cannot be read, or holds something else.
    """
    check_available(weights)
    from beholder.learned.coder import LearnedCoder  # noqa: PLC0415
    from beholder.learned.weight_files import read_weight_file  # noqa: PLC0415
    from beholder.learned.weights import read_weights  # noqa: PLC0415

    data, name = read_weight_file(weights)
    try:
        return LearnedCoder(read_weights(data), usable_device(device))
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


def decode(
    file: File,
    *,
    weights: str | os.PathLike[str] | None = None,
    device: str | None = None,
    name: str | None = None,
) -> DecodedPicture:
    """Returns the picture of a file, with the weights that it names.

    Args:
        file: A path, the bytes of a file or a binary stream.
        weights: As for `load`. None: those that ship with the package and that the file was written with.
        device: As for `load`.
        name: What to call the file in messages, if not by its path.

    Raises:
        InputError: The file is damaged, of other weights, or none of the learned codec's.
        UnsupportedImageError: More pixels than Pillow's limit against decompression bombs.
        UsageError: As `load`.
    """
    from beholder.image.read import read_bytes  # noqa: PLC0415
    from beholder.learned.container import read_container  # noqa: PLC0415
    from beholder.learned.weight_files import find_by_identity  # noqa: PLC0415

    data, label = read_bytes(file, name=name)
    if weights is None:
        identity = read_container(data, label).header.identity
        weights = find_by_identity(identity)
        if weights is None:
            raise InputError(
                f"{label}: was written with weights {identity.hex()}, which are not installed; "
                "give their file: beholder decode --weights FILE, or weights=FILE in Python"
            )
    return load_once(os.fspath(weights), device=device).decode(data, name=label)


@lru_cache(maxsize=2)
def load_once(weights: str | None = None, *, device: str | None = None) -> LearnedCoder:
    """Returns what `load` does, the same object for the same arguments: for one file after another."""
    return load(weights, device=device)
