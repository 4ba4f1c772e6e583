"""Pictures in: pixels and metadata of files, bytes, streams, arrays and Pillow images.

A JPEG is taken as it is: its pixels are decoded only when somebody asks for them, so that an encoder can work
from its coefficients.
"""

from __future__ import annotations

import io
import math
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, TiffImagePlugin, UnidentifiedImageError

from beholder import _core
from beholder.errors import BeholderError, InputError, UnsupportedImageError, UsageError
from beholder.jpeg_header import JpegHeader, is_jpeg, read_jpeg_header
from beholder.jpeg_metadata import metadata_of_jpeg
from beholder.metadata import (
    EXIF_PREFIX,
    Density,
    Metadata,
    exif_problem,
    icc_problem,
    is_exif,
)
from beholder.pixels import Color, Pixels, pixels_of_array, pixels_of_pillow
from beholder.xmp import DAMAGED_XMP, REMOVED_REFERENCES, references

MAX_SIDE = 65535  # a JPEG frame header gives each side 16 bits
LIBJPEG_MAX_SIDE = 65500  # JPEG_MAX_DIMENSION in libjpeg's jmorecfg.h; it refuses larger pictures
_ROWS_AT_A_TIME = 64

Scalar = TypeVar("Scalar", bound=np.generic)

Source: TypeAlias = "NDArray[np.generic] | Image.Image | str | os.PathLike[str] | bytes | BinaryIO"

