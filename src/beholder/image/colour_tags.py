"""Where picture files tell their colours other than by an ICC profile that Pillow finds.

PNG has chunks for them (cICP, gAMA, cHRM, sRGB); AVIF, HEIC and JPEG 2000 have ``colr`` boxes.

Sources: PNG (third edition), 4.3 (which chunk counts) and 11.3.2; ISO/IEC 14496-12, 12.1.5 (``colr``);
ISO/IEC 15444-1, I.5.3.3; ICC.1:2022, 9.2.17 (``cicp``).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from itertools import chain
from math import isfinite

from beholder.errors import UnsupportedImageError
from beholder.image.code_points import SRGB_CURVE, SRGB_PRIMARIES, CodePoints, profile_of
from beholder.image.icc_profile import Curve, Primaries
from beholder.image.iso_boxes import boxes, file_brands, primary_properties
from beholder.metadata.jpeg_trailer import GAIN_MAPS, PNG

_CHROMATICITY_STEP = 0.002  # files round to 2 to 5 places
_GAMMA_STEP = 0.05  # relative, around 1/2.2; as libpng's PNG_GAMMA_THRESHOLD
_JP2_COLOURS = {12: "CMYK", 14: "L*a*b*", 13: "YCCK", 19: "L*a*b*"}
_HEIF_GAIN_MAPS = (b"tmap", *GAIN_MAPS)


@dataclass(frozen=True)
class ToldColours:
    """What a file tells.

    Attributes:
        icc_profile: The profile of its colours; None for sRGB or where it tells nothing.
        wins: Whether this counts more than an ICC profile in the file.
        notes: What could not be used.
    """

    icc_profile: bytes | None = None
    wins: bool = False
    notes: tuple[str, ...] = ()


def told_colours(data: bytes, found_profile: bytes | None, *, grey: bool, name: str) -> ToldColours:
    """Return the colours that a file tells outside the ICC profile that Pillow finds.

    Args:
        data: Of the file, of any format.
        found_profile: The profile that Pillow found.
        grey: Whether the picture has one channel.
        name: What to call the picture in messages.

    Raises:
        UnsupportedImageError: High dynamic range (PQ, HLG), or colours that Pillow does not convert.
    """
    if found_profile is not None:
        _check_profile(found_profile, name)
    has_profile = found_profile is not None
    if data.startswith(PNG):
        return _told_by_png(data, has_profile=has_profile, grey=grey, name=name)
    if file_brands(data):
        return _told_by_heif(data, has_profile=has_profile, grey=grey, name=name)
    if data[4:8] == b"jP  ":
        return _told_by_jp2(data, grey=grey, name=name)
    return ToldColours()


def _check_profile(profile: bytes, name: str) -> None:
    """Refuse a profile that says high dynamic range by its ``cicp`` tag, as readers of JPEG XL make them."""
    table = profile[132 : 132 + 12 * min(int.from_bytes(profile[128:132], "big"), 100)]
    for at in range(0, len(table) - 11, 12):
        if table[at : at + 4] == b"cicp":
            place = int.from_bytes(table[at + 4 : at + 8], "big")
            points = profile[place + 8 : place + 10]
            if len(points) == 2:
                CodePoints(*points).check(name)


def _told_by_png(data: bytes, *, has_profile: bool, grey: bool, name: str) -> ToldColours:
    chunks = dict(_png_chunks(data))
    if (told := chunks.get(b"cICP")) is not None:
        if len(told) != 4 or told[2] != 0:
            return ToldColours(notes=("the cICP chunk is damaged and is not used",))
        if told[3] == 0:
            raise UnsupportedImageError(
                f"{name}: samples of video range (16 to 235), as its cICP chunk tells; convert them to full "
                "range first"
            )
        profile, notes = CodePoints(told[0], told[1]).icc_profile(grey=grey, name=name)
        return ToldColours(profile, wins=not notes, notes=notes)
    if has_profile:
        return ToldColours()
    colours = ToldColours()
    if b"sRGB" not in chunks:
        colours = _told_by_gamma(chunks.get(b"gAMA", b""), chunks.get(b"cHRM", b""), grey=grey)
    if b"iCCP" in chunks:  # where Pillow found no profile
        colours = replace(colours, notes=("the ICC profile is damaged and is dropped", *colours.notes))
    return colours


def _told_by_gamma(gamma: bytes, chromaticities: bytes, *, grey: bool) -> ToldColours:
    """A profile of gAMA and cHRM where they are not sRGB's."""
    primaries, curve = SRGB_PRIMARIES, SRGB_CURVE
    if len(chromaticities) == 32:
        numbers = [value / 100_000 for value in struct.unpack(">8I", chromaticities)]
        told = Primaries(*((numbers[at], numbers[at + 1]) for at in (0, 2, 4, 6)))
        if not _are_close(told, SRGB_PRIMARIES):
            primaries = told
    exponent = 0.0
    if len(gamma) == 4:
        (exponent,) = struct.unpack(">I", gamma)
        exponent /= 100_000
        if not 0.01 <= exponent <= 10:
            return ToldColours(notes=("the gAMA chunk is damaged and is not used",))
        if primaries != SRGB_PRIMARIES or abs(exponent * 2.2 - 1) > _GAMMA_STEP:
            curve = Curve(1 / exponent)
    try:
        profile = profile_of(f"PNG, gamma {exponent:g}" if exponent else "PNG", primaries, curve, grey=grey)
    except ValueError:
        return ToldColours(notes=("the cHRM chunk is damaged; the colours are taken as sRGB",))
    return ToldColours(profile)


