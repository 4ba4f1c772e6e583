"""Networks of users in one word: a TOML file that says where the network is and what it takes and gives.

::

    network = "detector.pt"      # a name or a file, seen from this file's folder
    task = "detection"
    profile = "detector.json"    # optional: what `beholder calibrate` made of it
    resize = "longer"            # and the other fields of `Preprocessing`
    size = 416

    first_class = 1              # optional: classifiers of 1001 classes have a class 0 for background

    [detection]                  # optional: the fields of `DetectionRules`
    score_threshold = 0.01
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from beholder.errors import UsageError
from beholder.observers._detections import DetectionRules
from beholder.observers.network.preprocessing import Preprocessing
from beholder.option_files import load_options, make_options, settings
from beholder.options import names_of, option

# Keys that may name a file.
_FILES = ("network", "profile", "weights")


@dataclass(frozen=True, kw_only=True, repr=False)
class Description(Preprocessing):
    """What such a file says, beside the preprocessing."""

    network: str | None = option(None, help="a name or a file, seen from the folder of this one")
    task: str | None = option(None, help="what its output means; known of named networks")
    profile: str | None = option(None, help="its offline sensitivity: a shipped profile or a file")
    weights: str | None = option(None, help="a file of them, for a named network")
    first_class: int = option(
        0, help="classes before this one are left out, such as 1 for a class 0 of background", minimum=0
    )
    detection: DetectionRules | None = option(None, help="what makes detections of its candidates")

    def preprocessing(self) -> Preprocessing:
        """Return what is said of the preprocessing."""
        return Preprocessing(**{name: getattr(self, name) for name in names_of(Preprocessing)})


def read_description(
    path: str | os.PathLike[str], network: str | None = None
) -> tuple[Description, Preprocessing | None]:
    """Return what a TOML file says, and its preprocessing if it says something of it.

    Args:
        path: Of the file; the files that it names are found beside it.
        network: That it must be of, where it names one: a TorchScript or LiteRT file beside it.

    Raises:
        UsageError: It cannot be read, has keys or values that cannot be, or names no network or another one.
    """
    name = os.fspath(path)
    table = settings(Description, path, {})
    words = {key: _found(Path(path).parent, table[key]) for key in _FILES if key in table}
    if network is not None and "network" in words and not _same_file(words["network"], network):
        raise UsageError(f"{name}: describes {words['network']}, not {network}, beside which it lies")
    if network is None and "network" not in words:
        raise UsageError(f'{name}: names no network; add a line such as network = "detector.pt"')
    if network is not None:
        words["network"] = network
    described = make_options(Description, table | words, name)
    return described, described.preprocessing() if table.keys() & set(names_of(Preprocessing)) else None


def load_preprocessing(path: str | os.PathLike[str]) -> Preprocessing:
    """Return the preprocessing that a TOML file describes, also as a part of the description of a network.

    Raises:
        UsageError: The file cannot be read, is not TOML, or has keys or values that cannot be.
    """
    return load_options(Description, path, {}).preprocessing()


def description_beside(network: str | os.PathLike[str]) -> Path | None:
    """Return the TOML file beside a network's file that has its name, if there is one."""
    beside = Path(network).with_suffix(".toml")
    return beside if Path(network).is_file() and beside.is_file() else None


def _same_file(one: str, other: str) -> bool:
    return Path(one).is_file() and Path(other).is_file() and Path(one).samefile(other)


def _found(folder: Path, word: str) -> str:
    """The file of that name in the folder, or else the word itself."""
    return str(folder / word) if (folder / word).is_file() else word
