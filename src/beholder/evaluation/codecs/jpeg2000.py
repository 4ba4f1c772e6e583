"""JPEG 2000 (irreversible wavelet) by OpenJPEG, as Pillow brings it."""

from __future__ import annotations

from dataclasses import dataclass

import PIL
from PIL import features

from beholder.evaluation.absent import Absent
from beholder.evaluation.codec import Codec
from beholder.evaluation.codecs import pillow
from beholder.pixels import Pixels


@dataclass(frozen=True)
class Jpeg2000Codec:
    """OpenJPEG: 9/7 wavelet, 4:4:4, one layer whose quality is the PSNR in dB to reach."""

    name: str = "jpeg2000"

    qualities = (22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 42)

    @property
    def settings(self) -> str:
        versions = f"OpenJPEG {features.version('jpg_2000')} in Pillow {PIL.__version__}"
        return f"{versions}, 9/7 wavelet, 4:4:4, quality in dB"

    def fingerprint(self) -> str:
        return self.settings

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        return pillow.save(pixels, "JPEG2000", quality_mode="dB", quality_layers=[quality], irreversible=True)

    def decode(self, data: bytes) -> Pixels:
        return pillow.load(data, "JPEG2000")


def jpeg2000() -> Codec | Absent:
    """The codec, where Pillow links OpenJPEG."""
    if not features.check_codec("jpg_2000"):
        return Absent(
            "jpeg2000", "this Pillow is built without OpenJPEG", "pip install --force-reinstall pillow"
        )
    return Jpeg2000Codec()
