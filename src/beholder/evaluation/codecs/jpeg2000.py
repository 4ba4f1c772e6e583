"""JPEG 2000 (irreversible wavelet) by OpenJPEG, as Pillow brings it."""

from __future__ import annotations

from dataclasses import dataclass

import PIL
from PIL import features

from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs.pillow import PillowPeer
from beholder.evaluation.evaluated_codec import Peer
from beholder.image.pixels import Pixels


@dataclass(frozen=True)
class Jpeg2000Codec(PillowPeer):
    """OpenJPEG: 9/7 wavelet, 4:4:4, one layer. The quality is the bits a pixel to stay below."""

    name: str = "jpeg2000"

    format = "JPEG2000"
    qualities = (0.1, 0.15, 0.22, 0.33, 0.5, 0.75, 1.1, 1.6, 2.3)

    @property
    def settings(self) -> str:
        versions = f"OpenJPEG {features.version('jpg_2000')} in Pillow {PIL.__version__}"
        return f"{versions}, 9/7 wavelet, YCbCr 4:4:4, quality in bits a pixel"

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        components = 1 if pixels.ndim == 2 else 3
        ratio = 8 * components / quality
        return self.save(
            pixels,
            quality_mode="rates",
            quality_layers=[ratio],
            irreversible=True,
            # To Y, Cb and Cr. Pillow leaves it out unless it is told, which doubles the bits at one PSNR
            # (a crop of kodim05).
            mct=int(components == 3),
        )


def jpeg2000() -> Peer | Absent:
    """The codec, where Pillow links OpenJPEG."""
    if not features.check_codec("jpg_2000"):
        return Absent(
            "jpeg2000", "this Pillow is built without OpenJPEG", "pip install --force-reinstall pillow"
        )
    return Jpeg2000Codec()
