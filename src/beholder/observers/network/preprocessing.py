"""What a network wants done to a picture before it looks: resize, crop or pad, normalise.

::

    pixels 0..255 --resize--> --crop or pad to the canvas--> --channels--> (scale * x - mean) / std --> input

Differentiable, so that gradients reach the pixels of the picture as it is stored.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeAlias, get_args

import torch
from torch.nn import functional

from beholder.errors import UsageError
from beholder.observers.network.geometry import Place, centered, resized_maps

ResizeRule: TypeAlias = Literal["none", "shorter", "longer", "exact"]
Interpolation: TypeAlias = Literal["nearest", "bilinear", "bicubic"]
Placement: TypeAlias = Literal["center", "top-left"]
Channels: TypeAlias = Literal["rgb", "bgr"]


@dataclass(frozen=True, kw_only=True)
class Preprocessing:
    """A network's preprocessing; the defaults leave a picture as it is.

    Attributes:
        resize: Which side becomes `size`: the shorter or the longer one, its aspect ratio kept and the other
            side rounded down; ``exact``: height and width both.
        size: Pixels of that side; for ``exact`` (height, width).
        longest: Where the longer side would exceed this, it becomes this instead (``shorter`` only).
        interpolation: Of the resize.
        antialias: Widen the filter where the picture shrinks, as Pillow does.
        canvas: (height, width) to crop or pad to; None: as resized.
        multiple: Without a canvas, pad either side to a multiple of this.
        placement: Where the picture lies on the canvas, and the canvas on a larger picture.
        fill: R, G, B in 0..255 of the canvas around the picture.
        scale: Factor on 0..255 samples before `mean` and `std`.
        mean: Subtracted from each channel of R, G, B.
        std: Each channel of R, G, B is divided by it.
        channels: Their order in the input.
    """

    resize: ResizeRule = "none"
    size: int | tuple[int, int] | None = None
    longest: int | None = None
    interpolation: Interpolation = "bilinear"
    antialias: bool = True
    canvas: tuple[int, int] | None = None
    multiple: int = 1
    placement: Placement = "center"
    fill: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scale: float = 1.0
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    channels: Channels = "rgb"

    def __post_init__(self) -> None:
        """Checks the fields.

        Raises:
            UsageError: A field has a value that it cannot have, or two do not fit together.
        """
        for name, choice in _CHOICES.items():
            value = getattr(self, name)
            if value not in get_args(choice):
                raise UsageError(f"{name} must be one of {', '.join(get_args(choice))}, got {value!r}")
        if not isinstance(self.antialias, bool):
            raise UsageError(f"antialias must be true or false, got {self.antialias!r}")
        self._check_size()
        if self.canvas is not None and not _is_pair(self.canvas):
            raise UsageError(f"canvas must be (height, width) in pixels, got {self.canvas!r}")
        if not _is_side(self.multiple) or (self.canvas is not None and self.multiple != 1):
            raise UsageError(f"multiple must be a number of pixels, without a canvas, got {self.multiple!r}")
        for name in ("fill", "mean", "std"):
            values = getattr(self, name)
            if not (isinstance(values, tuple) and len(values) == 3 and all(map(_is_number, values))):
                raise UsageError(f"{name} must be three numbers, for R, G and B, got {values!r}")
        if not _is_number(self.scale) or self.scale == 0 or 0 in self.std:
            raise UsageError(f"scale and std must not be 0, got {self.scale!r} and {self.std!r}")

    def _check_size(self) -> None:
        if self.resize == "none":
            wanted, fits = "be left out", self.size is None
        elif self.resize == "exact":
            wanted, fits = "be (height, width) in pixels", _is_pair(self.size)
        else:
            wanted, fits = "be a number of pixels", _is_side(self.size)
        if not fits:
            raise UsageError(f"size must {wanted} where resize is {self.resize!r}, got {self.size!r}")
        if self.longest is not None and not (_is_side(self.longest) and self.resize == "shorter"):
            raise UsageError(f"longest must be a number of pixels, with resize shorter, got {self.longest!r}")

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
        x = self._on_canvas(x, place)
        mean, std = (x.new_tensor(values).view(3, 1, 1) for values in (self.mean, self.std))
        x = (self.scale * x - mean) / std
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

    def to_toml(self) -> str:
        """The text of a file that `load_preprocessing` reads."""
        lines = []
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None:
                lines.append(f"{field.name} = {json.dumps(value)}")  # of such values JSON and TOML are one
        return "\n".join(lines) + "\n"


_CHOICES: dict[str, Any] = {
    "resize": ResizeRule,
    "interpolation": Interpolation,
    "placement": Placement,
    "channels": Channels,
}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_side(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_pair(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and all(map(_is_side, value))
