"""8-bit samples from whatever a picture is stored as: 1 to 16 bits, palettes, transparency.

Reads what Pillow opened. Pillow itself cuts 16-bit colour to its high byte; here both bytes are read and
rounded.
"""

from __future__ import annotations

import io
import sys
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from beholder.errors import UnsupportedImageError
from beholder.image.coded_headers import sample_bits

Pixels = NDArray[np.uint8]
Color = tuple[int, int, int]
_TileArgs: TypeAlias = "tuple[Any, ...] | str | None"

_CONVERSIONS = {
    "1": "L",
    "P": "RGB",
    "YCbCr": "RGB",
    "HSV": "RGB",
    "RGBX": "RGB",
    "PA": "RGBA",
}
_GREY_STEPS = {"L;2": 85, "L;4": 17}
_OTHER_NATIVE = ";16B" if sys.byteorder == "little" else ";16L"
_OTHER_BYTE_ORDER = {";16B": ";16L", ";16L": ";16B", ";16N": _OTHER_NATIVE}  # N: the machine's own
_REFUSED_MODES = {
    "F": "floating-point (HDR) samples",
    "I": "32-bit samples",
    "CMYK": "CMYK colour",
    "LAB": "L*a*b* colour",
}


def to_8_bit(samples: NDArray[np.unsignedinteger], bits: int = 16) -> Pixels:
    """Return samples of 1 to 16 bits as 8 bits, rounded to the nearest; none is above 2^bits - 1."""
    return samples.astype(np.uint8, copy=False) if bits == 8 else _values_of_8_bits(bits)[samples]


