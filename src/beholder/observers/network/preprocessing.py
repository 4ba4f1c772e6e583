"""What a network wants done to a picture before it looks: resize, crop or pad, normalise.

::

    pixels 0..255 --resize--> --crop or pad to the canvas--> --channels--> (scale * x - mean) / std --> input

Differentiable, so that gradients reach the pixels of the picture as it is stored.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import torch
from torch.nn import functional

from beholder.errors import UsageError
from beholder.observers.network.geometry import Place, centered, resized_maps
from beholder.options import Options, option

ResizeRule: TypeAlias = Literal["none", "shorter", "longer", "exact"]
Interpolation: TypeAlias = Literal["nearest", "bilinear", "bicubic"]
Placement: TypeAlias = Literal["center", "top-left"]
Channels: TypeAlias = Literal["rgb", "bgr"]


def _is_side(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _checked_pair(name: str, value: object) -> tuple[int, int]:
    if not (isinstance(value, tuple | list) and len(value) == 2 and all(map(_is_side, value))):
        raise UsageError(f"{name} is {value!r}; it must be (height, width) in pixels")
    return value[0], value[1]


def _checked_size(name: str, value: object) -> int | tuple[int, int]:
    return value if isinstance(value, int) and _is_side(value) else _checked_pair(name, value)


def _checked_three(name: str, value: object) -> tuple[float, ...]:
    numbers = value if isinstance(value, tuple | list) else ()
    finite = [isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v) for v in numbers]
    if len(finite) != 3 or not all(finite):
        raise UsageError(f"{name} is {value!r}; it must be three numbers, for R, G and B")
    return tuple(numbers)


@dataclass(frozen=True, kw_only=True, repr=False)
class Preprocessing(Options):
    """A network's preprocessing; the defaults leave a picture as it is."""

    resize: ResizeRule = option(
        "none",
        help="which side becomes `size`: the shorter or the longer one, its aspect ratio kept and the other "
        "side rounded down; exact: height and width both",
    )
    size: int | tuple[int, int] | None = option(
        None, help="pixels of that side; for exact (height, width)", parse=_checked_size
    )
    longest: int | None = option(
        None, help="if the longer side would exceed this, it becomes this instead (shorter only)", minimum=1
    )
    interpolation: Interpolation = option("bilinear", help="of the resize")
    antialias: bool = option(True, help="widen the filter where the picture shrinks, as Pillow does")
    canvas: tuple[int, int] | None = option(
        None, help="(height, width) to crop or pad to; None: as resized", parse=_checked_pair
    )
    multiple: int = option(1, help="without a canvas, pad either side to a multiple of this", minimum=1)
    placement: Placement = option(
        "center", help="where the picture lies on the canvas, and the canvas on a larger picture"
    )
    fill: tuple[float, ...] = option(
        (0.0, 0.0, 0.0), help="R, G, B in 0..255 of the canvas around the picture", parse=_checked_three
    )
    scale: float = option(1.0, help="factor on 0..255 samples before `mean` and `std`")
    mean: tuple[float, ...] = option(
        (0.0, 0.0, 0.0), help="subtracted from each channel of R, G, B", parse=_checked_three
    )
    std: tuple[float, ...] = option(
        (1.0, 1.0, 1.0), help="each channel of R, G, B is divided by it", parse=_checked_three
    )
    channels: Channels = option("rgb", help="their order in the input")

    def __post_init__(self) -> None:
        super().__post_init__()
        fits, wanted = isinstance(self.size, int), "be a number of pixels"
        if self.resize == "exact":
            fits, wanted = isinstance(self.size, tuple), "be (height, width) in pixels"
        elif self.resize == "none":
            fits, wanted = self.size is None, "be left out"
        if not fits:
            raise UsageError(f"size must {wanted} where resize is {self.resize!r}, got {self.size!r}")
        if self.longest is not None and self.resize != "shorter":
            raise UsageError(f"longest is for resize 'shorter', got {self.longest} with {self.resize!r}")
        if self.canvas is not None and self.multiple != 1:
            raise UsageError(f"multiple is for inputs without a canvas, got {self.multiple} with one")
        if self.scale == 0 or 0 in self.std:
            raise UsageError(f"scale and std must not be 0, got {self.scale!r} and {self.std!r}")

    def apply(self, pixels: torch.Tensor) -> torch.Tensor:
        """The network's input for (N, 3, H, W) float pixels, R, G, B in 0..255."""
        place = self.place(*pixels.shape[-2:])
        x = pixels
        if (place.rows, place.columns) != tuple(pixels.shape[-2:]):
            smooth = self.interpolation != "nearest"
            x = functional.interpolate(
                x,
                size=(place.rows, place.columns),
                mode=self.interpolation if smooth else "nearest-exact",
                antialias=self.antialias and smooth,
                align_corners=False if smooth else None,
            )
            # Bicubic overshoots, which 8-bit samples cannot. The gradient passes as if they could: flat white
            # comes out at 255.00001 as often as at 254.99999, and an error can still darken it.
            x = x + (x.clamp(0, 255) - x).detach()
        return self.normalized(self._on_canvas(x, place))

    def normalized(self, pixels: torch.Tensor) -> torch.Tensor:
        """The network's input for (N, 3, H, W) float pixels that have its size already."""
        mean, std = (pixels.new_tensor(values).view(3, 1, 1) for values in (self.mean, self.std))
        x = (self.scale * pixels - mean) / std
        return x.flip(-3) if self.channels == "bgr" else x

    def resized(self, height: int, width: int) -> tuple[int, int]:
        """(height, width) of a picture after the resize."""
        if self.size is None:
            return height, width
        if isinstance(self.size, tuple):
            return self.size
        size, side = self.size, min(height, width) if self.resize == "shorter" else max(height, width)
        if self.longest is not None and max(height, width) * size > self.longest * side:
            size, side = self.longest, max(height, width)
        return max(1, height * size // side), max(1, width * size // side)

    @property
    def fixed_input(self) -> bool:
        """Whether all pictures become inputs of one size, so that they can share a batch."""
        return self.canvas is not None or (self.resize == "exact" and self.multiple == 1)

    def place(self, height: int, width: int) -> Place:
        """Where a picture of this size lies in the input."""
        rows, columns = self.resized(height, width)
        canvas = self.canvas or (rows + -rows % self.multiple, columns + -columns % self.multiple)
        top = left = 0
        if self.placement == "center":
            top, left = centered(rows, canvas[0]), centered(columns, canvas[1])
        return Place(top, left, rows, columns, *canvas)

    def _on_canvas(self, x: torch.Tensor, place: Place) -> torch.Tensor:
        """Crops and pads."""
        rows, columns, top, left = place.canvas_rows, place.canvas_columns, place.top, place.left
        x = x[..., max(0, -top) : max(0, -top) + rows, max(0, -left) : max(0, -left) + columns]
        top, left = max(0, top), max(0, left)
        bottom, right = rows - top - x.shape[-2], columns - left - x.shape[-1]
        if not (top or left or bottom or right):
            return x
        fill = x.new_tensor(self.fill).view(3, 1, 1)
        return functional.pad(x - fill, (left, right, top, bottom)) + fill

    def onto_picture(self, maps: torch.Tensor, height: int, width: int) -> torch.Tensor:
        """Maps over the whole input as they lie on a picture; 0 where the picture was cropped.

        Both resizes, to the input's size and from the picture's part of it to the picture, are bilinear.

        Args:
            maps: (N, C, h, w) of any size.
            height: Of the picture.
            width: Of the picture.

        Returns:
            (N, C, height, width).
        """
        place = self.place(height, width)
        maps = resized_maps(maps, place.canvas_rows, place.canvas_columns)
        top, left = max(0, -place.top), max(0, -place.left)  # cropped away
        seen = maps[
            ...,
            max(0, place.top) : place.top + place.rows,
            max(0, place.left) : place.left + place.columns,
        ]
        bottom, right = place.rows - top - seen.shape[-2], place.columns - left - seen.shape[-1]
        if top or left or bottom or right:
            seen = functional.pad(seen, (left, right, top, bottom))
        return resized_maps(seen, height, width)

    def with_input_size(self, size: int) -> Preprocessing:
        """The same for an input of another size: canvas and resize grow alike.

        Raises:
            UsageError: The size is not positive, or this preprocessing has no size.
        """
        if not _is_side(size):
            raise UsageError(f"the input size must be a number of pixels, got {size!r}")
        canvas = self.canvas or (self.size if isinstance(self.size, tuple) else None)
        own = max(canvas) if canvas is not None else self.size
        if not isinstance(own, int):
            raise UsageError("this preprocessing takes pictures as they are; give it resize and size")

        def scaled(side: int) -> int:
            return round(side * size / own)

        resized: int | tuple[int, int] | None = None
        if isinstance(self.size, tuple):
            resized = (scaled(self.size[0]), scaled(self.size[1]))
        elif self.size is not None:
            resized = scaled(self.size)
        room = None if self.canvas is None else (scaled(self.canvas[0]), scaled(self.canvas[1]))
        longest = None if self.longest is None else scaled(self.longest)
        return replace(self, size=resized, longest=longest, canvas=room)
