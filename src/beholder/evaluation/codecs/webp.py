"""WebP (lossy, VP8 intra) by libwebp, as Pillow brings it."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import features

from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs.pillow import PillowPeer
from beholder.evaluation.evaluated_codec import Peer
from beholder.image.pixels import Pixels

_METHOD = 6  # the slowest and densest


@dataclass(frozen=True)
class WebpCodec(PillowPeer):
    """libwebp at its slowest method; 4:2:0, which is all that the lossy format has."""

    name: str = "webp"

    format = "WEBP"
    qualities = (0, 5, 12, 22, 34, 48, 62, 74, 82, 88, 92, 95)

    @property
    def settings(self) -> str:
        return f"libwebp {features.version('webp')}, method {_METHOD}, 4:2:0"

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        return self.save(pixels, quality=round(quality), method=_METHOD)


def webp() -> Peer | Absent:
    """The codec, where Pillow links libwebp."""
    if not features.check_module("webp"):
        return Absent("webp", "this Pillow is built without libwebp", "pip install --force-reinstall pillow")
    return WebpCodec()
