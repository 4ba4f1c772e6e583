"""Pictures as they are seen: phones store them as their sensor lies and say in EXIF how to turn them."""

from __future__ import annotations

from torch import Tensor


def upright(pictures: Tensor, orientation: int) -> Tensor:
    """(..., H, W) turned as an EXIF orientation (1..8, EXIF 4.6.2) asks; gradients go the way back.

    The same as `beholder.image.picture.upright` for arrays.
    """
    turned = pictures.mT if orientation >= 5 else pictures
    axes = []
    if orientation in (3, 4, 7, 8):
        axes.append(-2)
    if orientation in (2, 3, 6, 7):
        axes.append(-1)
    return turned.flip(axes) if axes else turned
