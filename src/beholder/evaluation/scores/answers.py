"""What networks answer, each picture asked about once for all the scores that want to know."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.errors import UsageError
from beholder.observers import load_network
from beholder.pixels import Pixels


@dataclass(frozen=True)
class _Picture:
    """A picture that is known by its digest."""

    digest: bytes
    pixels: Pixels = field(compare=False, repr=False)


def answer(model: str, pixels: Pixels) -> Any:
    """Returns the network's answer as its task has it: for classes (1, classes) log probabilities.

    Args:
        model: As `beholder.observers.load` takes it.
        pixels: (H, W, 3) uint8.

    Raises:
        UsageError: There is no such network, or it does not take such a picture.
    """
    contiguous = np.ascontiguousarray(pixels)
    digest = hashlib.sha256(str(contiguous.shape).encode() + contiguous.tobytes()).digest()
    return _answer(model, _Picture(digest, contiguous))


def log_probabilities(model: str, pixels: Pixels) -> NDArray[np.float32]:
    """Returns the classes' log probabilities: (classes,).

    Raises:
        UsageError: As `answer`, or the network is no classifier.
    """
    network = load_network(model)
    if network.task.name != "classification":
        raise UsageError(
            f"{model}: its task is {network.task.name}; top1, top5 and agreement are for classification"
        )
    return np.asarray(answer(model, pixels)[0].cpu().numpy(), np.float32)


@lru_cache(maxsize=4)  # the picture at hand, for a few networks
def _answer(model: str, picture: _Picture) -> Any:
    return load_network(model).reference(picture.pixels)
