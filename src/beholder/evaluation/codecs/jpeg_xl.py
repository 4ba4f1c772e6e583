"""JPEG XL (lossy, VarDCT) by libjxl, as PyPI's `pillow-jxl-plugin` brings it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec

from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs.pillow import PillowPeer
from beholder.evaluation.evaluated_codec import Peer
from beholder.image.pixels import Pixels

_EFFORT = 7  # of 1..10; libjxl's own


@dataclass(frozen=True)
class JpegXlCodec(PillowPeer):
    """libjxl at its own effort; quality is mapped to a Butteraugli distance as by cjxl."""

    name: str = "jxl"

    format = "JXL"
    qualities = (5, 13, 22, 32, 43, 54, 65, 74, 82, 88, 92)

    @property
    def settings(self) -> str:
        return f"libjxl in pillow-jxl-plugin {version('pillow-jxl-plugin')}, effort {_EFFORT}"

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        import_module("pillow_jxl")  # which adds the format to Pillow
        return self.save(pixels, quality=round(quality), effort=_EFFORT, lossless=False, num_threads=1)

    def decode(self, data: bytes) -> Pixels:
        import_module("pillow_jxl")
        return super().decode(data)


def jpeg_xl() -> Peer | Absent:
    """The codec, where the plugin is installed."""
    if find_spec("pillow_jxl") is None:
        return Absent("jxl", "pillow-jxl-plugin is not installed", "pip install pillow-jxl-plugin")
    return JpegXlCodec()