def told_by_tiff(white: object, primaries: object, *, grey: bool) -> ToldColours:
    """Return the colours that the tags WhitePoint and PrimaryChromaticities of a TIFF file tell.

    Both are as Pillow gives them, of any type where the file is damaged. Their curve is sRGB's:
    TransferFunction, which hardly any program writes, is passed over.
    """
    if not (isinstance(white, tuple) and isinstance(primaries, tuple)):
        return ToldColours()
    try:
        numbers = [float(value) for value in (*white, *primaries)]
    except (TypeError, ValueError):
        return ToldColours()
    if (len(white), len(primaries)) != (2, 6) or not all(map(isfinite, numbers)):
        return ToldColours()
    told = Primaries(*((numbers[at], numbers[at + 1]) for at in (0, 2, 4, 6)))
    if _are_close(told, SRGB_PRIMARIES):
        return ToldColours()
    try:
        return ToldColours(profile_of("TIFF primaries", told, SRGB_CURVE, grey=grey))
    except ValueError:
        return ToldColours(notes=("the primaries told by TIFF tags make no sense and are not used",))


def _are_close(one: Primaries, other: Primaries) -> bool:
    pairs = zip(chain(*astuple(one)), chain(*astuple(other)), strict=True)
    return all(abs(a - b) <= _CHROMATICITY_STEP for a, b in pairs)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks before the samples."""
    at = len(PNG)
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IDAT":
            return
        yield kind, data[at + 8 : at + 8 + length]
        at += 12 + length


def _told_by_heif(data: bytes, *, has_profile: bool, grey: bool, name: str) -> ToldColours:
    notes: tuple[str, ...] = ()
    meta = next((body for kind, body in boxes(data) if kind == b"meta"), b"")[4:]
    if any(kind in meta for kind in _HEIF_GAIN_MAPS):
        notes = (
            "the gain map for high dynamic range is dropped; the picture is the one for standard screens",
        )
    colours = next(
        (body for kind, body in primary_properties(meta) if kind == b"colr" and body[:4] == b"nclx"), b""
    )
    if len(colours) < 10 or has_profile:
        return ToldColours(notes=notes)
    primaries, transfer = struct.unpack_from(">HH", colours, 4)
    profile, told = CodePoints(primaries, transfer).icc_profile(grey=grey, name=name)
    return ToldColours(profile, notes=notes + told)


def _told_by_jp2(data: bytes, *, grey: bool, name: str) -> ToldColours:
    header = next((body for kind, body in boxes(data) if kind == b"jp2h"), b"")
    for kind, body in boxes(header):
        if kind != b"colr" or len(body) < 7:
            continue
        method = body[0]
        if method in (2, 3):  # a restricted or any ICC profile
            return ToldColours(body[3:])
        if method == 5 and len(body) >= 9:
            profile, notes = CodePoints(*struct.unpack_from(">HH", body, 3)).icc_profile(grey=grey, name=name)
            return ToldColours(profile, notes=notes)
        (space,) = struct.unpack_from(">I", body, 3)
        if method == 1 and space in _JP2_COLOURS:
            raise UnsupportedImageError(
                f"{name}: JPEG 2000 of {_JP2_COLOURS[space]} colour; convert it to RGB first"
            )
    return ToldColours()
