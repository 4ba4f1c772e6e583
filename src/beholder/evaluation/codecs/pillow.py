"""Codecs that Pillow links or that plug into it, and the decoder of every JPEG here."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image, features

from beholder.codec_options import DecodeOptions
from beholder.codecs.jpeg import CODEC as JPEG
from beholder.errors import ProgramError
from beholder.evaluation.evaluated_codec import Peer
from beholder.image.pillow_errors import pillow_errors
from beholder.image.pixels import Pixels


class PillowPeer(Peer):
    """A codec whose files Pillow writes and reads.

    Attributes:
        format: What Pillow calls it.
    """

    format: str

    def save(self, pixels: Pixels, **options: Any) -> bytes:
        """Return the file of (H, W, 3) or (H, W) samples.

        Raises:
            ProgramError: The encoder failed.
        """
        return save(pixels, self.format, **options)

    def decode(self, data: bytes) -> Pixels:
        return load(data, self.format)


class JpegPeer(Peer):
    """A codec whose files are JPEG, all decoded by one decoder: libjpeg-turbo as Pillow links it."""

    def fingerprint(self) -> str:
        return f"{self.settings} {decoder_version()}"

    def decode(self, data: bytes) -> Pixels:
        return JPEG.decode(data, DecodeOptions(), name="JPEG file").pixels


def decoder_version() -> str:
    """Return the name and version of the decoder of every JPEG."""
    return f"libjpeg-turbo {features.version('libjpeg_turbo')}"


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
