"""PNG, whose scores are those of the originals: against them networks' losses are counted."""

from __future__ import annotations

from dataclasses import dataclass

import PIL

from beholder.evaluation.codecs.pillow import PillowPeer
from beholder.image.pixels import Pixels


@dataclass(frozen=True)
class LosslessCodec(PillowPeer):
    """PNG; its one quality is all there is."""

    name: str = "original"

    format = "PNG"
    qualities = (0,)

    @property
    def settings(self) -> str:
        return f"PNG by Pillow {PIL.__version__}, without loss"

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        return self.save(pixels, compress_level=1)
