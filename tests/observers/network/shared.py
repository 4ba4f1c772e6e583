"""Networks and photographs for measuring, which are not part of the package."""

import os
from pathlib import Path

import pytest

_SHARED = Path(os.environ.get("BEHOLDER_SHARED", Path(__file__).parents[4] / "shared"))


def shared(path: str) -> Path:
    """A file of the shared folder; the test is skipped where it is not."""
    found = _SHARED / path
    if not found.exists():
        pytest.skip(f"{found} is missing; set BEHOLDER_SHARED to the folder of models and photographs")
    return found
