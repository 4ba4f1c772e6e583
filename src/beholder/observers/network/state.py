"""State files: where a long computation goes on after an interruption."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from beholder.errors import UsageError
from beholder.safe_write import write_file

State = TypeVar("State")

_FORMAT = "beholder calibration state"


def fingerprint(description: dict[str, Any]) -> str:
    """A word that differs for computations that differ."""
    text = json.dumps(description, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def read(path: Path, key: str, parse: Callable[[dict[str, Any]], State]) -> State | None:
    """The state that a file holds, None where there is no file.

    Raises:
        UsageError: It is no state file, a damaged one, or that of another computation.
    """
    remedy = "remove it to begin anew, or name another output"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: no state of an earlier run ({error}); {remedy}") from error
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise UsageError(f"{path}: no state of an earlier run; {remedy}")
    if content.get("key") != key:
        raise UsageError(f"{path}: state of a run with another network, pictures or options; {remedy}")
    try:
        return parse(content["state"])
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{path}: damaged state of an earlier run ({error!r}); {remedy}") from error


def write(path: Path, key: str, state: dict[str, Any]) -> None:
    """Puts a state in a file, whole or not at all.

    Raises:
        OutputError: It cannot be written.
    """
    content = {"format": _FORMAT, "key": key, "state": state}
    write_file(path, json.dumps(content).encode(), overwrite=True)