@cache
def _values_of_8_bits(bits: int) -> Pixels:
    largest = (1 << bits) - 1
    return ((np.arange(largest + 1, dtype=np.uint32) * 510 + largest) // (2 * largest)).astype(np.uint8)


def flatten_alpha(
    pixels: Pixels, background: Color | None, name: str, *, premultiplied: bool = False
) -> Pixels:
    """Pixels without their last channel, alpha: dropped when opaque, else blended over the background.

    The blend is of code values, as browsers do it.

    Args:
        pixels: (H, W, 2) or (H, W, 4).
        background: sRGB, 0..255; None refuses transparency.
        name: What to call the picture in messages.
        premultiplied: Whether the colours are multiplied by alpha already (associated alpha).

    Raises:
        UnsupportedImageError: The picture is transparent somewhere and no background is given.
    """
    color, alpha = pixels[..., :-1], pixels[..., -1:]
    if bool((alpha == 255).all()):
        return np.ascontiguousarray(color[..., 0] if color.shape[2] == 1 else color)
    if background is None:
        raise UnsupportedImageError(
            f"{name}: has transparent pixels, which are not encoded; put a colour behind them, such as "
            "--background '#ffffff' (background=\"#ffffff\" in Python)"
        )
    behind: tuple[int, ...] = background
    if color.shape[2] == 1 and len(set(background)) == 1:
        behind = background[:1]
    elif color.shape[2] == 1:
        color = np.repeat(color, 3, axis=2)
    blended = np.empty_like(color)
    transparency = np.uint16(255) - alpha[..., 0]
    for channel, value in enumerate(behind):
        # At most 255 * 255 + 127, which 16 bits hold; a premultiplied colour is at most its alpha.
        opaque = np.minimum(color[..., channel], alpha[..., 0]) if premultiplied else color[..., channel]
        factor = np.uint16(255) if premultiplied else alpha[..., 0].astype(np.uint16)
        weighted = opaque * factor + transparency * np.uint16(value)
        blended[..., channel] = (weighted + np.uint16(127)) // np.uint16(255)
    return blended[..., 0] if blended.shape[2] == 1 else blended


def pixels_of_array(array: NDArray[np.generic], background: Color | None, name: str) -> Pixels:
    """Samples given as an array: (H, W), or (H, W, C) with 1 to 4 channels (of 2 or 4 the last is alpha).

    Raises:
        UnsupportedImageError: Another shape or type, or transparency without a background.
    """
    if array.ndim not in (2, 3) or (array.ndim == 3 and not 1 <= array.shape[2] <= 4):
        planar = array.ndim == 3 and array.shape[0] in (1, 3, 4)
        raise UnsupportedImageError(
            f"{name}: array of shape {array.shape}; expected (H, W), (H, W, 3) or (H, W, 4)"
            + (", which array.transpose(1, 2, 0) gives" if planar else "")
        )
    if array.dtype == np.uint16:
        samples = to_8_bit(array.astype(np.uint16, copy=False))
    elif array.dtype == np.uint8:
        samples = array.astype(np.uint8, copy=False)
    elif array.dtype == np.bool_:
        samples = np.where(array, np.uint8(255), np.uint8(0))
    else:
        remedy = "for samples in 0..255: array.astype('uint8')"
        if array.dtype.kind == "f":
            remedy = "for samples in 0..1: (array * 255).round().astype('uint8')"
        raise UnsupportedImageError(f"{name}: array of {array.dtype}; expected uint8 or uint16 ({remedy})")
    if samples.ndim == 3 and samples.shape[2] in (2, 4) and samples.size > 0:
        return flatten_alpha(samples, background, name)
    return samples[..., 0] if samples.ndim == 3 and samples.shape[2] == 1 else samples


def pixels_of_pillow(image: Image.Image, file: bytes | None, background: Color | None, name: str) -> Pixels:
    """Samples of a Pillow image, which is loaded by this.

    Args:
        image: As opened.
        file: The file it was opened from, not yet loaded; None for an image that lives in memory only.
        background: sRGB, 0..255, to blend transparent pixels over; None refuses them.
        name: What to call the picture in messages.

    Raises:
        UnsupportedImageError: CMYK, L*a*b*, 32-bit or floating-point samples, or transparency without a
            background.
    """
    if image.format == "JPEG2000" and file is not None:
        return _pixels_of_jpeg2000(image, sample_bits(file), background, name)
    wide = _wide_samples(image, file)
    if wide is not None:
        return _pixels_of_wide(wide, image.info.get("transparency"), background, name)
    step = step_of_grey(image)
    if image.mode in _REFUSED_MODES:
        raise UnsupportedImageError(
            f"{name}: {_REFUSED_MODES[image.mode]}, which cannot be encoded here; "
            "convert it to 8- or 16-bit RGB or grey first"
        )
    key = image.info.get("transparency")
    if isinstance(key, int) and image.mode in ("1", "L"):
        return flatten_alpha(_with_key(np.asarray(image.convert("L")), key * step), background, name)
    if key is not None and image.mode in ("RGB", "P"):
        image = image.convert("RGBA")
    elif image.mode in _CONVERSIONS:
        image = image.convert(_CONVERSIONS[image.mode])
    if image.mode in ("LA", "RGBA", "La", "RGBa"):
        return flatten_alpha(np.asarray(image), background, name, premultiplied=image.mode.endswith("a"))
    if image.mode not in ("L", "RGB"):
        raise UnsupportedImageError(
            f"{name}: Pillow mode {image.mode} is not taken; convert it to RGB or grey first"
        )
    return np.asarray(image)


def step_of_grey(image: Image.Image) -> int:
    """Return what Pillow multiplies samples of fewer than 8 bits by, but not the colour key beside them."""
    tiles = image.tile if isinstance(image, ImageFile.ImageFile) else []
    return next((_GREY_STEPS.get(tile.args, 1) for tile in tiles if isinstance(tile.args, str)), 1)


def _with_key(samples: NDArray[np.unsignedinteger], key: int | tuple[int, int, int]) -> Pixels:
    """8-bit pixels with an alpha channel that is 0 where the samples are those of a PNG colour key."""
    opaque = (samples.reshape(*samples.shape[:2], -1) != np.array(key)).any(axis=2)
    return np.dstack((to_8_bit(samples, 8 * samples.itemsize), np.where(opaque, np.uint8(255), np.uint8(0))))


def _wide_samples(image: Image.Image, file: bytes | None) -> NDArray[np.uint16] | None:
    """The samples of a 16-bit picture, (H, W) or (H, W, C); None for any other."""
    if image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16)
    if image.mode == "I" and image.format == "PPM":  # Pillow scales deep PGM to 0..65535
        return np.asarray(image).astype(np.uint16)
    if file is None or not isinstance(image, ImageFile.ImageFile):
        return None
    tiles = image.tile
    swapped = [tile._replace(args=_swap_bytes(tile.args)) for tile in tiles]
    if swapped == tiles:
        return None
    # Pillow unpacks 16-bit colour to the high byte of each sample. Unpacked once more with the byte order
    # turned round, the same data give the low bytes.
    again = Image.open(io.BytesIO(file))
    assert isinstance(again, ImageFile.ImageFile)
    again.tile = swapped
    if any(
        tile.args == "LA;16B" for tile in tiles
    ):  # no unpacker takes the other order, but RGBA gives all 4 bytes
        again.tile = [tile._replace(args="RGBA") for tile in tiles]
        four = np.asarray(again)
        return _join_bytes(four[..., 0::2], four[..., 1::2])
    return _join_bytes(np.asarray(image), np.asarray(again))


