"""Digests of files, and of parts of Beholder itself: cached results do not outlive what made them."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def package_digest(*parts: str) -> str:
    """Return the SHA-256 of the native core and of these files and folders of the package.

    Args:
        parts: Names seen from the package's folder, such as ``metrics`` or ``image.py``.
    """
    package = resources.files("beholder")
    core = [entry for entry in package.iterdir() if entry.name.startswith("_core") and entry.is_file()]
    entries = [*core, *(package / part for part in parts)]
    digest = hashlib.sha256()
    for entry in sorted(entries, key=lambda entry: entry.name):
        for name, content in _contents(entry):
            digest.update(f"{name} {len(content)} ".encode())
            digest.update(content)
    return digest.hexdigest()


def _contents(entry: Traversable) -> list[tuple[str, bytes]]:
    """Names and bytes of a file, or of every file in a folder."""
    if entry.is_file():
        return [(entry.name, entry.read_bytes())]
    inside = sorted(entry.iterdir(), key=lambda inner: inner.name)
    return [found for inner in inside if inner.name != "__pycache__" for found in _contents(inner)]
