"""Where a picture lies: upright as it is seen, and in a network's input."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class Place:
    """Where a resized picture lies in a network's input; `top` and `left` are negative if it is cropped."""

    top: int
    left: int
    rows: int
    columns: int
    canvas_rows: int
    canvas_columns: int

    @property
    def whole(self) -> bool:
        """Whether none of the picture is cropped away."""
        return (
            min(self.top, self.left) >= 0
            and self.top + self.rows <= self.canvas_rows
            and self.left + self.columns <= self.canvas_columns
        )


def upright(pictures: Tensor, orientation: int) -> Tensor:
    """Return (..., H, W) turned as an EXIF orientation (1..8, EXIF 4.6.2) asks; gradients go the way back.

    The same as `beholder.image.picture.upright` for arrays.
    """
    turned = pictures.mT if orientation >= 5 else pictures
    axes = []
    if orientation in (3, 4, 7, 8):
        axes.append(-2)
    if orientation in (2, 3, 6, 7):
        axes.append(-1)
    return turned.flip(axes) if axes else turned


def centered(side: int, room: int) -> int:
    """Return the offset of a side in the middle of the room for it; the smaller half comes first."""
    return (room - side) // 2 if room > side else -((side - room) // 2)


def resized_maps(maps: Tensor, height: int, width: int) -> Tensor:
    """Return (N, C, h, w) at (N, C, height, width), bilinear."""
    if tuple(maps.shape[-2:]) == (height, width):
        return maps
    return functional.interpolate(maps, size=(height, width), mode="bilinear", align_corners=False)
