"""Metadata of pictures that Pillow opened, and what of them a file of ours can hold."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

from PIL import ExifTags, Image, TiffImagePlugin

from beholder.metadata.icc_segments import INCOMPLETE_PROFILE, is_whole
from beholder.metadata.metadata import (
    EXIF_PREFIX,
    Density,
    Metadata,
    exif_problem,
    icc_problem,
    is_exif,
)
from beholder.metadata.xmp import DAMAGED_XMP, REMOVED_REFERENCES, references

# What a TIFF file says about the photograph rather than about how its own strips are stored.
_PHOTOGRAPH_NAMES = (
    *("ImageDescription", "Make", "Model", "Orientation", "Software", "DateTime", "Artist", "HostComputer"),
    *("Rating", "Copyright", "ExifOffset", "GPSInfo"),
)
_PHOTOGRAPH_TAGS = frozenset(ExifTags.Base[name] for name in _PHOTOGRAPH_NAMES)
# Of PNG: kept in another way, or nothing that the photographer wrote.
_UNTOLD_TEXT = frozenset(("xml:com.adobe.xmp", "raw profile type exif", "software")).union(
    f"date:{what}" for what in ("create", "modify", "timestamp")
)


def metadata_of_pillow(image: Image.Image) -> Metadata:
    """Return the profile, EXIF, XMP and density of an opened Pillow image."""
    info = image.info
    icc_profile = info.get("icc_profile") or None
    xmp = info.get("xmp") or info.get("XML:com.adobe.xmp") or None
    return Metadata(
        icc_profile=bytes(icc_profile) if isinstance(icc_profile, bytes) else None,
        exif=_exif_of_pillow(image),
        xmp=xmp.encode() if isinstance(xmp, str) else xmp if isinstance(xmp, bytes) else None,
        density=_density_of_pillow(image),
    )


def dropped_text(image: Image.Image) -> tuple[str, ...]:
    """Return a note that names the text of a PNG file that is not kept; empty where there is none.

    What programs write about themselves, and XMP and EXIF in text form, are left out.
    """
    text = getattr(image, "text", None) if image.format == "PNG" else None
    names = sorted(name for name in text or () if name.lower() not in _UNTOLD_TEXT)
    return (f"PNG text is dropped ({', '.join(names)})",) if names else ()


def _exif_of_pillow(image: Image.Image) -> bytes | None:
    """The EXIF stream byte for byte where the file has one, else built from the tags that Pillow found."""
    exif = image.info.get("exif")
    if isinstance(exif, bytes) and exif:
        return exif.removeprefix(EXIF_PREFIX)
    tags = photograph_tags(image.getexif())
    return tags.tobytes().removeprefix(EXIF_PREFIX) if len(tags) else None


def turned_exif(exif: bytes | None) -> bytes | None:
    """Return EXIF of a picture that its decoder has turned, as libjxl does by the file's own field."""
    if exif is None or Metadata(exif=exif).orientation == 1:
        return exif
    tags = Image.Exif()
    tags.load(EXIF_PREFIX + exif)
    tags[ExifTags.Base.Orientation] = 1
    return tags.tobytes().removeprefix(EXIF_PREFIX)


def photograph_tags(found: Image.Exif) -> Image.Exif:
    """Return new EXIF of what a TIFF stream says about the photograph, not about its own strips."""
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


def keep_what_fits(metadata: Metadata, *, grey: bool) -> tuple[Metadata, tuple[str, ...], tuple[str, ...]]:
    """Return the metadata that a JPEG of these pixels can hold, what is lost, and notes on what changes."""
    losses = []
    if metadata.exif is not None and not is_exif(metadata.exif):
        metadata = replace(metadata, exif=None)
        losses.append("the EXIF data are damaged and are dropped")
    if metadata.icc_profile is not None:
        space = metadata.icc_profile[16:20]  # ICC.1, 7.2.6: data colour space
        if not is_whole(metadata.icc_profile):
            metadata = replace(metadata, icc_profile=None)
            losses.append(INCOMPLETE_PROFILE)
        elif space != (b"GRAY" if grey else b"RGB "):
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
