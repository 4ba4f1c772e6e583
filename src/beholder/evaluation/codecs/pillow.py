"""Codecs that Pillow links or that plug into it: each its settings for one class."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, Literal

import numpy as np
import PIL
from PIL import Image, features

from beholder.errors import ProgramError
from beholder.evaluation.absent import Absent
from beholder.evaluation.evaluated_codec import Peer
from beholder.image.pillow_errors import pillow_errors
from beholder.image.pixels import Pixels

_REINSTALL = "pip install --force-reinstall pillow"


@dataclass(frozen=True)
class PillowPeer(Peer):
    """A codec whose files Pillow writes and reads.

    Attributes:
        name: What rows and tables call it.
        format: What Pillow calls it.
        settings_told: The library and its settings, in words.
        qualities: That draw its curve.
        options: Of Pillow's `save`, beside the quality.
        plugin: Module that adds the format to Pillow; empty where Pillow has it.
    """

    name: str
    format: str
    settings_told: str
    qualities: tuple[float, ...]
    options: Mapping[str, Any]
    plugin: str = ""

    @property
    def settings(self) -> str:
        return self.settings_told

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        if self.plugin:
            import_module(self.plugin)
        return save(pixels, self.format, quality=round(quality), **self.options)

    def decode(self, data: bytes) -> Pixels:
        if self.plugin:
            import_module(self.plugin)
        return load(data, self.format)


class _Jpeg2000(PillowPeer):
    """Its quality is the bits a pixel to stay below."""

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        components = 1 if pixels.ndim == 2 else 3
        # `mct`: to Y, Cb and Cr. Pillow leaves it out unless it is told, which doubles the bits at one PSNR
        # (a crop of kodim05).
        own = {"quality_layers": [8 * components / quality], "mct": int(components == 3)}
        return save(pixels, self.format, **own, **self.options)


def webp() -> Peer | Absent:
    """Return libwebp (VP8 intra) at its slowest and densest method; 4:2:0 is all that lossy files have."""
    if not features.check_module("webp"):
        return Absent("webp", "this Pillow is built without libwebp", _REINSTALL)
    told = f"libwebp {features.version('webp')}, method 6, 4:2:0"
    return PillowPeer("webp", "WEBP", told, (0, 5, 12, 22, 34, 48, 62, 74, 82, 88, 92, 95), {"method": 6})


def avif(name: str, subsampling: Literal["4:2:0", "4:4:4"]) -> Peer | Absent:
    """Return libaom (AV1 intra, 8 bits) at speed 4 of 0..10, where avifenc's own is 6."""
    if not features.check_module("avif"):
        return Absent(name, "this Pillow is built without libavif", "pip install 'pillow>=11.3'")
    told = f"libavif {features.version('avif')} in Pillow {PIL.__version__}, aom, speed 4, {subsampling}"
    options = {"subsampling": subsampling, "speed": 4, "codec": "aom", "max_threads": 1}
    return PillowPeer(name, "AVIF", told, (5, 14, 23, 32, 41, 50, 59, 68, 77, 86), options)


def jpeg_xl() -> Peer | Absent:
    """Return libjxl (VarDCT) at its own effort; quality becomes a Butteraugli distance as in cjxl."""
    if find_spec("pillow_jxl") is None:
        return Absent("jxl", "pillow-jxl-plugin is not installed", "pip install pillow-jxl-plugin")
    told = f"libjxl in pillow-jxl-plugin {version('pillow-jxl-plugin')}, effort 7"
    qualities = (5, 13, 22, 32, 43, 54, 65, 74, 82, 88, 92)
    options = {"effort": 7, "lossless": False, "num_threads": 1}
    return PillowPeer("jxl", "JXL", told, qualities, options, plugin="pillow_jxl")


def jpeg2000() -> Peer | Absent:
    """Return OpenJPEG: 9/7 wavelet, 4:4:4, one layer."""
    if not features.check_codec("jpg_2000"):
        return Absent("jpeg2000", "this Pillow is built without OpenJPEG", _REINSTALL)
    versions = f"OpenJPEG {features.version('jpg_2000')} in Pillow {PIL.__version__}"
    told = f"{versions}, 9/7 wavelet, YCbCr 4:4:4, quality in bits a pixel"
    qualities = (0.1, 0.15, 0.22, 0.33, 0.5, 0.75, 1.1, 1.6, 2.3)
    return _Jpeg2000("jpeg2000", "JPEG2000", told, qualities, {"quality_mode": "rates", "irreversible": True})


def lossless() -> Peer:
    """Return PNG, whose scores are those of the originals: against them networks' losses are counted."""
    told = f"PNG by Pillow {PIL.__version__}, without loss"
    return PillowPeer("original", "PNG", told, (0,), {"compress_level": 1})


def save(pixels: Pixels, file_format: str, **options: Any) -> bytes:
    """Return the file of (H, W, 3) or (H, W) samples in one of Pillow's formats.

    Raises:
        ProgramError: The encoder failed.
    """
    buffer = io.BytesIO()
    try:
        Image.fromarray(pixels).save(buffer, file_format, **options)
    except (OSError, ValueError, RuntimeError) as error:
        height, width = pixels.shape[:2]
        raise ProgramError(f"{file_format} of {width}x{height} pixels: {error}") from error
    return buffer.getvalue()


def load(data: bytes, file_format: str) -> Pixels:
    """Return the samples of a codec's own file: (H, W) of a grey one, else (H, W, 3).

    Raises:
        InputError: The file is damaged.
    """
    with pillow_errors(f"{file_format} file"), Image.open(io.BytesIO(data), formats=[file_format]) as image:
        return np.asarray(image if image.mode == "L" else image.convert("RGB"))
