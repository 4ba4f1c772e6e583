"""A small classifier in a file, as a user's own network comes, and pictures for it."""

import warnings
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from tests.observers.network.tiny import Softmax

DESCRIPTION = """\
task = "classification"
resize = "exact"
size = [96, 96]
"""

_SIDE = 96  # of its input, in the description too
_DECISIVE = 0.7  # so that errors of a codec change its answer, and no class is all but certain


def network_file(folder: Path) -> str:
    """Write a TorchScript file with its description, and return its path."""
    path = folder / "tiny.pt"
    module = Softmax(side=_SIDE)
    with torch.no_grad():
        module.weight.mul_(_DECISIVE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TorchScript is to be replaced some day
        torch.jit.trace(module, torch.zeros(1, 3, _SIDE, _SIDE)).save(path)
    path.with_suffix(".toml").write_text(DESCRIPTION)
    return str(path)


def gradual(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    """(height, width, 3), of waves of many lengths, away from the ends of the range."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:height, 0:width]
    picture = np.zeros((height, width, 3))
    for length in (6, 13, 40, 120):
        for channel in range(3):
            angle, phase = random.uniform(0, 2 * np.pi, 2)
            wave = np.cos(angle) * rows + np.sin(angle) * columns
            picture[..., channel] += length**0.5 * np.sin(2 * np.pi * wave / length + phase)
    return np.clip(128 + 5 * picture, 30, 225).astype(np.uint8)
