"""Profiles: the offline sensitivity of a network, in a small file that needs no network to be used.

Files of version 1 may lack the map of places, which the first ones did.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np

from beholder.errors import InputError, UsageError
from beholder.observers._place import CELLS, block_places, central_mean
from beholder.observers._sensitivity import FloatArray, Sampling

FORMAT = "beholder profile"
VERSION = 1
SUBSAMPLINGS = ("4:4:4", "4:2:2", "4:2:0")
_SHIPPED = "profiles"
_FLAT: FloatArray = np.ones((CELLS, CELLS), np.float32)


@dataclass(frozen=True, eq=False, repr=False)
class Profile:
    """Mean squared gradient of a network's answer by component and frequency.

    What L. Ye, arXiv 2503.10912, calls offline sensitivity estimation (OSE).

    Attributes:
        model: What the network is called.
        tables: By subsampling, (3, 64) float32 in zigzag order: the mean over pictures and blocks of the
            squared gradient with respect to a DCT coefficient; for class probabilities twice the nats that a
            squared error of 1 costs.
        provenance: Where it comes from: data, number of pictures, form of the estimate, versions.
        place: (24, 24) float32: where in a picture the network looks (`_place`), luma's squared gradient
            relative to the central square; None where that is unknown.
    """

    model: str
    tables: Mapping[str, FloatArray]
    provenance: Mapping[str, Any] = field(default_factory=dict)
    place: FloatArray | None = None

    def __post_init__(self) -> None:
        """Check the tables and the map."""
        for subsampling in SUBSAMPLINGS:
            if subsampling not in self.tables:
                raise UsageError(f"the profile of {self.model} has no table for {subsampling}")
            table = self.tables[subsampling]
            if table.shape != (3, 64) or not (np.isfinite(table).all() and (table > 0).all()):
                raise UsageError(
                    f"the profile of {self.model} for {subsampling} must be 3 x 64 positive numbers, has "
                    f"shape {table.shape}"
                )
        if self.place is None:
            return
        known = self.place.shape == (CELLS, CELLS) and np.isfinite(self.place).all()
        if not (known and (self.place >= 0).all() and central_mean(self.place) > 0):
            raise UsageError(
                f"the map of places of {self.model} must be {CELLS} x {CELLS} numbers of at least 0, some of "
                f"the central square more; has shape {self.place.shape}"
            )

    def __repr__(self) -> str:
        return f"<profile of {self.model}>"

    def frequency(self, sampling: Sampling) -> FloatArray:
        """(components, 64) float32 weights with mean 1 for a picture with these sampling factors.

        Unusual factors take the table of 4:2:0; a grey picture takes luma's row.
        """
        across = sampling[0][0] // sampling[-1][0]
        down = sampling[0][1] // sampling[-1][1]
        name = {(1, 1): "4:4:4", (2, 1): "4:2:2"}.get((across, down), "4:2:0")
        table = self.tables[name if len(sampling) > 1 else "4:4:4"]
        rows = [min(component, 2) for component in range(len(sampling))]
        return np.asarray(table[rows] / table.mean(), np.float32)

    def block_places(
        self, size: tuple[int, int], sampling: Sampling, orientation: int = 1
    ) -> list[FloatArray]:
        """How sensitive the network is on average where each block lies; alike everywhere without a map.

        Args:
            size: Height and width of the picture as stored, in pixels.
            sampling: Of its components.
            orientation: EXIF's, 1..8.

        Returns:
            One (rows, columns) array a component for the blocks that cover the picture, at least 0; 1 is the
            mean of the central square.
        """
        return block_places(_FLAT if self.place is None else self.place, size, sampling, orientation)

    def to_json(self) -> str:
        """The text of a profile file."""
        head = json.dumps(
            {"format": FORMAT, "version": VERSION, "model": self.model, "provenance": dict(self.provenance)},
            indent=1,
        )
        tables = ",\n".join(f'  "{name}": [\n{_rows(self.tables[name], "   ")}\n  ]' for name in SUBSAMPLINGS)
        place = "" if self.place is None else f',\n "place": [\n{_rows(self.place, "  ")}\n ]'
        return head[:-2] + ',\n "tables": {\n' + tables + "\n }" + place + "\n}\n"


def _rows(table: FloatArray, indent: str) -> str:
    """JSON lists of numbers of four digits, one a line."""
    return ",\n".join(indent + json.dumps([float(f"{value:.4g}") for value in row]) for row in table)


def load_profile(name: str) -> Profile:
    """A profile file, or one that ships with the package by its name.

    Raises:
        UsageError: There is no such file and no such name.
        InputError: The file is not a profile, or one of a later version.
    """
    shipped = _shipped()
    source: Traversable | Path = shipped[name] if name in shipped else Path(name)
    try:
        text = source.read_text(encoding="utf-8")
    except OSError as error:
        names = ", ".join(sorted(shipped))
        raise UsageError(
            f"{name}: no profile file ({error.strerror}), and no profile of that name; there are {names}"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: is not a profile: not a text file") from error
    return _parse(name, text)


def shipped_profiles() -> list[str]:
    """Names of the profiles that ship with the package."""
    return sorted(_shipped())


def _shipped() -> dict[str, Traversable]:
    folder = resources.files(__package__).joinpath(_SHIPPED)
    return {
        entry.name.removesuffix(".json"): entry for entry in folder.iterdir() if entry.name.endswith(".json")
    }


def _parse(name: str, text: str) -> Profile:
    try:
        record = json.loads(text)
    except ValueError as error:
        raise InputError(f"{name}: is not a profile: {error}") from error
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise InputError(f"{name}: is not a profile: make one with `beholder calibrate`")
    if record.get("version") != VERSION:
        raise InputError(
            f"{name}: profile version {record.get('version')}; this Beholder reads version {VERSION}: "
            "calibrate anew"
        )
    try:
        tables = {key: np.asarray(rows, np.float32) for key, rows in record["tables"].items()}
        place = np.asarray(record["place"], np.float32) if "place" in record else None
        return Profile(str(record["model"]), tables, record.get("provenance", {}), place)
    except UsageError as error:  # a ValueError too, but one with words for people
        raise InputError(f"{name}: damaged profile: {error}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{name}: damaged profile: {error!r}") from error
