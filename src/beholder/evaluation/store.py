"""What earlier runs found out, by the hash of all that decides it, so that no run does it again.

Layout of the folder: ``records-NNNN.jsonl``, one a run that found out something, each line
``{"key": SHA-256 in hex, "value": {...}}``. A file is only appended to, by the one process that made it, and
every append is on the disk before `Store.put` returns. So a kill at any moment leaves whole lines, and at
most one torn line at the end of a file, which counts as never written.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from io import FileIO
from pathlib import Path
from typing import TypeAlias

from beholder.errors import InputError, OutputError

Value: TypeAlias = Mapping[str, "str | int | float | None"]

# Part of every key; raise it when what is measured changes its meaning.
_REVISION = 1


def key_of(*parts: str) -> str:
    """Returns the SHA-256 of the parts, each with its length, so that no two lists give the same text."""
    text = "".join(f"{len(part)}:{part}" for part in (str(_REVISION), *parts))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Store:
    """Values by key, kept in a folder, or in memory alone; a context manager."""

    def __init__(self, folder: Path | None) -> None:
        """Read all that is there.

        Raises:
            InputError: A file of records cannot be read, or holds something else.
        """
        self._folder = folder
        self._file: FileIO | None = None
        self._values: dict[str, Value] = {}
        if folder is not None:
            for path in sorted(folder.glob("records-*.jsonl")):
                self._values.update(_read_records(path))

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._file is not None:
            self._file.close()  # which has nothing left to write: the file has no buffer

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def get(self, key: str) -> Value | None:
        """Returns the value of a key, if there is one."""
        return self._values.get(key)

    def put(self, values: Mapping[str, Value]) -> None:
        """Adds values; they are on the disk when this returns.

        Raises:
            OutputError: They cannot be written.
        """
        if self._folder is not None:
            self._append(self._folder, values)
        self._values.update(values)

    def _append(self, folder: Path, values: Mapping[str, Value]) -> None:
        lines = "".join(json.dumps({"key": key, "value": value}) + "\n" for key, value in values.items())
        try:
            if self._file is None:
                self._file = _new_file(folder)
            rest = memoryview(lines.encode())
            while rest:  # a file without a buffer may take a part at a time
                rest = rest[self._file.write(rest) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            message = (
                f"{folder}: the cache cannot be written ({error.strerror or error}); what it holds is "
                "whole, and the same command goes on from there"
            )
            raise OutputError(message) from error


def _new_file(folder: Path) -> FileIO:
    folder.mkdir(parents=True, exist_ok=True)
    number = 1 + max((_number(path) for path in folder.glob("records-*.jsonl")), default=0)
    while True:
        try:
            return (folder / f"records-{number:04}.jsonl").open("xb", buffering=0)
        except FileExistsError:  # another run has just taken it
            number += 1


def _number(path: Path) -> int:
    digits = path.stem.removeprefix("records-")
    return int(digits) if digits.isdecimal() else 0


def _read_records(path: Path) -> Iterable[tuple[str, Value]]:
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    # Behind the last line break stands nothing, or what a kill left of a line.
    for number, line in enumerate(lines[:-1], 1):
        try:
            record = json.loads(line)
            yield record["key"], record["value"]
        except (ValueError, TypeError, KeyError) as error:
            raise InputError(
                f"{path}: line {number} is not a record of the cache; delete the file to measure "
                "its part anew"
            ) from error
