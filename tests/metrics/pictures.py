"""Pictures and distortions that are the same bytes everywhere: integer arithmetic, or from a package."""

from collections.abc import Callable

import numpy as np
import skimage.data
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def astronaut() -> Picture:
    """A photograph of scikit-image's wheel (public domain, NASA), (512, 512, 3)."""
    return np.asarray(skimage.data.astronaut())


def coffee() -> Picture:
    """A photograph of scikit-image's wheel (CC0), odd-sized part of it, (399, 577, 3)."""
    return np.ascontiguousarray(skimage.data.coffee()[:399, :577])


def synthetic(height: int, width: int) -> Picture:
    """Ramps, rings, a checkerboard and texture, (height, width, 3)."""
    y, x = np.mgrid[:height, :width].astype(np.int64)
    rings = ((x - width // 2) ** 2 + (y - height // 2) ** 2) // 37 % 256
    board = (x // 9 + y // 9) % 2 * 90 + x * 120 // width
    texture = (x * 2654435761 + y * 40503 + x * y * 97) // 65536 % 64 + y * 190 // height
    return np.stack([rings, board, texture], axis=2).astype(np.uint8)


def quantised(picture: Picture, step: int) -> Picture:
    """Each sample at the middle of its step."""
    return np.minimum(picture.astype(np.int64) // step * step + step // 2, 255).astype(np.uint8)


def noisy(picture: Picture, amplitude: int) -> Picture:
    """Each sample moved by -amplitude..amplitude, by a multiplicative hash of its place."""
    place = np.arange(picture.size, dtype=np.uint64).reshape(picture.shape)
    mixed = (place * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)
    offset = (mixed % np.uint64(2 * amplitude + 1)).astype(np.int64) - amplitude
    return np.clip(picture.astype(np.int64) + offset, 0, 255).astype(np.uint8)


def blurred(picture: Picture, radius: int) -> Picture:
    """Box mean of (2 radius + 1)^2 samples, rounded down, the border repeated."""
    side = 2 * radius + 1
    padded = np.pad(picture.astype(np.int64), ((radius, radius), (radius, radius), (0, 0)), mode="edge")
    height, width = picture.shape[:2]
    total = sum(padded[dy : dy + height, dx : dx + width] for dy in range(side) for dx in range(side))
    return np.asarray(total // side**2).astype(np.uint8)


def blocky(picture: Picture, block: int) -> Picture:
    """Each pixel halfway to the first one of its block."""
    height, width = picture.shape[:2]
    corner = picture[np.arange(height)[:, None] // block * block, np.arange(width)[None, :] // block * block]
    return ((picture.astype(np.int64) + corner) // 2).astype(np.uint8)


def nudged(picture: Picture) -> Picture:
    """The last bit of every 35th green sample flipped: as close as two pictures come."""
    decoded = picture.copy()
    decoded[::7, ::5, 1] ^= 1
    return decoded


PICTURES: dict[str, Callable[[], Picture]] = {
    "astronaut": astronaut,
    "coffee": coffee,
    "synthetic 321x243": lambda: synthetic(243, 321),
    "synthetic 64x63": lambda: synthetic(63, 64),
    "synthetic 33x17": lambda: synthetic(17, 33),
    "synthetic 15x64": lambda: synthetic(64, 15),
    "synthetic 9x13": lambda: synthetic(13, 9),
    "synthetic 8x8": lambda: synthetic(8, 8),
}

DISTORTIONS: dict[str, Callable[[Picture], Picture]] = {
    "same": np.copy,
    "nudged": nudged,
    "quantised 8": lambda picture: quantised(picture, 8),
    "quantised 40": lambda picture: quantised(picture, 40),
    "noisy 6": lambda picture: noisy(picture, 6),
    "noisy 60": lambda picture: noisy(picture, 60),
    "blurred 1": lambda picture: blurred(picture, 1),
    "blurred 3": lambda picture: blurred(picture, 3),
    "blocky 8": lambda picture: blocky(picture, 8),
}
