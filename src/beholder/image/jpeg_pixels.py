"""Levels and pixels of JPEG files."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from beholder import _core
from beholder.errors import InputError, UnsupportedImageError
from beholder.image.pillow_errors import pillow_errors
from beholder.image.pixels import Pixels

LIBJPEG_MAX_SIDE = 65500  # JPEG_MAX_DIMENSION in libjpeg's jmorecfg.h; it refuses larger pictures
_ROWS_AT_A_TIME = 64
# Raster position of each zigzag position: along the diagonals, whose direction alternates (T.81, Figure A.6).
ZIGZAG = np.array(
    sorted(range(64), key=lambda i: (i // 8 + i % 8, i // 8 if (i // 8 + i % 8) % 2 else i % 8))
)
# Files of these have their coefficients optimised; of others the coding alone is.
YCBCR_SPACES: frozenset[_core.ColorSpace] = frozenset(("grey", "ycbcr"))


def read_jpeg_levels(data: bytes, name: str) -> _core.JpegContents:
    """Return the levels of a JPEG file.

    Raises:
        InputError: The file is damaged.
    """
    try:
        return _core.read_levels(data)
    except _core.CoreError as error:
        raise InputError(f"{name}: damaged JPEG: {error}") from error


def decode_jpeg(data: bytes, name: str = "result") -> Pixels:
    """Return the pixels of a JPEG file as libjpeg-turbo decodes them: (H, W, 3) or (H, W) uint8.

    Raises:
        InputError: The file is damaged.
        UnsupportedImageError: A side is beyond what libjpeg-turbo decodes.
    """
    try:
        return _decode_with_pillow(data, name)
    except UnsupportedImageError:
        raise
    except InputError:
        regular = _regular_jpeg(data)
        if regular is None:
            raise
        return _decode_with_pillow(regular, name)


def _regular_jpeg(data: bytes) -> bytes | None:
    """Return the same levels as a file without faults, or None where they cannot be read.

    Pillow refuses some files that libjpeg-turbo and the reader forgive, such as one without EOI or with stray
    bytes behind SOI.
    """
    try:
        contents = _core.read_levels(data)
        return _core.write_jpeg(
            contents.image,
            script=[info.scan for info in contents.scans],
            partial_script=True,
            density=(0, 1, 1) if contents.writes_jfif else None,
            adobe_transform=contents.written_adobe_transform,
        )
    except _core.CoreError:
        return None


def _decode_with_pillow(data: bytes, name: str) -> Pixels:
    with pillow_errors(name), Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
        if max(image.size) > LIBJPEG_MAX_SIDE:
            raise UnsupportedImageError(
                f"{name}: {image.width}x{image.height} pixels; libjpeg-turbo decodes sides up to "
                f"{LIBJPEG_MAX_SIDE}, so ask for a quality or a size, which need no decoding"
            )
        image.load()
        width, height = image.size
        pixels = np.empty((height, width, 3) if image.mode == "RGB" else (height, width), np.uint8)
        # By strips: Pillow hands out a whole picture as two copies at a time.
        for top in range(0, height, _ROWS_AT_A_TIME):
            bottom = min(top + _ROWS_AT_A_TIME, height)
            pixels[top:bottom] = np.asarray(image.crop((0, top, width, bottom)))
        return pixels