def _pixels_of_jpeg2000(
    image: Image.Image, bits: tuple[int, ...], background: Color | None, name: str
) -> Pixels:
    """8-bit pixels of a JPEG 2000 file whose components have so many bits.

    Pillow shifts fewer than 8 bits up, so that white is not 255, and deeper grey up to 16 bits; both are
    undone. It rounds deeper colour to 8 bits in such a way that white becomes black.
    """
    deepest = max(bits, default=8)
    is_palette = image.mode in ("P", "PA")
    if len(set(bits)) > 1 or (deepest > 8 and image.mode != "I;16") or (deepest != 8 and is_palette):
        depths = "/".join(map(str, bits if len(set(bits)) > 1 else bits[:1]))
        raise UnsupportedImageError(
            f"{name}: JPEG 2000 with {depths} bits a sample, of which Pillow reads colour of 8 bits; "
            "convert it to PNG or TIFF first"
        )
    if deepest == 8 or image.mode not in ("L", "LA", "RGB", "RGBA", "I;16"):
        return pixels_of_pillow(image, None, background, name)
    shift = (16 if image.mode == "I;16" else 8) - deepest
    samples: NDArray[np.unsignedinteger] = np.right_shift(np.asarray(image), shift)
    pixels = to_8_bit(samples, deepest)
    return flatten_alpha(pixels, background, name) if image.mode in ("LA", "RGBA") else pixels


def _join_bytes(high: Pixels, low: Pixels) -> NDArray[np.uint16]:
    samples = high.astype(np.uint16)
    samples <<= 8
    samples |= low
    return samples


def _swap_bytes(args: _TileArgs) -> _TileArgs:
    """Pillow's decoder arguments with the byte order of 16-bit samples turned round, where they name one."""
    mode, *rest = args if isinstance(args, tuple) else (args,)
    if not isinstance(mode, str) or mode[-4:] not in _OTHER_BYTE_ORDER:
        return args
    mode = mode[:-4] + _OTHER_BYTE_ORDER[mode[-4:]]
    return (mode, *rest) if isinstance(args, tuple) else mode


def _pixels_of_wide(
    samples: NDArray[np.uint16], key: int | tuple[int, int, int] | None, background: Color | None, name: str
) -> Pixels:
    """8-bit pixels of 16-bit samples, whose PNG colour key (if any) marks transparent pixels."""
    has_key = key is not None and (samples.ndim == 2 or samples.shape[2] == 3)
    pixels = _with_key(samples, key) if has_key and key is not None else to_8_bit(samples)
    has_alpha = pixels.ndim == 3 and pixels.shape[2] in (2, 4)
    return flatten_alpha(pixels, background, name) if has_alpha else pixels
