"""PNG, whose scores are those of the originals: against them networks' losses are counted."""

from __future__ import annotations

from dataclasses import dataclass

import PIL

from beholder.evaluation.codecs import pillow
from beholder.image.pixels import Pixels


@dataclass(frozen=True)
class LosslessCodec:
    """PNG; its one quality is all there is."""

    name = "original"
    qualities = (0,)

    @property
    def settings(self) -> str:
        return f"PNG by Pillow {PIL.__version__}, without loss"

    def fingerprint(self) -> str:
        return self.settings

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        return pillow.save(pixels, "PNG", compress_level=1)

    def decode(self, data: bytes) -> Pixels:
        return pillow.load(data, "PNG")
