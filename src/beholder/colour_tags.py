"""Where picture files tell their colours other than by an ICC profile that Pillow finds.

PNG has chunks for them (cICP, gAMA, cHRM, sRGB); AVIF, HEIC and JPEG 2000 have ``colr`` boxes.

Sources: PNG (third edition), 11.3.2 and 4.3 (which chunk counts); ISO/IEC 14496-12, 12.1.5 (``colr``); ISO/IEC
23008-12, 6 (items and properties); ISO/IEC 15444-1, I.5.3.3.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from beholder.code_points import SRGB_CURVE, SRGB_PRIMARIES, CodePoints, profile_of
from beholder.errors import UnsupportedImageError
from beholder.icc_profile import Curve, Primaries

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHROMATICITY_STEP = 0.002  # files round to 2 to 5 places
_GAMMA_STEP = 0.05  # relative, around 1/2.2; as libpng's PNG_GAMMA_THRESHOLD
_JP2_COLOURS = {12: "CMYK", 14: "L*a*b*", 13: "YCCK", 19: "L*a*b*"}
_GAIN_MAPS = (b"tmap", b"urn:com:apple:photo:2020:aux:hdrgainmap", b"urn:iso:std:iso:ts:21496:-1")


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


def told_colours(data: bytes, *, has_profile: bool, grey: bool, name: str) -> ToldColours:
    """Return the colours that a file tells outside the ICC profile that Pillow finds.

    Args:
        data: Of the file, of any format.
        has_profile: Whether Pillow found a profile.
        grey: Whether the picture has one channel.
        name: What to call the picture in messages.

    Raises:
        UnsupportedImageError: High dynamic range (PQ, HLG), or colours that Pillow does not convert.
    """
    if data.startswith(_PNG_SIGNATURE):
        return _told_by_png(data, has_profile=has_profile, grey=grey, name=name)
    if data[4:8] == b"ftyp":
        return _told_by_heif(data, has_profile=has_profile, grey=grey, name=name)
    if data[4:8] == b"jP  ":
        return _told_by_jp2(data, grey=grey, name=name)
    return ToldColours()


def _told_by_png(data: bytes, *, has_profile: bool, grey: bool, name: str) -> ToldColours:
    chunks = dict(_png_chunks(data))
    if len(told := chunks.get(b"cICP", b"")) == 4:
        if told[2] != 0:
            return ToldColours(notes=("the cICP chunk is damaged and is not used",))
        if told[3] == 0:
            raise UnsupportedImageError(
                f"{name}: samples of video range (16 to 235), told by its cICP chunk; convert them to full range first"
            )
        profile, notes = CodePoints(told[0], told[1]).icc_profile(grey=grey, name=name)
        return ToldColours(profile, wins=True, notes=notes)
    if has_profile or b"sRGB" in chunks:
        return ToldColours()
    return _told_by_gamma(chunks.get(b"gAMA", b""), chunks.get(b"cHRM", b""), grey=grey)


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


def _are_close(one: Primaries, other: Primaries) -> bool:
    names = ("white", "red", "green", "blue")
    pairs = [(getattr(one, each), getattr(other, each)) for each in names]
    return all(
        abs(a - b) <= _CHROMATICITY_STEP
        for first, second in pairs
        for a, b in zip(first, second, strict=True)
    )


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks before the samples."""
    at = len(_PNG_SIGNATURE)
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IDAT":
            return
        yield kind, data[at + 8 : at + 8 + length]
        at += 12 + length


def _told_by_heif(data: bytes, *, has_profile: bool, grey: bool, name: str) -> ToldColours:
    notes: tuple[str, ...] = ()
    meta = next((body for kind, body in _boxes(data) if kind == b"meta"), b"")[4:]
    if any(kind in meta for kind in _GAIN_MAPS):
        notes = (
            "the gain map for high dynamic range is dropped; the picture is the one for standard screens",
        )
    colours = next(
        (body for kind, body in _primary_properties(meta) if kind == b"colr" and body[:4] == b"nclx"), b""
    )
    if len(colours) < 10 or has_profile:
        return ToldColours(notes=notes)
    primaries, transfer = struct.unpack_from(">HH", colours, 4)
    profile, told = CodePoints(primaries, transfer).icc_profile(grey=grey, name=name)
    return ToldColours(profile, notes=notes + told)


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The type and content of the boxes in a file or box; ends at the first that is cut off."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1 and at + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        size = size or len(data) - at
        if size < head:
            return
        yield kind, data[at + head : at + size]
        at += size


def _primary_properties(meta: bytes) -> list[tuple[bytes, bytes]]:
    """The properties of the primary item: those of others, such as the tone-mapped one of a gain map, do not count."""
    inside = dict(_boxes(meta))
    properties = dict(_boxes(inside.get(b"iprp", b"")))
    container = list(_boxes(properties.get(b"ipco", b"")))
    try:
        item_format = ">H" if inside.get(b"pitm", b"\0")[0] == 0 else ">I"
        (primary,) = struct.unpack_from(item_format, inside.get(b"pitm", b""), 4)
        numbers = _associations(properties.get(b"ipma", b"")).get(primary, [])
    except (struct.error, IndexError):
        return []
    return [container[number - 1] for number in numbers if 1 <= number <= len(container)]


def _associations(ipma: bytes) -> dict[int, list[int]]:
    """Numbers of the properties of each item, from 1 on."""
    version, wide = ipma[0], ipma[3] & 1
    (count,) = struct.unpack_from(">I", ipma, 4)
    at, found = 8, {}
    item_format = ">HB" if version < 1 else ">IB"
    for _ in range(count):
        item, properties = struct.unpack_from(item_format, ipma, at)
        at += struct.calcsize(item_format)
        numbers = struct.unpack_from(f">{properties}{'H' if wide else 'B'}", ipma, at)
        at += properties * (2 if wide else 1)
        found[item] = [number & (0x7FFF if wide else 0x7F) for number in numbers]
    return found


def _told_by_jp2(data: bytes, *, grey: bool, name: str) -> ToldColours:
    header = next((body for kind, body in _boxes(data) if kind == b"jp2h"), b"")
    for kind, body in _boxes(header):
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
