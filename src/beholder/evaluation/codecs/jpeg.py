"""JPEG by libjpeg-turbo as Pillow brings it: the encoder that most software links, and the decoder of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PIL import features

from beholder.codec_options import DecodeOptions
from beholder.codecs.jpeg import CODEC as OWN
from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs.pillow import save
from beholder.evaluation.evaluated_codec import Peer
from beholder.image.pixels import Pixels

# 0.12 to 3 bpp on Kodak, evenly spread.
QUALITIES = (2, 5, 8, 12, 17, 24, 32, 41, 51, 61, 70, 78, 85, 90, 93, 96)


class JpegPeer(Peer):
    """A codec whose files are JPEG, all decoded by one decoder: libjpeg-turbo as Pillow links it."""

    def fingerprint(self) -> str:
        return f"{self.settings} {decoder_version()}"

    def decode(self, data: bytes) -> Pixels:
        return OWN.decode(data, DecodeOptions(), name="JPEG file").pixels


@dataclass(frozen=True)
class JpegCodec(JpegPeer):
    """libjpeg-turbo with Annex K's tables scaled by the quality, and the picture's own Huffman tables."""

    name: str
    subsampling: Literal["4:2:0", "4:4:4"]
    qualities: tuple[float, ...] = QUALITIES

    @property
    def settings(self) -> str:
        return f"{decoder_version()}, {self.subsampling}, sequential, optimised Huffman tables"

    def fingerprint(self) -> str:
        return self.settings

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        return save(pixels, "JPEG", quality=round(quality), subsampling=self.subsampling, optimize=True)


def jpeg(name: str, subsampling: Literal["4:2:0", "4:4:4"]) -> Peer | Absent:
    """Return the codec, where Pillow links the real libjpeg-turbo."""
    if not features.check_feature("libjpeg_turbo") or features.check_feature("mozjpeg"):
        return Absent(name, "this Pillow links another JPEG library", "pip install --force-reinstall pillow")
    return JpegCodec(name, subsampling)


def decoder_version() -> str:
    """Return the name and version of the decoder of every JPEG."""
    return f"libjpeg-turbo {features.version('libjpeg_turbo')}"
