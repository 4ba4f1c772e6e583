"""HEIC (HEVC intra) by x265 through libheif, as PyPI's `pillow-heif` brings it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, Literal

import numpy as np

from beholder.errors import InputError, ProgramError
from beholder.evaluation.absent import Absent
from beholder.evaluation.evaluated_codec import Peer
from beholder.image.pixels import Pixels

_PRESET = "slow"  # libheif's own


@dataclass(frozen=True)
class HeicCodec(Peer):
    """x265, 8 bits; one frame, intra."""

    name: str
    chroma: Literal["420", "444"]
    tune: Literal["ssim", "psnr"]

    qualities = (5, 13, 21, 28, 35, 42, 49, 56, 62, 68)

    @property
    def settings(self) -> str:
        flags = f"preset={_PRESET} tune={self.tune}, chroma {self.chroma}"
        return f"x265 in pillow-heif {version('pillow-heif')}, {flags}"

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        pillow_heif = _pillow_heif()
        height, width = pixels.shape[:2]
        mode = "L" if pixels.ndim == 2 else "RGB"
        buffer = io.BytesIO()
        try:
            picture = pillow_heif.from_bytes(mode=mode, size=(width, height), data=pixels.tobytes())
            # Its own threads would compete with the other pictures'.
            threads = {"x265:pools": "none", "x265:frame-threads": "1"}
            parameters = {"preset": _PRESET, "tune": self.tune, **threads}
            picture.save(buffer, quality=round(quality), chroma=self.chroma, enc_params=parameters)
        except (OSError, ValueError, RuntimeError) as error:
            raise ProgramError(f"libheif: {width}x{height} pixels: {error}") from error
        return buffer.getvalue()

    def decode(self, data: bytes) -> Pixels:
        try:
            picture = _pillow_heif().open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
            pixels = np.asarray(picture)
        except (OSError, ValueError, SyntaxError, EOFError, RuntimeError) as error:
            raise InputError(f"no HEIC file that can be read ({error})") from error
        return np.ascontiguousarray(pixels)


def heic(name: str, chroma: Literal["420", "444"], tune: Literal["ssim", "psnr"] = "ssim") -> Peer | Absent:
    """The codec, where pillow-heif is installed; libheif's own choice is to tune for SSIM."""
    if find_spec("pillow_heif") is None:
        return Absent(name, "pillow-heif is not installed", "pip install pillow-heif")
    return HeicCodec(name, chroma, tune)


def _pillow_heif() -> Any:
    module: Any = import_module("pillow_heif")
    module.options.DECODE_THREADS = 1
    return module
