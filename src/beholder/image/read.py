"""Pictures in: pixels and metadata of files, bytes, streams, arrays and Pillow images."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, TiffImagePlugin

from beholder.errors import InputError, UnsupportedImageError, UsageError
from beholder.image.coded_headers import is_animated
from beholder.image.colour_tags import told_by_tiff, told_colours
from beholder.image.picture import Picture, upright
from beholder.image.picture_formats import optional_format_of
from beholder.image.pillow_errors import check_pixel_count, pillow_errors
from beholder.image.pixels import Color, Pixels, pixels_of_array, pixels_of_pillow
from beholder.image.tiff import (
    PRIMARIES,
    WHITE_POINT,
    Directory,
    Layout,
    Stream,
    as_plain_grey,
    check_pages,
    layout_of_tags,
    tiff_stream,
)
from beholder.image.tiff_samples import read_pixels
from beholder.metadata.jpeg_header import is_jpeg, read_jpeg_header
from beholder.metadata.jpeg_metadata import metadata_of_jpeg
from beholder.metadata.metadata import Metadata
from beholder.metadata.pillow_metadata import dropped_text, keep_what_fits, metadata_of_pillow, turned_exif

MAX_SIDE = 65535  # a JPEG frame header gives each side 16 bits

File: TypeAlias = "str | os.PathLike[str] | bytes | BinaryIO"
Source: TypeAlias = "Picture | NDArray[np.generic] | Image.Image | File"

# Formats whose reader runs another program or draws, rather than reads, a picture.
_REFUSED_FORMATS = {"EPS": "PostScript", "WMF": "Windows metafile", "EMF": "Windows metafile"}
# Formats that tell colours where Pillow does not look.
_TELLING_FORMATS = frozenset(("PNG", "AVIF", "HEIF", "JPEG2000"))


def read_picture(source: Source, *, background: Color | None = None, name: str | None = None) -> Picture:
    """Return the picture that `source` holds: the one way in which files become pixels.

    Args:
        source: (H, W), (H, W, 3) or (H, W, 4) array of uint8 or uint16; a Pillow image, taken as its pixels
            even if it came from a JPEG, since they may have been changed; a path; the bytes of a file; a
            binary stream; or a picture that has been read, which is returned as it is.
        background: sRGB, 0..255, to put behind transparent pixels. None: transparency is refused.
        name: What to call the picture in messages.

    Raises:
        InputError: It cannot be read.
        UnsupportedImageError: Animated or of several pages, floating-point or of more than 16 bits, CMYK
            (other than JPEG), of high dynamic range (PQ, HLG), transparent without a background, a side above
            65,535, more pixels than Pillow's limit against decompression bombs, or of a format whose plug-in
            is not installed.
        UsageError: `source` is none of these types.
    """
    if isinstance(source, Picture):
        return source
    if isinstance(source, np.ndarray):
        label = name or "array"
        return _picture(pixels_of_array(source, background, label), Metadata(), label, ())
    if isinstance(source, Image.Image):
        return _read_pillow(source, None, background, name or "Pillow image")
    data, label = read_bytes(source, name=name)
    if is_jpeg(data):
        return _read_jpeg(data, label)
    if (stream := tiff_stream(data)) is not None:
        return _read_tiff(stream, background, label)
    with pillow_errors(label) as told, _open(data, label) as image:
        picture = _read_pillow(image, data, background, label)
    return replace(picture, notes=(*told, *picture.notes))


@contextmanager
def opened(data: bytes, name: str) -> Iterator[Image.Image]:
    """Open a file with Pillow, or with a plug-in of it; its errors become ours, its warnings are kept quiet.

    For what `read_picture` does not give, such as the indices of a palette.

    Raises:
        InputError: It cannot be read.
        UnsupportedImageError: No plug-in for it is installed.
    """
    with pillow_errors(name), _open(data, name) as image:
        yield image


def _open(data: bytes, name: str) -> Image.Image:
    optional = optional_format_of(data[:4096])
    if optional is not None:
        optional.load(name)
    return Image.open(io.BytesIO(data))


def read_bytes(source: File, *, name: str | None = None) -> tuple[bytes, str]:
    """The bytes of a file and what to call it in messages.

    Raises:
        InputError: It cannot be read, or is empty.
        UsageError: It is no path, no bytes and no binary stream.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        data, label = bytes(source), name or "bytes"
    elif isinstance(source, str | os.PathLike):
        path = os.fsdecode(source)
        label = name or path
        try:
            data = Path(path).read_bytes()
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
        notes=losses + notes,
    )


