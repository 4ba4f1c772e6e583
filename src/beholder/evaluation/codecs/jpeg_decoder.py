"""The one decoder of every JPEG here, whoever wrote it: libjpeg-turbo as Pillow links it."""

from __future__ import annotations

from PIL import features

from beholder.evaluation.codecs import pillow
from beholder.image.pixels import Pixels


def decode(data: bytes) -> Pixels:
    """Returns the samples of a JPEG: (H, W) of a grey one, else (H, W, 3).

    Raises:
        InputError: The file is damaged.
    """
    return pillow.load(data, "JPEG")


def version() -> str:
    """Returns its name and version."""
    return f"libjpeg-turbo {features.version('libjpeg_turbo')}"
