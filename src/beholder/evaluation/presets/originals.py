"""Scores of the originals, against which networks' losses are counted: a codec that loses nothing."""

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
        """Program and flags."""
        return f"PNG by Pillow {PIL.__version__}, without loss"

    def fingerprint(self) -> str:
        """Returns what decides its bytes."""
        return self.settings

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        """Returns the file; the quality decides nothing."""
        return pillow.save(pixels, "PNG", compress_level=1)

    def decode(self, data: bytes) -> Pixels:
        """Returns its samples."""
        return pillow.load(data, "PNG")
