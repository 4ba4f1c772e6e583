"""Files in memory through Pillow, for the codecs that it links or that plug into it."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

from beholder.errors import InputError, ProgramError
from beholder.pixels import Pixels


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
    """Returns the samples of a file: (H, W) of a grey one, else (H, W, 3).

    Raises:
        InputError: The file is damaged.
    """
    try:
        with Image.open(io.BytesIO(data), formats=[file_format]) as image:
            return np.asarray(image if image.mode == "L" else image.convert("RGB"))
    # Readers of other formats let through other errors; see `beholder.image`.
    except (OSError, SyntaxError, ValueError, RuntimeError) as error:
        raise InputError(f"no {file_format} file that can be read ({error})") from error
