"""A picture of what an observer is sensitive to: the weights that the encoder gives errors, over the picture.

::

    Picture, JpegOptions --the encoder's way--> weights of the luma blocks --draw_heatmap--> Pillow image
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont, features

from beholder import _core
from beholder.codec_options import Adapt
from beholder.errors import UnsupportedImageError
from beholder.image.jpeg_pixels import YCBCR_SPACES, read_jpeg_levels
from beholder.image.picture import Picture, upright
from beholder.image.read import Source, read_picture
from beholder.jpeg.colour_map import COLOURS, colour_map
from beholder.jpeg.encode_pixels import pixel_coefficients
from beholder.jpeg.observer_choice import observer_of
from beholder.jpeg.options import JpegOptions, Subsampling
from beholder.observers import Observer, PictureBlocks, Sampling, block_weights

_LUMA = (299, 587, 114)  # thousandths of R, G, B

# Sides of the drawing: larger pictures are scaled down, and small ones up, so that the legend has room.
_LARGEST_SIDE = 1600
_LEAST_SIDE = 640
# The scale takes in all but one block in 200 at either end, but no weights below 1/64 of the mean, and spans
# two octaves at least: a picture whose blocks weigh nearly the same looks even.
_STRAY_SHARE = 0.005
_LOWEST_OCTAVE = -6
_LEAST_OCTAVES = 2
# Over the colours lies what the picture's grey differs by from its surroundings, so that they stay those of
# the scale: the share of that difference, and the radius of the surroundings over the longer side.
_DETAIL_SHARE = 0.7
_SURROUNDINGS = 1 / 16
_INK, _PAPER = (40, 40, 44), (255, 255, 255)


@dataclass(frozen=True, eq=False)
class BlockMap:
    """What an error costs by luma block.

    Attributes:
        observer: Whose weights they are.
        weights: (rows, columns) float64 of the blocks that cover the picture, as stored: mean over the
            frequencies, relative to the mean block.
        block_size: (height, width) of a block in pixels.
    """

    observer: str
    weights: NDArray[np.float64]
    block_size: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Colouring:
    """A drawing whose colours stand for weights, dark for the lowest.

    Attributes:
        pixels: (H, W, 3) uint8, of the picture's shape, scaled where that is very large or small.
        lowest_octave: Power of two that the first colour stands for, 1 being the mean block.
        highest_octave: That of the last colour.
    """

    pixels: NDArray[np.uint8]
    lowest_octave: int
    highest_octave: int


def heatmap(
    image: Source,
    *,
    observer: str | Observer = "human",
    machine_weight: float | None = None,
    adapt: Adapt | None = None,
    model: str | None = None,
    subsampling: Subsampling | None = None,
    background: str | None = None,
    threads: int = 1,
) -> Image.Image:
    """Return what an observer is sensitive to: colours over the picture's grey, upright, with a scale below.

    The colours are the weights with which `beholder.encode` with the same options would search for levels,
    block by block of luma, on a logarithmic scale: 1 is the mean block.

    Args:
        image: As for `beholder.encode`.
        observer: As for `beholder.encode`, like the options below.
        machine_weight: Of the machine in its mixture with ``human``, 0 to 1.
        adapt: What finds the regions that a machine uses.
        model: The network that looks.
        subsampling: Of chroma.
        background: Colour behind transparent pixels.
        threads: To compute with.

    Raises:
        UsageError: Options that cannot be used together.
        InputError: The picture cannot be read, or is of a kind that is not taken.
    """
    options = JpegOptions(**{name: value for name, value in locals().items() if name != "image"})
    picture = read_picture(image, background=options.background_color)
    return draw_heatmap(picture, block_map(picture, options))


def block_map(picture: Picture, options: JpegOptions) -> BlockMap:
    """The weights with which the encoder would search for levels.

    Raises:
        InputError: The picture is a damaged JPEG.
        UnsupportedImageError: It is a JPEG that is neither YCbCr nor grey; the encoder keeps its levels.
        UsageError: The observer cannot be had.
    """
    observer = observer_of(options)
    coefficients, sampling = _coefficients(picture, options)
    orientation = picture.metadata.orientation
    blocks = PictureBlocks(coefficients, lambda: picture.pixels, options.threads, orientation)
    sensitivity = observer.sensitivity(sampling, blocks)
    widest = max(horizontal for horizontal, _ in sampling)
    tallest = max(vertical for _, vertical in sampling)
    block_size = 8 * tallest // sampling[0][1], 8 * widest // sampling[0][0]
    rows, columns = math.ceil(picture.height / block_size[0]), math.ceil(picture.width / block_size[1])
    by_component = block_weights(sensitivity, blocks)
    weights = np.ones((rows, columns))
    if by_component:
        weights = by_component[0][:rows, :columns].astype(np.float64)
    return BlockMap(observer.name, weights / weights.mean(), block_size)


def _coefficients(picture: Picture, options: JpegOptions) -> tuple[_core.CoefficientImage, Sampling]:
    if picture.jpeg is None:
        subsampling = "4:2:0" if options.pixel_subsampling == "auto" else options.pixel_subsampling
        return pixel_coefficients(picture, options, subsampling)
    contents = read_jpeg_levels(picture.jpeg, picture.name)
    sampling = tuple(plane.sampling for plane in contents.image.planes)
    if contents.color_space not in YCBCR_SPACES:
        raise UnsupportedImageError(
            f"{picture.name}: CMYK or RGB JPEG, whose levels the encoder keeps for any observer; convert it "
            "to RGB pixels first"
        )
    return _core.dequantise(contents.image), sampling


def draw_heatmap(picture: Picture, blocks: BlockMap) -> Image.Image:
    """The weights of the blocks as colours with the picture in grey over them, upright, and a scale below."""
    return _with_scale(colour_blocks(picture, blocks), blocks.observer)


def colour_blocks(picture: Picture, blocks: BlockMap) -> Colouring:
    """The weights of the blocks as colours with the picture in grey over them, upright."""
    lowest, highest = _octaves(blocks.weights)
    place = (np.log2(np.maximum(blocks.weights, 2.0**lowest)) - lowest) / (highest - lowest)
    index = np.rint((COLOURS - 1) * place.clip(0, 1)).astype(np.uint8)
    width, height = _drawn_size(picture.width, picture.height)
    # A block covers the pixels that are its own; the last row and column are cut as the picture cuts them.
    covered = (0, 0, picture.width / blocks.block_size[1], picture.height / blocks.block_size[0])
    stretched = Image.fromarray(index).resize((width, height), Image.Resampling.NEAREST, covered)
    colours = colour_map()[np.asarray(stretched)]
    drawn = np.rint((colours + _detail(picture, width, height)).clip(0, 255)).astype(np.uint8)
    return Colouring(upright(drawn, picture.metadata.orientation), lowest, highest)


def _octaves(weights: NDArray[np.float64]) -> tuple[int, int]:
    """Powers of two that the scale runs from and to."""
    low, high = np.quantile(weights, (_STRAY_SHARE, 1 - _STRAY_SHARE))
    lowest = max(_LOWEST_OCTAVE, math.floor(math.log2(low))) if low > 0 else _LOWEST_OCTAVE
    lowest = min(lowest, -_LEAST_OCTAVES // 2)
    return lowest, max(math.ceil(math.log2(high)), lowest + _LEAST_OCTAVES)


def _drawn_size(width: int, height: int) -> tuple[int, int]:
    side = max(width, height)
    scale = min(1.0, _LARGEST_SIDE / side) if side >= _LEAST_SIDE else math.ceil(_LEAST_SIDE / side)
    return max(1, round(scale * width)), max(1, round(scale * height))


def _detail(picture: Picture, width: int, height: int) -> NDArray[np.float32]:
    """(height, width, 1) to add to the colours."""
    pixels = picture.pixels
    if pixels.ndim == 3:
        pixels = (pixels.astype(np.uint32) @ np.array(_LUMA, np.uint32) // 1000).astype(np.uint8)
    grey = Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS)
    surroundings = grey.filter(ImageFilter.GaussianBlur(_SURROUNDINGS * max(width, height)))
    difference = np.asarray(grey, np.float32) - np.asarray(surroundings, np.float32)
    return np.asarray(_DETAIL_SHARE * difference[..., None], np.float32)


def _with_scale(coloured: Colouring, observer: str) -> Image.Image:
    """The drawing above a bar of the colours with the weights that they stand for."""
    drawn, lowest, highest = coloured.pixels, coloured.lowest_octave, coloured.highest_octave
    height, width = drawn.shape[:2]
    unit = round(max(14, min(width, _LARGEST_SIDE) / 50))  # height of a line of text
    width = max(width, 24 * unit)
    image = Image.new("RGB", (width, height + 5 * unit), _PAPER)
    image.paste(Image.fromarray(drawn), ((width - drawn.shape[1]) // 2, 0))
    pen, font = ImageDraw.Draw(image), _font(unit)
    caption = f"{observer}: weight of an error, relative to the mean block"
    pen.text((width // 2, height + unit), _fitted(caption, width - unit, font), _INK, font, anchor="mm")
    left, right = 2 * unit, width - 2 * unit
    top = height + 2 * unit
    bar = Image.fromarray(colour_map()[None]).resize((right - left, unit), Image.Resampling.NEAREST)
    image.paste(bar, (left, top))
    for octave in range(lowest, highest + 1):
        x = left + (right - left - 1) * (octave - lowest) / (highest - lowest)
        pen.line((x, top + unit, x, top + 1.4 * unit), _INK)
        pen.text((x, top + 2 * unit), _power_of_two(octave), _INK, font, anchor="mm")
    return image


def _power_of_two(octave: int) -> str:
    return f"1/{2**-octave}" if octave < 0 else str(2**octave)


def _fitted(text: str, width: float, font: ImageFont.ImageFont | ImageFont.FreeTypeFont) -> str:
    """The text, shortened to a width in pixels."""
    shown = text
    while len(text) > 1 and font.getlength(shown) > width:
        text = text[:-1]
        shown = text + "..."
    return shown


def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    """Pillow's own, which has one size only where Pillow was built without FreeType."""
    return ImageFont.load_default(size if features.check("freetype2") else None)
