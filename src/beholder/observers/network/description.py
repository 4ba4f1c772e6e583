"""Networks of users in one word: a TOML file that says where the network is and what it takes and gives.

::

    network = "detector.pt"      # a name or a file, seen from this file's folder
    task = "detection"
    profile = "detector.json"    # optional: what `beholder calibrate` made of it
    resize = "longer"            # and the other fields of `Preprocessing`
    size = 416
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from beholder.errors import UsageError
from beholder.observers._profile import Profile, load_profile
from beholder.observers.network.preprocessing import Preprocessing, load_preprocessing, read_toml


@dataclass(frozen=True)
class Description:
    """What such a file says.

    Attributes:
        network: A name or a path.
        task: What its output means; nothing for named networks, of which it is known.
        profile: Its offline sensitivity, if there is one.
        preprocessing: What it wants done to a picture; nothing where the file says nothing of it.
    """

    network: str
    task: str | None
    profile: Profile | None
    preprocessing: Preprocessing | None


def read_description(path: str | os.PathLike[str]) -> Description:
    """Reads the TOML file.

    Raises:
        UsageError: It cannot be read, or has keys or values that cannot be, or names no network.
        InputError: The profile it names is damaged.
    """
    name = os.fspath(path)
    table = read_toml(path)
    preprocessing = load_preprocessing(path)
    words = {}
    for key in ("network", "task", "profile"):
        words[key] = table.get(key)
        if words[key] is not None and not isinstance(words[key], str):
            raise UsageError(f"{name}: {key} is {words[key]!r}; it must be text")
    if words["network"] is None:
        raise UsageError(f'{name}: names no network; add a line such as network = "detector.pt"')
    beside = Path(path).parent
    profile = words["profile"]
    return Description(
        network=_found(beside, words["network"]),
        task=words["task"],
        profile=None if profile is None else load_profile(_found(beside, profile)),
        preprocessing=preprocessing if table.keys() - words.keys() else None,
    )


def _found(folder: Path, word: str) -> str:
    """The file of that name in the folder, or else the word itself."""
    return str(folder / word) if (folder / word).is_file() else word