def _read_pillow(image: Image.Image, file: bytes | None, background: Color | None, name: str) -> Picture:
    with pillow_errors(name) as told:
        _check_kind(image, file, name)
        if (told_in := file) is None and image.format in _TELLING_FORMATS:
            told_in = _file_behind(image)
        pixels = pixels_of_pillow(image, file, background, name)
        metadata = metadata_of_pillow(image)
        if image.format == "JXL" and not getattr(image, "jpeg", False):
            metadata = replace(metadata, exif=turned_exif(metadata.exif))
        notes = dropped_text(image)
        if told_in is not None:
            colours = told_colours(told_in, metadata.icc_profile, grey=pixels.ndim == 2, name=name)
            notes += colours.notes
            if colours.wins or colours.icc_profile is not None:
                metadata = replace(metadata, icc_profile=colours.icc_profile)
    return _picture(pixels, metadata, name, (*told, *notes))


def _file_behind(image: Image.Image) -> bytes | None:
    """The file that an opened Pillow image came from, None where it cannot be had any more."""
    stream, path = getattr(image, "fp", None), getattr(image, "filename", None)
    try:
        if stream is not None and not stream.closed:
            place = stream.tell()
            stream.seek(0)
            data = stream.read()
            stream.seek(place)
            return bytes(data)
        return Path(path).read_bytes() if path else None
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def _read_tiff(stream: Stream, background: Color | None, name: str) -> Picture:
    """The picture of a TIFF file: samples as its own tags tell, where Pillow does not read them right."""
    with pillow_errors(name) as told:
        directory, notes = check_pages(stream, name)
        layout = layout_of_tags(directory.tags, name)
        _check_sides(layout.width, layout.height, name)
        check_pixel_count(layout.width, layout.height, name)
        layout.check(name)
        notes += layout.notes()
        with _opened_tiff(stream, directory) as image:
            if layout.is_decoded_by_pillow:  # which turns it by its orientation
                pixels = pixels_of_pillow(image, stream.data, background, name)
            else:
                pixels = upright(read_pixels(stream, directory, layout, background, name), layout.orientation)
                image.getexif().pop(ExifTags.Base.Orientation, None)
            metadata = metadata_of_pillow(image)
            if metadata.icc_profile is None:
                white, primaries = (image.tag_v2.get(tag) for tag in (WHITE_POINT, PRIMARIES))
                colours = told_by_tiff(white, primaries, grey=pixels.ndim == 2)
                metadata, notes = replace(metadata, icc_profile=colours.icc_profile), notes + colours.notes
    return _picture(pixels, metadata, name, (*told, *notes))


def _opened_tiff(stream: Stream, directory: Directory) -> TiffImagePlugin.TiffImageFile:
    """The file opened by Pillow, for its metadata if for nothing else."""
    try:
        return TiffImagePlugin.TiffImageFile(io.BytesIO(stream.data))
    except SyntaxError:  # a layout that it does not know
        return TiffImagePlugin.TiffImageFile(io.BytesIO(as_plain_grey(stream, directory)))


def _picture(pixels: Pixels, metadata: Metadata, name: str, notes: tuple[str, ...]) -> Picture:
    height, width = pixels.shape[:2]
    _check_sides(width, height, name)
    metadata, losses, changes = keep_what_fits(metadata, grey=pixels.ndim == 2)
    return Picture.of_pixels(pixels, metadata, name, losses=losses, notes=notes + losses + changes)


def _check_kind(image: Image.Image, file: bytes | None, name: str) -> None:
    """Refuse, before pixels are decoded, what is not a single picture of a size that can be encoded."""
    _check_sides(*image.size, name)
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        layout = _layout_of_opened(image, name)
        if not layout.is_read_right_by_pillow:
            raise UnsupportedImageError(
                f"{name}: TIFF of {layout.words}, which Pillow does not give right; "
                "give the file itself (its path)"
            )
    if image.format in _REFUSED_FORMATS:
        raise UnsupportedImageError(f"{name}: {_REFUSED_FORMATS[image.format]} file; export it as PNG first")
    if image.format == "JXL" and file is not None and is_animated(file):
        raise UnsupportedImageError(f"{name}: is an animation, and one picture is encoded; extract one first")
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format != "MPO":  # an MPO is a JPEG with further views behind it
        raise UnsupportedImageError(
            f"{name}: holds {frames} pictures (an animation or pages), and one is encoded; extract one first"
        )


def _layout_of_opened(image: TiffImagePlugin.TiffImageFile, name: str) -> Layout:
    tags = {}
    for tag, value in image.tag_v2.items():
        values = value if isinstance(value, tuple) else (value,)
        tags[tag] = tuple(each for each in values if isinstance(each, int))
    return layout_of_tags(tags, name)


def _check_sides(width: int, height: int, name: str) -> None:
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
        raise UnsupportedImageError(
            f"{name}: {width}x{height} pixels; a side may have 1 to {MAX_SIDE}; scale it"
        )
