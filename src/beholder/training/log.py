"""The record of a run: lines of JSON, TensorBoard where it is installed, and a line to the terminal."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from beholder.errors import OutputError


class Log:
    """Appends to ``log.jsonl`` of a run."""

    def __init__(self, folder: Path, *, from_step: int, tell: Callable[[str], None]) -> None:
        """Open the log, without the records of steps that a resumed run will make again.

        Args:
            folder: Of the run; it is made if it is not there.
            from_step: First step of what is to come.
            tell: Takes a line for people.

        Raises:
            OutputError: It cannot be written.
        """
        self._path = folder / "log.jsonl"
        self._tell = tell
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if self._path.exists():
                lines = self._path.read_text(encoding="utf-8").splitlines(keepends=True)
                kept = [line for line in lines if _step_of(line) < from_step]
                self._path.write_text("".join(kept), encoding="utf-8")
        except OSError as error:
            raise self._cannot_be_written(error) from error
        self._board = _open_board(folder, from_step)

    def write(self, kind: str, step: int, **values: object) -> None:
        """Write a record. Numbers that are not finite, which JSON does not have, become null.

        Args:
            kind: Such as ``train`` or ``evaluation``.
            step: Steps done.
            values: Numbers, texts, None, and lists and dictionaries of them.

        Raises:
            OutputError: It cannot be written.
        """
        record = {"kind": kind, "step": step, **{name: _finite(value) for name, value in values.items()}}
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record, allow_nan=False) + "\n")
        except OSError as error:
            raise self._cannot_be_written(error) from error
        self._tell(f"{kind} {step}: " + " ".join(f"{name}={_short(value)}" for name, value in values.items()))
        if self._board is not None:
            for name, value in values.items():
                if isinstance(value, int | float):
                    self._board.add_scalar(f"{kind}/{name}", value, step)

    def _cannot_be_written(self, error: OSError) -> OutputError:
        return OutputError(
            f"{self._path}: cannot be written ({error.strerror or error}); make room or give access, and "
            "resume the run"
        )

    def close(self) -> None:
        """Write out what TensorBoard's writer still holds."""
        if self._board is not None:
            self._board.close()


def _step_of(line: str) -> float:
    """Return the step of a record; one that was cut off when the machine stopped is of no step."""
    try:
        return float(json.loads(line)["step"])
    except (ValueError, KeyError, TypeError):
        return math.inf


def _finite(value: object) -> object:
    """Return the value with None for each number in it that is not finite."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return [_finite(own) for own in value]
    if isinstance(value, dict):
        return {name: _finite(own) for name, own in value.items()}
    return value


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return "[" + " ".join(map(_short, value)) + "]"
    if isinstance(value, dict):
        return "{" + " ".join(f"{name}={_short(own)}" for name, own in value.items()) + "}"
    return str(value)


def _open_board(folder: Path, from_step: int) -> Any | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its own dependencies
            from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415  # an extra that may be missing
    except ImportError:
        return None
    return SummaryWriter(str(folder / "tensorboard"), purge_step=from_step)
