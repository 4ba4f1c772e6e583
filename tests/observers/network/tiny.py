"""Networks small enough to know all about."""

import numpy as np
import torch
from torch import Tensor

from beholder.observers import load
from beholder.observers.network import Classifier, NetworkObserver, Preprocessing


class Softmax(torch.nn.Module):
    """Logits that are linear in the 16 x 16 input."""

    def __init__(self, classes: int = 5, side: int = 16) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(7)
        self.weight = torch.nn.Parameter(torch.randn(classes, 3 * side * side, generator=generator) / 2000)

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1) @ self.weight.T


class Convolutions(torch.nn.Module):
    """A small network that takes inputs of any size."""

    def __init__(self, classes: int = 6) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(3)
            self.first = torch.nn.Conv2d(3, 8, 3, stride=2, padding=1)
            self.last = torch.nn.Linear(8, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(torch.tanh(self.first(x / 64 - 2)).mean(dim=(2, 3)))


def observer(module: torch.nn.Module, preprocessing: Preprocessing | None = None) -> NetworkObserver:
    return load(
        module, name="tiny", preprocessing=preprocessing or Preprocessing(), task=Classifier(), device="cpu"
    )


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    """Pixels, away from the ends of their range."""
    return np.random.default_rng(seed).integers(30, 226, (height, width, 3)).astype(np.uint8)
