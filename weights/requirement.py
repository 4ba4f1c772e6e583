"""What the extra `learned` of the package requires for its weights; scikit-build-core calls this at each build.

A build of a clone refers to the folder of the weights beside this file, so that `pip install '.[learned]'`
installs them without an index. A source distribution, which is without them, and wheels for others
(BEHOLDER_RELEASE=1) name the version of `beholder-weights` on the index instead.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parent
_build_state = ""


def build_state(state: str) -> None:
    """Keep which step of a build it is: "sdist", "wheel", "editable" or one of their metadata."""
    global _build_state  # noqa: PLW0603 -- scikit-build-core calls functions of a module, one after another
    _build_state = state


def dynamic_metadata(settings: Mapping[str, Any], project: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is added to the table `project` of pyproject.toml."""
    weights = tomllib.loads((_FOLDER / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    is_release = _build_state == "sdist" or os.environ.get("BEHOLDER_RELEASE") == "1"
    here = (_FOLDER / "beholder_weights").is_dir() and not is_release
    source = f" @ {_FOLDER.as_uri()}" if here else f"=={weights['version']}"
    return {"optional-dependencies": {"learned": [weights["name"] + source]}}
