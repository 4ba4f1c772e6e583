"""AVIF (AV1 intra) by libaom, as Pillow brings it from 11.3 on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import PIL
from PIL import features

from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs.pillow import PillowPeer
from beholder.evaluation.evaluated_codec import Peer
from beholder.image.pixels import Pixels

_SPEED = 4  # of 0..10; avifenc's own is 6


@dataclass(frozen=True)
class AvifCodec(PillowPeer):
    """libaom through libavif, 8 bits."""

    name: str
    subsampling: Literal["4:2:0", "4:4:4"]

    format = "AVIF"
    qualities = (5, 14, 23, 32, 41, 50, 59, 68, 77, 86)

    @property
    def settings(self) -> str:
        versions = f"libavif {features.version('avif')} in Pillow {PIL.__version__}"
        return f"{versions}, aom, speed {_SPEED}, {self.subsampling}"

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        return self.save(
            pixels,
            quality=round(quality),
            subsampling=self.subsampling,
            speed=_SPEED,
            codec="aom",
            max_threads=1,
        )


def avif(name: str, subsampling: Literal["4:2:0", "4:4:4"]) -> Peer | Absent:
    """The codec, where Pillow links libavif."""
    if not features.check_module("avif"):
        return Absent(name, "this Pillow is built without libavif", "pip install 'pillow>=11.3'")
    return AvifCodec(name, subsampling)
