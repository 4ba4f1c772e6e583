"""Decoded pictures as files of formats without loss."""

from __future__ import annotations

import io
import warnings

from PIL import Image, PngImagePlugin

from beholder.errors import OutputError, UsageError
from beholder.image.pixels import Pixels
from beholder.metadata.jpeg_metadata import notes_on_dropped
from beholder.metadata.metadata import EXIF_PREFIX, Metadata
from beholder.metadata.pillow_metadata import photograph_tags

# Pillow's name of the format for each suffix, and the metadata that it can hold there.
FORMATS: dict[str, tuple[str, frozenset[str]]] = {
    ".png": ("PNG", frozenset(("icc_profile", "exif", "xmp"))),
    ".tif": ("TIFF", frozenset(("icc_profile", "exif"))),
    ".tiff": ("TIFF", frozenset(("icc_profile", "exif"))),
    ".ppm": ("PPM", frozenset()),
    ".bmp": ("BMP", frozenset()),
}
_NAMES = {"icc_profile": "the colour profile", "exif": "EXIF", "xmp": "XMP"}


def picture_file(pixels: Pixels, metadata: Metadata, suffix: str) -> tuple[bytes, tuple[str, ...]]:
    """Return the bytes of a file, and notes on what the format cannot hold.

    Args:
        pixels: (H, W, 3) or (H, W).
        metadata: What shall stand beside them.
        suffix: ``.png`` or another of `FORMATS`.

    Raises:
        UsageError: There is no such format here.
        OutputError: The format holds no picture of this size.
    """
    if suffix not in FORMATS:
        raise UsageError(f"{suffix or 'no suffix'} is not a format to decode to; take {', '.join(FORMATS)}")
    kind, holds = FORMATS[suffix]
    there = {name: getattr(metadata, name) for name in _NAMES if getattr(metadata, name) is not None}
    kept = {name: value for name, value in there.items() if name in holds}
    settings: dict[str, object] = {name: value for name, value in kept.items() if name != "xmp"}
    notes = notes_on_dropped(metadata)
    notes += tuple(
        f"{_NAMES[name]} is dropped, which {suffix} cannot hold" for name in there if name not in holds
    )
    if "exif" in kept and kind == "TIFF":
        settings["exif"], told = _tiff_tags(kept["exif"])
        notes += told
    if "xmp" in kept:
        text = PngImagePlugin.PngInfo()
        text.add_itxt("XML:com.adobe.xmp", kept["xmp"].decode("utf-8", "replace"))
        settings["pnginfo"] = text
    buffer = io.BytesIO()
    try:
        Image.fromarray(pixels).save(buffer, kind, **settings)
    except (OSError, ValueError, OverflowError) as error:
        raise OutputError(f"a {kind} cannot hold the picture ({error}); take another format") from error
    return buffer.getvalue(), notes


def _tiff_tags(exif: bytes) -> tuple[Image.Exif, tuple[str, ...]]:
    """What a TIFF says of the photograph, whose EXIF are tags of its own, and notes on what is lost."""
    found, tags = Image.Exif(), Image.Exif()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found.load(EXIF_PREFIX + exif)
            tags.load(photograph_tags(found).tobytes())
        except Exception:  # Pillow raises errors of many kinds on damaged EXIF
            return Image.Exif(), ("EXIF is damaged and is dropped",)
    return tags, ("EXIF is damaged, and what can be read of it is kept",) if caught else ()
