"""TOML files of a `TrainingConfig`: read, written, and an example of every key."""

from __future__ import annotations

import json
import textwrap
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path

from beholder.errors import UsageError
from beholder.training.config import TrainingConfig

CONFIG_FILE = "config.toml"  # in a run's folder
CONFIG_NAMES = tuple(own.name for own in fields(TrainingConfig))
_REQUIRED = {"data": ["photographs"], "output": "run"}  # with what the example gives them
_WIDTH = 100


def load_config(path: str | None, overrides: Mapping[str, object]) -> TrainingConfig:
    """Return the configuration of a TOML file, if one is given, with values put over it.

    Raises:
        UsageError: The file cannot be read, a key is unknown or missing, or a value is not allowed.
    """
    values: dict[str, object] = {}
    if path is not None:
        try:
            values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror or error}") from error
        except ValueError as error:
            raise UsageError(f"{path}: is not TOML ({error})") from error
    label = path or "configuration"
    values |= overrides
    if unknown := sorted(values.keys() - set(CONFIG_NAMES)):
        raise UsageError(f"{label}: unknown key {', '.join(unknown)}; allowed are {', '.join(CONFIG_NAMES)}")
    if missing := sorted(_REQUIRED.keys() - values.keys()):
        raise UsageError(
            f"{label}: has no {' and no '.join(missing)}; `beholder train --example` prints every key"
        )
    return TrainingConfig(**values)  # type: ignore[arg-type]  # checked there


def to_toml(config: TrainingConfig) -> str:
    """Return the configuration as `load_config` reads it; what is not set is left out."""
    values = {name: getattr(config, name) for name in CONFIG_NAMES}
    return "".join(f"{name} = {_toml(value)}\n" for name, value in values.items() if value is not None)


def example_toml() -> str:
    """Return a file with every key at its default, each below what it means.

    A key whose default follows from others stands as a comment.
    """
    lines = ["# Every key of `beholder train` at its default. Lines that begin with # set nothing."]
    for own in fields(TrainingConfig):
        lines += [
            "",
            *textwrap.wrap(own.metadata["help"], _WIDTH, initial_indent="# ", subsequent_indent="# "),
        ]
        if own.default is None:
            lines.append(f"# {own.name} = {own.metadata['metavar']}")
        else:
            value = _REQUIRED[own.name] if own.default is MISSING else own.default
            lines.append(f"{own.name} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    # JSON's texts, finite numbers, booleans and lists of texts are TOML's too.
    return json.dumps(value, allow_nan=False)
