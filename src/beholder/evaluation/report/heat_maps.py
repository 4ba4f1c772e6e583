"""What observers are sensitive to in a picture, as drawings to lay over it."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image

from beholder.evaluation.item import Item
from beholder.evaluation.report.windows import Window
from beholder.image.read import read_picture
from beholder.jpeg.colour_map import COLOURS, colour_map
from beholder.jpeg.heatmap import block_map, colour_blocks
from beholder.jpeg.options import JpegOptions
from beholder.observers.grammar import Name

# The drawings explain and are not measured: lossy files of them do.
_WEBP_QUALITY = 80
_WEBP_METHOD = 4
_STOPS = 16


@dataclass(frozen=True)
class HeatMap:
    """A drawing of the window of a picture.

    Attributes:
        observer: Whose weights its colours are.
        picture: WebP file, stretched over the window.
        lowest_octave: Power of two that the first colour stands for, 1 being the mean block.
        highest_octave: That of the last.
    """

    observer: str
    picture: bytes
    lowest_octave: int
    highest_octave: int


def draw_heat_map(item: Item, size: tuple[int, int], observer: str, window: Window) -> HeatMap:
    """Returns the drawing of one observer; `machine` is the machine alone, without the person mixed in.

    Args:
        item: The picture.
        size: Its width and height, upright.
        observer: As the encoder takes it.
        window: What to draw.

    Raises:
        UsageError: There is no such observer.
        InputError: The picture cannot be read or is of a kind that the encoder does not take.
    """
    name = Name.parse(observer)
    is_alone = name.word == "machine" and "weight" not in dict(name.options)
    options = JpegOptions(observer=observer, machine_weight=1.0 if is_alone else None)
    picture = read_picture(item.path, background=options.background_color)
    coloured = colour_blocks(picture, block_map(picture, options))
    drawn = Image.fromarray(coloured.pixels)
    across, down = drawn.width / size[0], drawn.height / size[1]
    part = drawn.crop(
        (
            round(window.left * across),
            round(window.top * down),
            round((window.left + window.width) * across),
            round((window.top + window.height) * down),
        )
    )
    file = io.BytesIO()
    part.save(file, "WEBP", quality=_WEBP_QUALITY, method=_WEBP_METHOD)
    return HeatMap(observer, file.getvalue(), coloured.lowest_octave, coloured.highest_octave)


def scale_colours() -> list[str]:
    """Returns colours of the scale as CSS has them, evenly spaced, from the lowest weight to the highest."""
    table = colour_map()
    places = (round(stop * (COLOURS - 1) / (_STOPS - 1)) for stop in range(_STOPS))
    return ["#{:02x}{:02x}{:02x}".format(*(int(part) for part in table[place])) for place in places]
