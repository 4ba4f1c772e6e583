"""What the extra `learned` of the package requires for its weights; scikit-build-core asks at each build.

A build of a clone refers to the folder of the weights beside this file, so that `pip install '.[learned]'`
installs them without an index. A source distribution, which is without them, and wheels for others
(BEHOLDER_RELEASE=1) name the version of `beholder-weights` instead, as an index has it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parent


class Requirement:
    """A provider of `tool.dynamic-metadata`."""

    def __init__(self) -> None:
        self._state = "wheel"

    def build_state(self, state: str) -> None:
        """Take the step of the build: "sdist", "wheel", "editable" or the metadata of one of them."""
        self._state = state

    def dynamic_metadata(self, settings: Mapping[str, Any], project: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is added to the table `project` of pyproject.toml."""
        weights = tomllib.loads((_FOLDER / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        is_release = self._state == "sdist" or os.environ.get("BEHOLDER_RELEASE") == "1"
        is_clone = (_FOLDER / "beholder_weights").is_dir()
        source = f" @ {_FOLDER.as_uri()}" if is_clone and not is_release else f"=={weights['version']}"
        return {"optional-dependencies": {"learned": [weights["name"] + source]}}
