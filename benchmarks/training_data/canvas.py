"""What drawn graphics share: colours, a canvas with antialiasing, fonts for Pillow."""

from __future__ import annotations

import colorsys
import random
import subprocess
from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]


class Canvas:
    """A picture to draw on, enlarged while drawing so that edges are smooth once it is shrunk.

    Args:
        size: Width and height of the picture at the end.
        background: Its colour.
        smooth: How many times larger it is while drawing; 1 leaves hard edges.
    """

    def __init__(self, size: tuple[int, int], background: Colour, smooth: int) -> None:
        self.width, self.height = size[0] * smooth, size[1] * smooth
        self.unit = smooth
        self._image = Image.new("RGB", (self.width, self.height), background)
        self.draw = ImageDraw.Draw(self._image)

    def paste(self, image: Image.Image) -> None:
        """Replace what is drawn by an image."""
        self._image.paste(image.resize((self.width, self.height)))

    def write(  # noqa: PLR0917  # as ImageDraw takes them
        self, place: tuple[float, float], text: str, ink: Colour, family: str, size: int, anchor: str = "la"
    ) -> None:
        """Write a line of text, `size` pixels high before shrinking."""
        self.draw.text(place, text, ink, font(family, size), anchor=anchor)

    def picture(self) -> Image.Image:
        """Return the picture at its own size."""
        return self._image.reduce(self.unit) if self.unit > 1 else self._image


def palette(rng: random.Random, count: int) -> list[Colour]:
    """Return colours that belong together: pale, saturated, dark or grey ones."""
    hue, spread = rng.random(), rng.choice((0.05, 0.15, 0.5, 1.0))
    kind = rng.choice(("pale", "saturated", "saturated", "dark", "mixed", "grey"))
    ranges = {
        "pale": ((0.1, 0.4), (0.8, 1.0)),
        "saturated": ((0.8, 1.0), (0.6, 1.0)),
        "dark": ((0.3, 1.0), (0.05, 0.4)),
        "mixed": ((0.0, 1.0), (0.0, 1.0)),
        "grey": ((0.0, 0.03), (0.0, 1.0)),
    }
    saturation, value = ranges[kind]
    colours = []
    for _ in range(count):
        red, green, blue = colorsys.hsv_to_rgb(
            (hue + spread * rng.random()) % 1, rng.uniform(*saturation), rng.uniform(*value)
        )
        colours.append((round(255 * red), round(255 * green), round(255 * blue)))
    return colours


def gradient(rng: random.Random, size: tuple[int, int], colours: list[Colour]) -> Image.Image:
    """Return a linear, round or angular gradient through the colours."""
    across, down = np.meshgrid(np.linspace(-1, 1, size[0]), np.linspace(-1, 1, size[1]))
    x0, y0, angle = rng.uniform(-1, 1), rng.uniform(-1, 1), rng.uniform(0, 2 * np.pi)
    place: npt.NDArray[np.float64] = rng.choice(
        (
            across * np.cos(angle) + down * np.sin(angle),
            np.hypot(across - x0, down - y0),
            np.arctan2(down - y0, across - x0),
        )
    )
    place = (place - place.min()) / np.ptp(place)
    stops = np.linspace(0, 1, len(colours))
    channels = [np.interp(place, stops, [colour[channel] for colour in colours]) for channel in range(3)]
    return Image.fromarray(np.rint(np.stack(channels, -1)).astype(np.uint8))


def generator(rng: random.Random) -> np.random.Generator:
    """Return NumPy's generator, seeded by a draw."""
    return np.random.default_rng(rng.randrange(2**63))


def font(family: str, size: int) -> ImageFont.FreeTypeFont:
    """Return a font of fontconfig's for Pillow, `size` pixels high."""
    return ImageFont.truetype(font_file(family), size)


@cache
def font_file(family: str) -> str:
    """Return the path of a family's regular font."""
    return subprocess.run(
        ["fc-match", "-f", "%{file}", f"{family}:style=Regular"], check=True, capture_output=True, text=True
    ).stdout
