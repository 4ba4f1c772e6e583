"""Beholder's learned codec, named as ``learned`` or ``learned:WEIGHTS``."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from importlib.metadata import version

from beholder import learned
from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.codec import Codec
from beholder.evaluation.package_digest import package_digest
from beholder.image.pixels import Pixels
from beholder.learned.weight_files import read_weight_file

NAME = "learned"

# What decides the bytes beside the weights.
_PARTS = ("image", "metadata", "learned")


@dataclass(frozen=True)
class LearnedPictureCodec:
    """One file of weights, at every eighth or so of its 64 qualities."""

    name: str
    weights: str | None = None

    qualities = (0, 7, 14, 21, 28, 35, 42, 49, 56, 63)

    @property
    def settings(self) -> str:
        where = "the usual weights" if self.weights is None else f"weights {os.path.basename(self.weights)}"  # noqa: PTH119
        return f"Beholder's learned codec, {where}, torch {version('torch')}"

    def fingerprint(self) -> str:
        data, _ = read_weight_file(self.weights)
        return f"{hashlib.sha256(data).hexdigest()} {package_digest(*_PARTS)} {self.settings}"

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        return learned.load_once(self.weights).encode(pixels, quality=round(quality)).data

    def decode(self, data: bytes) -> Pixels:
        return learned.load_once(self.weights).decode(data).pixels


def learned_codec(name: str) -> Codec | Absent:
    """The codec of a name, where there are such weights and what runs them."""
    weights = name.partition(":")[2] or None
    try:
        learned.check_available(weights)
    except UsageError as error:
        return Absent(name, str(error), "give a file of weights as learned:FILE")
    return LearnedPictureCodec(name, weights)
