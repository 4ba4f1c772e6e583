"""What a finished run of the program is, and pictures to run it on."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


@dataclass(frozen=True)
class Done:
    """A finished run."""

    code: int
    out: bytes
    errors: list[str]

    @property
    def lines(self) -> list[str]:
        return self.out.decode().splitlines()

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


Program = Callable[..., Done]


def photograph(height: int = 48, width: int = 64, seed: int = 0) -> Image.Image:
    """Smooth colour noise, which compresses as photographs do."""
    steps = np.random.default_rng(seed).normal(size=(height, width, 3))
    surface = np.cumsum(np.cumsum(steps, axis=0), axis=1)
    return Image.fromarray((127 + 120 * surface / np.abs(surface).max()).astype(np.uint8))


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
