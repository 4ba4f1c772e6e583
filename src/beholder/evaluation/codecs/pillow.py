"""Files in memory through Pillow, for the codecs that it links or that plug into it."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

from beholder.errors import ProgramError
from beholder.image.pillow_errors import pillow_errors
from beholder.image.pixels import Pixels


def save(pixels: Pixels, file_format: str, **options: Any) -> bytes:
    """Returns the file of (H, W, 3) or (H, W) samples in one of Pillow's formats.

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
