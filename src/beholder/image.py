"""Pictures in: pixels and metadata of files, bytes, streams, arrays and Pillow images.

A JPEG is taken as it is: its pixels are decoded only when somebody asks for them, so that an encoder can work
from its coefficients.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, TiffImagePlugin, UnidentifiedImageError

from beholder import _core
from beholder.caught_warnings import caught_warnings
from beholder.colour_tags import told_by_tiff, told_colours
from beholder.errors import BeholderError, InputError, UnsupportedImageError, UsageError
from beholder.jpeg_header import JpegHeader, is_jpeg, read_jpeg_header
from beholder.jpeg_metadata import metadata_of_jpeg
from beholder.jxl_header import is_animated
from beholder.metadata import (
    Metadata,
)
from beholder.picture_formats import optional_format_of
from beholder.pillow_metadata import dropped_text, keep_what_fits, metadata_of_pillow, turned_exif
from beholder.pixels import Color, Pixels, pixels_of_array, pixels_of_pillow
from beholder.tiff import (
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
from beholder.tiff_samples import read_pixels

MAX_SIDE = 65535  # a JPEG frame header gives each side 16 bits
LIBJPEG_MAX_SIDE = 65500  # JPEG_MAX_DIMENSION in libjpeg's jmorecfg.h; it refuses larger pictures
_ROWS_AT_A_TIME = 64

Scalar = TypeVar("Scalar", bound=np.generic)

Source: TypeAlias = "NDArray[np.generic] | Image.Image | str | os.PathLike[str] | bytes | BinaryIO"

# Formats whose reader runs another program or draws, rather than reads, a picture.
_REFUSED_FORMATS = {"EPS": "PostScript", "WMF": "Windows metafile", "EMF": "Windows metafile"}
# Formats that tell colours where Pillow does not look.
_TELLING_FORMATS = frozenset(("PNG", "AVIF", "HEIF", "JPEG2000"))


@dataclass(frozen=True, eq=False, kw_only=True)
class Picture:
    """A picture to encode.

    Attributes:
        name: What to call it in messages.
        width: Pixels, 1..65535.
        height: Pixels, 1..65535.
        components: 1 (grey) or 3; a JPEG may have 4 (CMYK), whose pixels nobody can ask for.
        metadata: Profile, EXIF, XMP, density.
        jpeg: The file itself when it is a JPEG, else None.
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

    def upright_rgb(self) -> Pixels:
        """Return (H, W, 3) uint8 as the picture is looked at: turned by EXIF, grey as three equal channels.

        Raises:
            InputError: As `pixels`.
        """
        pixels = self.pixels
        colour = pixels if pixels.ndim == 3 else np.repeat(pixels[:, :, np.newaxis], 3, axis=2)
        return upright(colour, self.metadata.orientation)

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
    """Return the picture that `source` holds: the one way in which files become pixels.

    Args:
        source: (H, W), (H, W, 3) or (H, W, 4) array of uint8 or uint16; a Pillow image, taken as its pixels
            even if it came from a JPEG, since they may have been changed; a path; the bytes of a file; a
            binary stream.
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
    with pillow_errors(name), Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
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
    return Picture(
        name=name,
        width=width,
        height=height,
        components=1 if pixels.ndim == 2 else pixels.shape[2],
        metadata=metadata,
        losses=losses,
        notes=notes + losses + changes,
        _samples=np.ascontiguousarray(pixels),
    )


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


def notes_on_sides(picture: Picture) -> tuple[str, ...]:
    """Return what is to be said of a JPEG file as large as the picture."""
    if max(picture.width, picture.height) <= LIBJPEG_MAX_SIDE:
        return ()
    return (f"a side is above {LIBJPEG_MAX_SIDE} pixels: most programs cannot read a JPEG as large as that",)


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


@contextmanager
def pillow_errors(name: str) -> Iterator[list[str]]:
    """Turn whatever Pillow raises into an InputError that names the picture; collect its warnings.

    Its readers let through many kinds of error from damaged files (OSError, SyntaxError, struct.error,
    ValueError, IndexError, EOFError, ...), hence the wide net. Warnings about the pixel count, from half its
    limit on, are left out.

    Yields:
        What Pillow warns of; filled when the block ends.
    """
    texts: list[str] = []
    try:
        with caught_warnings() as found:
            yield texts
        kept = [text for kind, text in found if not issubclass(kind, Image.DecompressionBombWarning)]
        texts += dict.fromkeys(kept)  # some are given more than once
    except BeholderError:
        raise
    except UnidentifiedImageError as error:
        raise InputError(f"{name}: not a picture in a format that Pillow reads") from error
    except Image.DecompressionBombError as error:
        raise _bomb("too many pixels", name) from error
    except MemoryError as error:
        raise InputError(f"{name}: not enough memory to read the picture") from error
    except Exception as error:
        reason = re.sub(r"<_io\.\w+[^>]*>", "the file", " ".join(str(error).split())) or type(error).__name__
        raise InputError(f"{name}: damaged or truncated picture ({reason})") from error