# Formats whose reader runs another program or draws, rather than reads, a picture.
_REFUSED_FORMATS = {"EPS": "PostScript", "WMF": "Windows metafile", "EMF": "Windows metafile"}
# What a TIFF file says about the photograph rather than about how its own strips are stored.
_PHOTOGRAPH_TAGS = frozenset(
    (
        ExifTags.Base.ImageDescription,
        ExifTags.Base.Make,
        ExifTags.Base.Model,
        ExifTags.Base.Orientation,
        ExifTags.Base.Software,
        ExifTags.Base.DateTime,
        ExifTags.Base.Artist,
        ExifTags.Base.HostComputer,
        ExifTags.Base.Rating,
        ExifTags.Base.Copyright,
        ExifTags.Base.ExifOffset,
        ExifTags.Base.GPSInfo,
    )
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Picture:
    """A picture to encode.

    Attributes:
        name: What to call it in messages.
        width: Pixels, 1..65535.
        height: Pixels, 1..65535.
        components: 1 (grey) or 3; a JPEG may have 4 (CMYK), whose pixels nobody can ask for.
        metadata: Profile, EXIF, XMP, density.
        jpeg: The file itself when it is a JPEG, else nothing.
        losses: What stands in the source and cannot be kept, one sentence each; also among the notes.
        notes: What could not be kept or few programs can read, one sentence each.
    """

    name: str
    width: int
    height: int
    components: int
    metadata: Metadata
    jpeg: bytes | None = field(default=None, repr=False)
    losses: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    _samples: Pixels | None = field(default=None, repr=False)

    @cached_property
    def pixels(self) -> Pixels:
        """(H, W, 3) or (H, W) uint8, sRGB unless the profile says otherwise, C-contiguous; not to be changed.

        Orientation is left to EXIF. Of a JPEG, what libjpeg-turbo decodes.

        Raises:
            InputError: The JPEG is damaged.
            UnsupportedImageError: The JPEG is CMYK, or too long for its decoder.
        """
        if self._samples is not None:
            return self._samples
        assert self.jpeg is not None, "a picture has samples or a JPEG file"
        if self.components == 4:
            raise UnsupportedImageError(f"{self.name}: CMYK JPEG; convert it to RGB first")
        return decode_jpeg(self.jpeg, self.name)

    @cached_property
    def source_warnings(self) -> tuple[str, ...]:
        """What is wrong with a JPEG source, as `EncodeResult.source_warnings`; empty for other pictures.

        Raises:
            InputError: The JPEG is damaged, whatever its decoder shows of it.
        """
        return () if self.jpeg is None else tuple(read_jpeg_levels(self.jpeg, self.name).warnings)

    @cached_property
    def jpeg_header(self) -> JpegHeader | None:
        """The header of a JPEG source."""
        return None if self.jpeg is None else read_jpeg_header(self.jpeg, self.name)


def read_picture(source: Source, *, background: Color | None = None, name: str | None = None) -> Picture:
    """The picture that `source` holds.

    Args:
        source: (H, W), (H, W, 3) or (H, W, 4) array of uint8 or uint16; a Pillow image, taken as its pixels
            even if it came from a JPEG, since they may have been changed; a path; the bytes of a file; a
            binary stream.
        background: sRGB, 0..255, to put behind transparent pixels. Nothing: transparency is refused.
        name: What to call the picture in messages.

    Raises:
        InputError: It cannot be read.
        UnsupportedImageError: Animated, floating-point, CMYK (other than JPEG), transparent without a
            background, a side above 65,535, or more pixels than Pillow's limit against decompression bombs.
        UsageError: `source` is none of these.
    """
    if isinstance(source, np.ndarray):
        label = name or "array"
        return _picture(pixels_of_array(source, background, label), Metadata(), label, ())
    if isinstance(source, Image.Image):
        return _read_pillow(source, None, background, name or "Pillow image")
    data, label = read_bytes(source, name=name)
    if is_jpeg(data):
        return _read_jpeg(data, label)
    with _pillow_errors(label), Image.open(io.BytesIO(data)) as image:
        return _read_pillow(image, data, background, label)


def read_jpeg_levels(data: bytes, name: str) -> _core.JpegContents:
    """Return the levels of a JPEG file.

    Raises:
        InputError: The file is damaged.
    """
    try:
        return _core.read_levels(data)
    except _core.CoreError as error:
        raise InputError(f"{name}: damaged JPEG: {error}") from error


def decode_jpeg(data: bytes, name: str) -> Pixels:
    """Return the pixels of a JPEG file as libjpeg-turbo decodes them: (H, W, 3) or (H, W) uint8.

    Raises:
        InputError: The file is damaged.
        UnsupportedImageError: A side is beyond what libjpeg-turbo decodes.
    """
    try:
        return _decode_with_pillow(data, name)
    except UnsupportedImageError:
        raise
    except InputError:
        regular = _regular_jpeg(data)
        if regular is None:
            raise
        return _decode_with_pillow(regular, name)


def _regular_jpeg(data: bytes) -> bytes | None:
    """Return the same levels as a file without faults, or None where they cannot be read.

    Pillow refuses some files that libjpeg-turbo and the reader forgive, such as one without EOI or with stray
    bytes behind SOI.
    """
    try:
        contents = _core.read_levels(data)
        return _core.write_jpeg(
            contents.image,
            script=[info.scan for info in contents.scans],
            partial_script=True,
            density=(0, 1, 1) if contents.writes_jfif else None,
            adobe_transform=contents.written_adobe_transform,
        )
    except _core.CoreError:
        return None


def _decode_with_pillow(data: bytes, name: str) -> Pixels:
    with _pillow_errors(name), Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
        if max(image.size) > LIBJPEG_MAX_SIDE:
            raise UnsupportedImageError(
                f"{name}: {image.width}x{image.height} pixels; libjpeg-turbo decodes sides up to "
                f"{LIBJPEG_MAX_SIDE}, so ask for a quality or a size, which need no decoding"
            )
        image.load()
        width, height = image.size
        pixels = np.empty((height, width, 3) if image.mode == "RGB" else (height, width), np.uint8)
        # By strips: Pillow hands out a whole picture as two copies at a time.
        for top in range(0, height, _ROWS_AT_A_TIME):
            bottom = min(top + _ROWS_AT_A_TIME, height)
            pixels[top:bottom] = np.asarray(image.crop((0, top, width, bottom)))
        return pixels


def upright(pixels: NDArray[Scalar], orientation: int) -> NDArray[Scalar]:
    """The rows and columns turned as an EXIF orientation (1..8) asks, EXIF 4.6.2."""
    turned = pixels.swapaxes(0, 1) if orientation >= 5 else pixels
    if orientation in (3, 4, 7, 8):
        turned = turned[::-1]
    if orientation in (2, 3, 6, 7):
        turned = turned[:, ::-1]
    return np.ascontiguousarray(turned)


def read_bytes(
    source: str | os.PathLike[str] | bytes | BinaryIO, *, name: str | None = None
) -> tuple[bytes, str]:
    """The bytes of a file and what to call it in messages.

    Raises:
        InputError: It cannot be read, or is empty.
        UsageError: It is no path, no bytes and no binary stream.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        data, label = bytes(source), name or "bytes"
    elif isinstance(source, str | os.PathLike):
        label = name or os.fspath(source)
        try:
            data = Path(source).read_bytes()
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            raise InputError(f"{label}: {getattr(error, 'strerror', None) or error}") from error
    elif hasattr(source, "read"):
        label = name or str(getattr(source, "name", "stream"))
        content = source.read()
        if not isinstance(content, bytes):
            raise UsageError(
                f"{label}: the stream gives {type(content).__name__}; open it in binary mode ('rb')"
            )
        data = content
    else:
        raise UsageError(
            f"got {type(source).__name__}; a picture is an array or a Pillow image, "
            "and a file is a path, bytes or a binary stream"
        )
    if not data:
        raise InputError(f"{label}: the file is empty")
    return data, label


def _read_jpeg(data: bytes, name: str) -> Picture:
    header = read_jpeg_header(data, name)
    check_pixel_count(header.width, header.height, name)
    metadata, losses, notes = metadata_of_jpeg(header)
    return Picture(
        name=name,
        width=header.width,
        height=header.height,
        components=header.components,
        metadata=metadata,
        jpeg=data,
        losses=losses,
        notes=losses + notes + _notes_on_sides(header.width, header.height),
    )


def _read_pillow(image: Image.Image, file: bytes | None, background: Color | None, name: str) -> Picture:
    with _pillow_errors(name), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        _check_kind(image, name)
        pixels = pixels_of_pillow(image, file, background, name)
        metadata = _metadata_of_pillow(image)
    told = tuple(" ".join(str(w.message).split()) for w in caught if not _is_bomb_warning(w.category))
    return _picture(pixels, metadata, name, told)


def _picture(pixels: Pixels, metadata: Metadata, name: str, notes: tuple[str, ...]) -> Picture:
    height, width = pixels.shape[:2]
    _check_sides(width, height, name)
    metadata, losses, changes = _keep_what_fits(metadata, grey=pixels.ndim == 2)
    return Picture(
        name=name,
        width=width,
        height=height,
        components=1 if pixels.ndim == 2 else pixels.shape[2],
        metadata=metadata,
        losses=losses,
        notes=notes + losses + changes + _notes_on_sides(width, height),
        _samples=np.ascontiguousarray(pixels),
    )


def _check_kind(image: Image.Image, name: str) -> None:
    """Refuses, before pixels are decoded, what is no single picture of a size that JPEG holds."""
    _check_sides(*image.size, name)
    if image.format in _REFUSED_FORMATS:
        raise UnsupportedImageError(f"{name}: {_REFUSED_FORMATS[image.format]} file; export it as PNG first")
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format != "MPO":  # an MPO is a JPEG with further views behind it
        raise UnsupportedImageError(
            f"{name}: holds {frames} pictures (an animation or pages), and JPEG holds one; extract one first"
        )


def _check_sides(width: int, height: int, name: str) -> None:
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
        raise UnsupportedImageError(
            f"{name}: {width}x{height} pixels; JPEG holds 1 to {MAX_SIDE} a side; scale it"
        )


def _notes_on_sides(width: int, height: int) -> tuple[str, ...]:
    if max(width, height) <= LIBJPEG_MAX_SIDE:
        return ()
    return (
        f"a side is above {LIBJPEG_MAX_SIDE} pixels: the file is valid, but most programs cannot read it",
    )


def check_pixel_count(width: int, height: int, name: str) -> None:
    """Pillow's own rule against decompression bombs, for files that it does not open."""
    if Image.MAX_IMAGE_PIXELS is not None and width * height > 2 * Image.MAX_IMAGE_PIXELS:
        raise _bomb(f"{width}x{height} pixels", name)


def _bomb(size: str, name: str) -> UnsupportedImageError:
    limit = 2 * (Image.MAX_IMAGE_PIXELS or 0)
    return UnsupportedImageError(
        f"{name}: {size}, more than the {limit} allowed against decompression bombs; if you trust the file, "
        "raise --max-pixels (in Python PIL.Image.MAX_IMAGE_PIXELS, which is half of it)"
    )


def _is_bomb_warning(category: type[Warning]) -> bool:
    return issubclass(category, Image.DecompressionBombWarning)


@contextmanager
def _pillow_errors(name: str) -> Iterator[None]:
    """Turns whatever Pillow raises into an InputError that names the picture.

    Its readers let through many kinds of error from damaged files (OSError, SyntaxError, struct.error,
    ValueError, IndexError, EOFError, ...), hence the wide net. A warning about the pixel count (from half its
    limit on) is none.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            yield
    except BeholderError:
        raise
    except UnidentifiedImageError as error:
        raise InputError(f"{name}: not a picture in a format that Pillow reads") from error
    except Image.DecompressionBombError as error:
        raise _bomb("too many pixels", name) from error
    except MemoryError as error:
        raise InputError(f"{name}: not enough memory to read the picture") from error
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{name}: damaged or truncated picture ({reason})") from error


def _metadata_of_pillow(image: Image.Image) -> Metadata:
    """Profile, EXIF, XMP and density of a loaded Pillow image."""
    info = image.info
    icc_profile = info.get("icc_profile") or None
    xmp = info.get("xmp") or info.get("XML:com.adobe.xmp") or None
    return Metadata(
        icc_profile=bytes(icc_profile) if isinstance(icc_profile, bytes) else None,
        exif=_exif_of_pillow(image),
        xmp=xmp.encode() if isinstance(xmp, str) else xmp if isinstance(xmp, bytes) else None,
        density=_density_of_pillow(image),
    )


def _exif_of_pillow(image: Image.Image) -> bytes | None:
    """The EXIF stream byte for byte where the file has one, else built from the tags that Pillow found."""
    exif = image.info.get("exif")
    if isinstance(exif, bytes) and exif:
        return exif.removeprefix(EXIF_PREFIX)
    tags = photograph_tags(image.getexif())
    return tags.tobytes().removeprefix(EXIF_PREFIX) if len(tags) else None


def photograph_tags(found: Image.Exif) -> Image.Exif:
    """New EXIF of what a TIFF stream says about the photograph, without what it says about its own strips."""
    tags = Image.Exif()
    tags.update({tag: found[tag] for tag in found if tag in _PHOTOGRAPH_TAGS})
    for directory in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
        if isinstance(tags.get(directory), dict):  # as a caller may put it there
            continue
        if entries := dict(found.get_ifd(directory)):  # what the number stands for, a place in the old file
            if ExifTags.IFD.Interop in entries:
                entries[ExifTags.IFD.Interop] = found.get_ifd(ExifTags.IFD.Interop)
            tags[directory] = entries
    return tags


def _density_of_pillow(image: Image.Image) -> Density | None:
    """Return the density that the file states; None when it states none."""
    info = image.info
    if "aspect" in info:  # PNG, without a unit of length
        return _aspect_ratio(info["aspect"])
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        tags = image.tag_v2
        if not {ExifTags.Base.XResolution, ExifTags.Base.YResolution} <= set(tags):
            return None  # where Pillow says 1 dot an inch
        if tags.get(ExifTags.Base.ResolutionUnit) == 1:
            return _aspect_ratio(info.get("resolution"))
    pair = _positive_numbers(info.get("dpi"))
    if pair is None:
        return None
    x, y = round(pair[0]), round(pair[1])
    return Density(1, x, y) if 1 <= x <= 65535 and 1 <= y <= 65535 else None


def _aspect_ratio(pair: object) -> Density | None:
    """Return the density of pixels of which only the shape is known; None where they are square."""
    numbers = _positive_numbers(pair)
    if numbers is None:
        return None
    ratio = Fraction(numbers[0] / numbers[1]).limit_denominator(1000)
    if ratio == 1 or not 1 <= ratio.numerator <= 65535:
        return None
    return Density(0, ratio.numerator, ratio.denominator)


def _positive_numbers(pair: object) -> tuple[float, float] | None:
    if not isinstance(pair, tuple) or len(pair) != 2:
        return None
    try:
        x, y = float(pair[0]), float(pair[1])
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        return None
    return (x, y) if 0 < x < math.inf and 0 < y < math.inf else None


def _keep_what_fits(metadata: Metadata, *, grey: bool) -> tuple[Metadata, tuple[str, ...], tuple[str, ...]]:
    """Return the metadata that a JPEG of these pixels can hold, what is lost, and notes on what changes."""
    losses = []
    if metadata.exif is not None and not is_exif(metadata.exif):
        metadata = replace(metadata, exif=None)
        losses.append("the EXIF data are damaged and are dropped")
    if metadata.icc_profile is not None:
        space = metadata.icc_profile[16:20]  # ICC.1, 7.2.6: data colour space
        if space != (b"GRAY" if grey else b"RGB "):
            metadata = replace(metadata, icc_profile=None)
            losses.append(
                f"the ICC profile is for other colours ({space.decode('latin-1').strip()}) and is dropped"
            )
    if too_large := exif_problem(metadata.exif):
        metadata = replace(metadata, exif=None)
        losses.append(f"{too_large} and is dropped")
    if too_large := icc_problem(metadata.icc_profile):
        metadata = replace(metadata, icc_profile=None)
        losses.append(f"{too_large} and is dropped")
    if metadata.xmp is None or (found := references(metadata.xmp)) is None:
        return metadata, tuple(losses), ()
    metadata = replace(metadata, xmp=found.without)
    if found.damaged:
        return metadata, (*losses, DAMAGED_XMP), ()
    return metadata, tuple(losses), (REMOVED_REFERENCES,)
