"""What the metrics accept."""

import numpy as np
from numpy.typing import NDArray

from beholder.errors import UnsupportedImageError, UsageError


def check_picture(picture: NDArray[np.uint8]) -> None:
    """Accepts (H, W, 3) and (H, W) uint8 arrays that are not empty.

    Raises:
        UsageError: anything else.
    """
    if not isinstance(picture, np.ndarray):
        raise UsageError(
            f"a metric compares numpy arrays, got {type(picture).__name__}; use numpy.asarray(picture)"
        )
    if picture.dtype != np.uint8:
        raise UsageError(f"a metric compares 8-bit pictures, got dtype {picture.dtype}; convert to uint8")
    if not (picture.ndim == 2 or (picture.ndim == 3 and picture.shape[2] == 3)):
        raise UsageError(
            f"a picture has shape (H, W, 3) or (H, W), got {picture.shape}; convert to RGB first"
        )
    if picture.size == 0:
        raise UsageError(f"a picture has at least one pixel, got shape {picture.shape}")


def check_pair(original: NDArray[np.uint8], decoded: NDArray[np.uint8]) -> None:
    """Accepts two pictures of one shape.

    Raises:
        UsageError: one of them is no picture, or the shapes differ.
    """
    check_picture(original)
    check_picture(decoded)
    if original.shape != decoded.shape:
        raise UsageError(
            f"both pictures need one shape, got {original.shape} (original) and {decoded.shape} (decoded)"
        )


def contiguous_rgb(picture: NDArray[np.uint8], metric: str, min_side: int) -> NDArray[np.uint8]:
    """The picture as C-contiguous (H, W, 3), grey repeated; no copy where it is that already.

    Raises:
        UnsupportedImageError: a side is below `min_side`.
    """
    height, width = picture.shape[:2]
    if min(height, width) < min_side:
        raise UnsupportedImageError(
            f"{metric} needs at least {min_side} x {min_side} pixels, this picture has {width} x {height}"
        )
    if picture.ndim == 2:
        picture = np.repeat(picture[:, :, np.newaxis], 3, axis=2)
    return np.ascontiguousarray(picture)
