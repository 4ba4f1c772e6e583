"""JPEG by libjpeg-turbo, the encoder that most software links, as Pillow brings it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PIL import features

from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs.pillow import JpegPeer, decoder_version, save
from beholder.evaluation.evaluated_codec import Peer
from beholder.image.pixels import Pixels


@dataclass(frozen=True)
class JpegCodec(JpegPeer):
    """libjpeg-turbo with Annex K's tables scaled by the quality, and the picture's own Huffman tables."""

    name: str
    subsampling: Literal["4:2:0", "4:4:4"]
    # 0.12 to 3 bpp on Kodak, evenly spread.
    qualities: tuple[float, ...] = (2, 5, 8, 12, 17, 24, 32, 41, 51, 61, 70, 78, 85, 90, 93, 96)

    @property
    def settings(self) -> str:
        return f"{decoder_version()}, {self.subsampling}, sequential, optimised Huffman tables"

    def fingerprint(self) -> str:
        return self.settings

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        return save(pixels, "JPEG", quality=round(quality), subsampling=self.subsampling, optimize=True)


def jpeg(name: str, subsampling: Literal["4:2:0", "4:4:4"]) -> Peer | Absent:
    """The codec, where Pillow links the real libjpeg-turbo."""
    if not features.check_feature("libjpeg_turbo") or features.check_feature("mozjpeg"):
        return Absent(name, "this Pillow links another JPEG library", "pip install --force-reinstall pillow")
    return JpegCodec(name, subsampling)
