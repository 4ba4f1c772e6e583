"""Colour pictures as 10-bit Y, Cb and Cr with chroma of half the width and height, for video encoders.

BT.709, full range; a chroma sample lies in the middle of its four pixels. Both ways are computed in floating
point here rather than by an encoder's own conversion, so that nothing is lost that 4:2:0 can hold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.image.pixels import Pixels

_MOST = 1023  # of 10 bits
_LEAST = 16  # pixels a side
# ITU-R BT.709: Kr, Kg, Kb.
_RED, _GREEN, _BLUE = 0.2126, 0.7152, 0.0722


@dataclass(frozen=True)
class Size:
    """Of a picture, and of the planes that an encoder takes."""

    width: int
    height: int

    @property
    def padded(self) -> tuple[int, int]:
        """Width and height, each rounded up to an even number, and to the least that VVenC takes."""
        return max(self.width + self.width % 2, _LEAST), max(self.height + self.height % 2, _LEAST)


def to_planes(pixels: Pixels) -> bytes:
    """Returns Y, Cb and Cr after one another, 16-bit little-endian (`yuv420p10le`), of the padded size.

    Args:
        pixels: (H, W, 3).
    """
    height, width = pixels.shape[:2]
    columns, rows = Size(width, height).padded
    around = ((0, rows - height), (0, columns - width), (0, 0))
    padded = np.pad(pixels, around, mode="edge").astype(np.float32) / 255
    red, green, blue = padded[..., 0], padded[..., 1], padded[..., 2]
    luma = np.asarray(_RED * red + _GREEN * green + _BLUE * blue, np.float32)
    half = (columns // 2, rows // 2)
    chroma = [
        _resized((colour - luma) / (2 - 2 * weight) + 0.5, half, Image.Resampling.BOX)
        for colour, weight in ((blue, _BLUE), (red, _RED))
    ]
    return b"".join(_to_10_bit(plane).tobytes() for plane in (luma, *chroma))


def from_planes(data: bytes, size: Size) -> Pixels:
    """Returns (H, W, 3) from planes as `to_planes` gives them; chroma is upsampled by a triangle filter.

    Raises:
        ValueError: There are not as many samples as the size asks for.
    """
    columns, rows = size.padded
    samples = np.frombuffer(data, "<u2").astype(np.float32) / _MOST
    luma, blue_chroma, red_chroma = np.split(samples, [columns * rows, columns * rows * 5 // 4])
    luma = luma.reshape(rows, columns)
    blue_difference, red_difference = (
        _resized(plane.reshape(rows // 2, columns // 2) - 0.5, (columns, rows), Image.Resampling.BILINEAR)
        for plane in (blue_chroma, red_chroma)
    )
    red = luma + (2 - 2 * _RED) * red_difference
    blue = luma + (2 - 2 * _BLUE) * blue_difference
    green = (luma - _RED * red - _BLUE * blue) / _GREEN
    colour = np.stack([red, green, blue], axis=2)[: size.height, : size.width]
    return np.asarray(np.rint(np.clip(colour, 0, 1) * 255), np.uint8)


def _resized(
    plane: NDArray[np.floating], size: tuple[int, int], method: Image.Resampling
) -> NDArray[np.float32]:
    image = Image.fromarray(np.ascontiguousarray(plane, np.float32))
    return np.asarray(image.resize(size, method), np.float32)


def _to_10_bit(plane: NDArray[np.float32]) -> NDArray[np.uint16]:
    return np.rint(np.clip(plane, 0, 1) * _MOST).astype("<u2")
