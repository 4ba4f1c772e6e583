"""Files in memory through Pillow, for the codecs that it links."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

from beholder.errors import InputError
from beholder.pixels import Pixels


def save(pixels: Pixels, file_format: str, **options: Any) -> bytes:
    """Returns the file of (H, W, 3) or (H, W) samples in one of Pillow's formats."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, file_format, **options)
    return buffer.getvalue()


def load(data: bytes, file_format: str) -> Pixels:
    """Returns the samples of a file: (H, W) of a grey one, else (H, W, 3).

    Raises:
        InputError: The file is damaged.
    """
    try:
        with Image.open(io.BytesIO(data), formats=[file_format]) as image:
            return np.asarray(image if image.mode == "L" else image.convert("RGB"))
    except (OSError, SyntaxError, ValueError) as error:
        raise InputError(f"not a {file_format} file that can be read ({error})") from error
