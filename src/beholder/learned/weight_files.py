"""Where weights come from: those of the package `beholder_weights`, by name or identity, and files."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path

from beholder.errors import InputError, UsageError
from beholder.learned.container import IDENTITY_BYTES

DEFAULT_WEIGHTS = "photograph"

# What checkpoints of `beholder train` hold, and weights do not.
CHECKPOINT_MARK = "beholder training checkpoint"

_SUFFIX = ".safetensors"
_PACKAGE = "beholder_weights"
NOT_INSTALLED = "no weights are installed (pip install 'beholder[learned]' brings them)"


def identity_of_weights(data: bytes) -> bytes:
    """Returns what a picture's file calls the weights that it was written with."""
    return hashlib.sha256(data).digest()[:IDENTITY_BYTES]


def shipped_names() -> tuple[str, ...]:
    """Return the names of the weights that the extra `learned` installs."""
    folder = _folder()
    names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


def find_weight_file(weights: str | os.PathLike[str] | None) -> Traversable:
    """Returns the file of weights, which is there.

    Args:
        weights: Name of weights that ship with the package, or a path; None for the usual ones.

    Raises:
        UsageError: There are no such weights.
    """
    names = shipped_names()
    wanted = DEFAULT_WEIGHTS if weights is None else weights
    if wanted in names:
        return _shipped(str(wanted))
    if weights is None:
        raise UsageError(f"{NOT_INSTALLED}; name a file of weights")
    if not os.path.isfile(weights):  # noqa: PTH113 -- Path.is_file raises for a path that is too long
        known = f"those installed are {', '.join(names)}" if names else NOT_INSTALLED
        raise UsageError(f"{os.fspath(weights)}: no file of weights, and no name of any ({known})")
    return Path(weights)


def read_weight_file(weights: str | os.PathLike[str] | None) -> tuple[bytes, str]:
    """Returns the bytes of a file of weights, found as by `find_weight_file`, and its name for messages.

    Raises:
        UsageError: There are no such weights.
        InputError: The file cannot be read, or is a checkpoint of a training run.
    """
    file = find_weight_file(weights)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or error}") from error
    if data.startswith(b"PK") and CHECKPOINT_MARK.encode() in data:
        folder = Path(str(file)).parent
        raise InputError(
            f"{file}: is a checkpoint of a training run; make weights of it with: "
            f"beholder train --output {folder} --export FILE"
        )
    return data, str(file)


def find_by_identity(identity: bytes) -> str | None:
    """Returns the name of the shipped weights of an identity, or None."""
    for name in shipped_names():
        if _identity_of_file(str(_shipped(name))) == identity:
            return name
    return None


@cache
def _identity_of_file(path: str) -> bytes:
    """Of weights that ship, which stay as they are while the program runs."""
    return identity_of_weights(Path(path).read_bytes())


def check_identity(identity: bytes, known: bytes, name: str) -> None:
    """Refuses a picture of other weights.

    Raises:
        InputError: Names both.
    """
    if identity != known:
        raise InputError(
            f"{name}: was written with weights {identity.hex()}, and these are "
            f"{known.hex()}; give the file of the former: beholder decode --weights FILE, or weights=FILE"
        )


def _shipped(name: str) -> Traversable:
    return _folder() / f"{name}{_SUFFIX}"


def _folder() -> Traversable:
    """Return the folder of the package of weights; where it is not installed, one that does not exist."""
    return resources.files(_PACKAGE) if find_spec(_PACKAGE) else Path(__file__).with_name(_PACKAGE)
