"""Networks of users in one word: a TOML file that says where the network is and what it takes and gives.

::

    network = "detector.pt"      # a name or a file, seen from this file's folder
    task = "detection"
    profile = "detector.json"    # optional: what `beholder calibrate` made of it
    resize = "longer"            # and the other fields of `Preprocessing`
    size = 416

    [detection]                  # optional: the fields of `DetectionRules`
    score_threshold = 0.01
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

from beholder.errors import UsageError
from beholder.observers._detections import DetectionRules
from beholder.observers._profile import Profile, load_profile
from beholder.observers.network.preprocessing import Preprocessing

# Keys beside those of the preprocessing.
_DESCRIPTION_KEYS = ("network", "task", "profile", "weights", "detection")


@dataclass(frozen=True)
class Description:
    """What such a file says.

    Attributes:
        network: A name or a path.
        task: What its output means; None for named networks, of which it is known.
        profile: Its offline sensitivity, if there is one.
        weights: A file of them, for a named network.
        rules: What makes detections of a detector's candidates; None where the file says nothing of it.
        preprocessing: What it wants done to a picture; None where the file says nothing of it.
    """

    network: str
    task: str | None
    profile: Profile | None
    weights: str | None
    rules: DetectionRules | None
    preprocessing: Preprocessing | None


def read_description(path: str | os.PathLike[str], network: str | None = None) -> Description:
    """Reads the TOML file.

    Args:
        path: Of the file.
        network: That it must be of, where it names one: a TorchScript file beside it.

    Raises:
        UsageError: It cannot be read, has keys or values that cannot be, or names no network or another one.
        InputError: The profile it names is damaged.
    """
    name = os.fspath(path)
    table = _read_toml(path)
    preprocessing = load_preprocessing(path)
    words = {}
    for key in ("network", "task", "profile", "weights"):
        words[key] = table.get(key)
        if words[key] is not None and not isinstance(words[key], str):
            raise UsageError(f"{name}: {key} is {words[key]!r}; it must be text")
    beside = Path(path).parent
    named = None if words["network"] is None else _found(beside, words["network"])
    if named is None and network is None:
        raise UsageError(f'{name}: names no network; add a line such as network = "detector.pt"')
    if named is not None and network is not None and not _same_file(named, network):
        raise UsageError(f"{name}: describes {named}, not {network}, beside which it lies")
    profile, weights = words["profile"], words["weights"]
    return Description(
        network=network or str(named),
        task=words["task"],
        profile=None if profile is None else load_profile(_found(beside, profile)),
        weights=None if weights is None else _found(beside, weights),
        rules=_rules(name, table.get("detection")),
        preprocessing=preprocessing if table.keys() - {*words, "detection"} else None,
    )


def description_beside(network: str | os.PathLike[str]) -> Path | None:
    """The TOML file beside a network's file that has its name, if there is one."""
    beside = Path(network).with_suffix(".toml")
    return beside if Path(network).is_file() and beside.is_file() else None


def load_preprocessing(path: str | os.PathLike[str]) -> Preprocessing:
    """The preprocessing that a TOML file describes; its keys are the fields of `Preprocessing`.

    The description of a whole network (`description.py`) will do, too.

    Raises:
        UsageError: The file cannot be read, is not TOML, or has keys or values that cannot be.
    """
    name = os.fspath(path)
    table = _read_toml(path)
    known = list(get_type_hints(Preprocessing))
    unknown = [key for key in table if key not in known and key not in _DESCRIPTION_KEYS]
    if unknown:
        raise UsageError(
            f"{name}: unknown key {unknown[0]!r}; known are {', '.join([*known, *_DESCRIPTION_KEYS])}"
        )
    values: dict[str, Any] = {}
    for key in known:
        if key in table:
            values[key] = tuple(table[key]) if isinstance(table[key], list) else table[key]
    try:
        return Preprocessing(**values)
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from error


def _read_toml(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The table that a TOML file holds.

    Raises:
        UsageError: The file cannot be read, or is not TOML.
    """
    name = os.fspath(path)
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror or error}") from error
    except ValueError as error:  # of TOML or of UTF-8
        raise UsageError(f"{name}: not a TOML file ({error})") from error


def _rules(name: str, table: Any) -> DetectionRules | None:
    if table is None:
        return None
    if not isinstance(table, dict):
        raise UsageError(f"{name}: detection is {table!r}; it must be a table, [detection]")
    try:
        return DetectionRules.of_table(table)
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from error


def _same_file(one: str, other: str) -> bool:
    return Path(one).is_file() and Path(other).is_file() and Path(one).samefile(other)


def _found(folder: Path, word: str) -> str:
    """The file of that name in the folder, or else the word itself."""
    return str(folder / word) if (folder / word).is_file() else word
