"""LPIPS (AlexNet, version 0.1) by its authors' package.

The package ships the linear layers; AlexNet's own weights are torchvision's, which it keeps in torch's cache
once they were downloaded. They may also be given as a file.

Source: R. Zhang et al., "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric", CVPR 2018.
"""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.digests import file_digest
from beholder.evaluation.item import Item
from beholder.evaluation.score import Scale, Score, Scorer
from beholder.image.pixels import Pixels

_VARIABLE = "BEHOLDER_ALEXNET"
_FILE = "alexnet-owt-7be5be79.pth"  # torchvision's IMAGENET1K_V1
_digest = cache(file_digest)


@dataclass(frozen=True)
class LpipsScore(Score):
    """Distance of AlexNet's features, 0 for equal pictures; on the CPU.

    Attributes:
        weights: AlexNet's: a state_dict of torchvision's.
    """

    weights: Path
    name: str = "lpips"
    scale = Scale.TURNED

    @classmethod
    def find(cls, name: str) -> Score | Absent:
        if find_spec("lpips") is None or find_spec("torchvision") is None:
            return Absent(name, "lpips or torchvision is not installed", "pip install lpips torchvision")
        given = os.environ.get(_VARIABLE)
        weights = Path(given) if given else _torch_cache() / _FILE
        if not weights.is_file():
            return Absent(
                name,
                f"AlexNet's weights are not on this machine ({weights})",
                "download them once in Python: torchvision.models.alexnet(weights='DEFAULT'); "
                f"or set {_VARIABLE} to a file of them",
            )
        return cls(weights)

    def fingerprint(self) -> str:
        return f"lpips {version('lpips')} torch {version('torch')} {_digest(self.weights)}"

    def prepare(self, item: Item) -> Scorer:
        distance = _distance(self.weights)
        original = _to_tensor(item.pixels)

        def score(decoded: Pixels) -> float:
            torch: Any = import_module("torch")
            with torch.inference_mode():
                return float(distance(original, _to_tensor(decoded)))

        return score


def _torch_cache() -> Path:
    """Where torch keeps what it downloads, as torch.hub finds it."""
    cache_home = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    home = os.environ.get("TORCH_HOME", f"{cache_home}/torch")
    return Path(home).expanduser() / "hub" / "checkpoints"


def _to_tensor(pixels: Pixels) -> Any:
    """(1, 3, H, W) in -1..1."""
    torch: Any = import_module("torch")
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)[None], np.float32)) / 127.5 - 1


@cache
def _distance(weights: Path) -> Any:
    """The package's module with AlexNet's weights from a file."""
    weights_module: Any = import_module("beholder.observers.network.weights")  # which loads torch
    state = weights_module.read_weights(weights).tensors
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torchvision about how the package asks for an AlexNet
        package: Any = import_module("lpips")
        module = package.LPIPS(net="alex", pnet_rand=True, verbose=False)
    try:
        # The package cuts torchvision's `features` into slices and keeps the numbers of the layers.
        own = {name: state[f"features.{name.partition('.')[2]}"] for name in module.net.state_dict()}
        module.net.load_state_dict(own)
    except (RuntimeError, KeyError) as error:
        raise UsageError(f"{weights}: no weights of torchvision's AlexNet ({error!r})") from error
    return module.eval()
