"""Where weights and adapters come from: those of the package `beholder_weights`, and files."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeAlias

from beholder.errors import InputError, UsageError
from beholder.learned.container import IDENTITY_BYTES

FileKind: TypeAlias = Literal["weights", "adapter"]

DEFAULT_WEIGHTS = "photograph"

# What checkpoints of `beholder train` hold, and weights do not.
CHECKPOINT_MARK = "beholder training checkpoint"

_PACKAGE = "beholder_weights"
NOT_INSTALLED = "no weights are installed (pip install 'beholder[learned]' brings them)"


@dataclass(frozen=True)
class _Kind:
    """The ending of its files' names, and what messages say."""

    suffix: str
    noun: str
    none: str
    given_by: str


_KINDS: dict[FileKind, _Kind] = {
    "weights": _Kind(
        ".safetensors", "weights", NOT_INSTALLED,
        "beholder decode --weights FILE, or weights=FILE in Python",
    ),
    "adapter": _Kind(
        ".adapter.safetensors", "an adapter", "no adapter is installed",
        "beholder.learned.load(adapter=FILE) in Python",
    ),
}  # fmt: skip


def identity_of_weights(data: bytes) -> bytes:
    """Return what a picture's file calls the weights or the adapter that it was written with."""
    return hashlib.sha256(data).digest()[:IDENTITY_BYTES]


def shipped_names(kind: FileKind = "weights") -> tuple[str, ...]:
    """Return the names of the weights, or of the adapters, that the extra `learned` installs."""
    folder = _folder()
    names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    adapters = {name for name in names if name.endswith(_KINDS["adapter"].suffix)}
    own = adapters if kind == "adapter" else {*names} - adapters
    suffix = _KINDS[kind].suffix
    return tuple(sorted(name.removesuffix(suffix) for name in own if name.endswith(suffix)))


def find_weight_file(weights: str | os.PathLike[str] | None, kind: FileKind = "weights") -> Traversable:
    """Return the file of weights or of an adapter, which is there.

    Args:
        weights: Name of what ships with the package, or a path; None for the usual weights.
        kind: Of file.

    Raises:
        UsageError: There is no such file.
    """
    names = shipped_names(kind)
    wanted = DEFAULT_WEIGHTS if weights is None else weights
    if wanted in names:
        return _shipped(str(wanted), kind)
    if weights is None:
        raise UsageError(f"{NOT_INSTALLED}; name a file of weights")
    if not os.path.isfile(weights):  # noqa: PTH113 -- Path.is_file raises for a path that is too long
        known = f"those installed are {', '.join(names)}" if names else _KINDS[kind].none
        noun = _KINDS[kind].noun
        raise UsageError(f"{os.fspath(weights)}: no file of {noun}, and no name of any ({known})")
    return Path(weights)


def read_weight_file(weights: str | os.PathLike[str] | None, kind: FileKind = "weights") -> tuple[bytes, str]:
    """Return the bytes of a file found as by `find_weight_file`, and its name for messages.

    Raises:
        UsageError: There is no such file.
        InputError: The file cannot be read, or is a checkpoint of a training run.
    """
    file = find_weight_file(weights, kind)
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


def find_by_identity(identity: bytes, kind: FileKind = "weights") -> str | None:
    """Return the name of the installed file of an identity, or None."""
    for name in shipped_names(kind):
        if _identity_of_file(str(_shipped(name, kind))) == identity:
            return name
    return None


def installed_for(identity: bytes, name: str, kind: FileKind = "weights") -> str:
    """Return the name of the installed file that a picture's file was written with.

    Args:
        identity: That the file names.
        name: Of the file, for messages.
        kind: Of what is looked for.

    Raises:
        InputError: It is not installed.
    """
    found = find_by_identity(identity, kind)
    if found is None:
        raise InputError(
            f"{name}: was written with {kind} {identity.hex()}, not installed here; "
            f"give that file: {_KINDS[kind].given_by}"
        )
    return found


@cache
def _identity_of_file(path: str) -> bytes:
    """Of weights that ship, which stay as they are while the program runs."""
    return identity_of_weights(Path(path).read_bytes())


def check_identity(identity: bytes, known: bytes, name: str, kind: FileKind = "weights") -> None:
    """Refuse a picture of other weights, or of another adapter.

    Raises:
        InputError: Names both.
    """
    if identity != known:
        raise InputError(
            f"{name}: was written with {kind} {identity.hex()}, not with {known.hex()}; "
            f"give the file of the former: {_KINDS[kind].given_by}"
        )


def _shipped(name: str, kind: FileKind) -> Traversable:
    return _folder() / f"{name}{_KINDS[kind].suffix}"


def _folder() -> Traversable:
    """Return the folder of the package of weights; where it is not installed, one that does not exist."""
    return resources.files(_PACKAGE) if find_spec(_PACKAGE) else Path(__file__).with_name(_PACKAGE)
