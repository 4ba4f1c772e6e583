"""What a picture file says about its pixels: profile, EXIF, XMP, density; and data behind the picture.

Sources: EXIF 2.32 (4.6.2, 4.7.2), ICC.1:2022 (B.4), JFIF 1.02.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from beholder.metadata.jpeg_header import MAX_SEGMENT_PAYLOAD, Segment
from beholder.metadata.multi_picture import MultiPictureIndex
from beholder.metadata.xmp import references

EXIF_PREFIX = b"Exif\x00\x00"
ICC_PREFIX = b"ICC_PROFILE\x00"
ICC_CHUNK = MAX_SEGMENT_PAYLOAD - len(ICC_PREFIX) - 2
_ORIENTATION_TAG = 0x0112
_WHOLE_NUMBERS = {3: "H", 4: "I"}  # SHORT and LONG of TIFF, as struct names them


@dataclass(frozen=True)
class Density:
    """Pixels a unit of length: unit 0 is an aspect ratio only, 1 dots an inch, 2 dots a centimetre."""

    unit: int
    x: int
    y: int


@dataclass(frozen=True, kw_only=True, repr=False)
class Metadata:
    """What stands beside the pixels.

    Attributes:
        icc_profile: The colour profile; without one the pixels are sRGB.
        exif: A TIFF stream, without the ``Exif`` prefix that JPEG puts before it.
        xmp: A serialised XMP packet.
        density: Of a JFIF header.
        other_segments: Whole JPEG segments of a JPEG source to carry over as they are (IPTC, extended XMP,
            comments).
        late_segments: Those that stand behind its first scan, where most programs do not look.
        trailer: What stands behind its EOI: further pictures, a video, a vendor's trailer.
        index: Of further pictures in the trailer (MPF).
    """

    icc_profile: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    density: Density | None = None
    other_segments: tuple[Segment, ...] = ()
    late_segments: tuple[Segment, ...] = ()
    trailer: bytes = b""
    index: MultiPictureIndex | None = None

    def __repr__(self) -> str:
        """Return a line for people: what there is and how large, without the bytes."""
        sizes = [("ICC", self.icc_profile), ("EXIF", self.exif), ("XMP", self.xmp), ("trailer", self.trailer)]
        told = [f"{kind} {len(data)} bytes" for kind, data in sizes if data]
        if self.orientation != 1:
            told.append(f"orientation {self.orientation}")
        if self.density is not None:
            told.append(f"density {self.density.x}x{self.density.y}")
        if segments := len(self.other_segments) + len(self.late_segments):
            told.append(f"{segments} further segments")
        return f"Metadata({', '.join(told)})"

    @property
    def orientation(self) -> int:
        """The EXIF orientation, 1..8; 1 (upright) where nothing valid is said."""
        return 1 if self.exif is None else _read_orientation(self.exif)

    def beside_pixels(self) -> Metadata:
        """Return what any picture format can hold; XMP no longer names data behind the picture."""
        xmp = None if self.xmp is None else xmp_without_references(self.xmp)
        return Metadata(icc_profile=self.icc_profile, exif=self.exif, xmp=xmp, density=self.density)

    def stripped(self) -> Metadata:
        """Return only what changes how the picture looks: profile, orientation and density."""
        exif = _orientation_exif(self.orientation) if self.orientation != 1 else None
        return Metadata(icc_profile=self.icc_profile, exif=exif, density=self.density)


def xmp_without_references(xmp: bytes) -> bytes | None:
    """Return the packet less the entries that name data behind a picture; None when nothing else is in it."""
    found = references(xmp)
    return xmp if found is None else found.without


def exif_problem(exif: bytes | None) -> str | None:
    """Return why no JPEG can hold the EXIF stream; None when one can."""
    room = MAX_SEGMENT_PAYLOAD - len(EXIF_PREFIX)
    if exif is None or len(exif) <= room:
        return None
    return f"EXIF of {len(exif)} bytes does not fit ({room} at most)"


def icc_problem(icc_profile: bytes | None) -> str | None:
    """Return why no JPEG can hold the profile; None when one can."""
    room = 255 * ICC_CHUNK
    if icc_profile is None or len(icc_profile) <= room:
        return None
    return f"ICC profile of {len(icc_profile)} bytes does not fit ({room} at most)"


def is_exif(data: bytes) -> bool:
    """Return whether `data` is a TIFF stream, as EXIF is."""
    return data[:4] in (b"II*\x00", b"MM\x00*")


def _read_orientation(exif: bytes) -> int:
    """Tag 0x0112 of IFD0 (EXIF 4.6.2), 1 when it is absent or broken."""
    if not is_exif(exif):
        return 1
    order = "<" if exif.startswith(b"II") else ">"
    try:
        (directory,) = struct.unpack_from(order + "I", exif, 4)
        (entries,) = struct.unpack_from(order + "H", exif, directory)
        for index in range(entries):
            entry = directory + 2 + 12 * index
            tag, kind, count = struct.unpack_from(order + "HHI", exif, entry)
            if tag == _ORIENTATION_TAG:
                # SHORT by the standard; some programs write LONG, which most readers take.
                if count != 1 or kind not in _WHOLE_NUMBERS:
                    return 1
                (value,) = struct.unpack_from(order + _WHOLE_NUMBERS[kind], exif, entry + 8)
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def _orientation_exif(orientation: int) -> bytes:
    """A TIFF stream whose only entry is the orientation."""
    entry = struct.pack(">HHIHH", _ORIENTATION_TAG, 3, 1, orientation, 0)
    return b"MM\x00*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
