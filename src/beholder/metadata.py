"""What a picture file says about its pixels: profile, EXIF, XMP, density; and JPEG segments for it.

Sources: EXIF 2.32 (4.7.2), ICC.1:2022 (B.4), Adobe XMP specification part 3 (1.1.3, 1.1.3.1), JFIF 1.02.
"""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass

from beholder.errors import UnsupportedImageError
from beholder.jpeg_header import (
    APP0,
    APP1,
    APP2,
    APP11,
    APP14,
    APP15,
    COM,
    MAX_SEGMENT_PAYLOAD,
    SOI,
    JpegHeader,
    Segment,
)

EXIF_PREFIX = b"Exif\x00\x00"
_ICC_PREFIX = b"ICC_PROFILE\x00"
_XMP_PREFIX = b"http://ns.adobe.com/xap/1.0/\x00"
_EXTENDED_XMP_PREFIX = b"http://ns.adobe.com/xmp/extension/\x00"
_ICC_CHUNK = MAX_SEGMENT_PAYLOAD - len(_ICC_PREFIX) - 2
_EXTENDED_XMP_CHUNK = 65400  # what the XMP specification advises
_ORIENTATION_TAG = 0x0112

_KINDS = (
    (APP0, b"JFIF\x00", "jfif"),
    (APP0, b"JFXX\x00", "thumbnail"),
    (APP1, EXIF_PREFIX, "exif"),
    (APP1, _XMP_PREFIX, "xmp"),
    (APP2, _ICC_PREFIX, "icc"),
    (APP2, b"MPF\x00", "mpf"),
    (APP11, b"JP", "jumbf"),
    (APP14, b"Adobe", "adobe"),
)
_KIND_WORDS = {
    "jfif": "JFIF",
    "thumbnail": "JFIF thumbnail",
    "exif": "EXIF",
    "xmp": "XMP",
    "icc": "ICC profile",
    "mpf": "MPF (further pictures)",
    "jumbf": "JUMBF (content credentials)",
    "adobe": "Adobe",
}
_DROPPED = {
    "thumbnail": "the JFIF thumbnail is dropped",
    "mpf": "further pictures in the file (MPF: preview, depth or gain map) are dropped",
    "jumbf": "content credentials (JUMBF) sign the old bytes and are dropped",
}


@dataclass(frozen=True)
class Density:
    """Pixels a unit of length: unit 0 is an aspect ratio only, 1 dots an inch, 2 dots a centimetre."""

    unit: int
    x: int
    y: int


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What stands beside the pixels.

    Attributes:
        icc_profile: The colour profile; without one the pixels are sRGB.
        exif: A TIFF stream, without the ``Exif`` prefix that JPEG puts before it.
        xmp: A serialised XMP packet.
        density: Of a JFIF header.
        other_segments: Whole JPEG segments of a JPEG source to carry over as they are (IPTC, extended XMP,
            comments).
    """

    icc_profile: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    density: Density | None = None
    other_segments: tuple[Segment, ...] = ()

    @property
    def orientation(self) -> int:
        """The EXIF orientation, 1..8; 1 (upright) where nothing valid is said."""
        return 1 if self.exif is None else _read_orientation(self.exif)

    def stripped(self) -> Metadata:
        """Only what changes how the picture looks: profile, orientation and density."""
        exif = _orientation_exif(self.orientation) if self.orientation != 1 else None
        return Metadata(icc_profile=self.icc_profile, exif=exif, density=self.density)


def marker_segments(metadata: Metadata) -> tuple[Segment, ...]:
    """JPEG segments that hold the metadata, to stand after SOI and the JFIF header (which is not among them).

    EXIF comes first, as its standard asks; XMP beyond one segment becomes extended XMP.

    Raises:
        UnsupportedImageError: EXIF or a profile too large for any JPEG; what `read_picture` gives never is.
    """
    if problem := exif_problem(metadata.exif) or icc_problem(metadata.icc_profile):
        raise UnsupportedImageError(problem)
    segments: list[Segment] = []
    if metadata.exif is not None:
        segments.append(Segment(APP1, EXIF_PREFIX + metadata.exif))
    if metadata.xmp is not None:
        segments += _xmp_segments(metadata.xmp)
    if metadata.icc_profile is not None:
        segments += _icc_segments(metadata.icc_profile)
    segments += metadata.other_segments
    return tuple(segments)


def exif_problem(exif: bytes | None) -> str | None:
    """Why no JPEG can hold the EXIF stream; nothing where one can."""
    room = MAX_SEGMENT_PAYLOAD - len(EXIF_PREFIX)
    if exif is None or len(exif) <= room:
        return None
    return f"EXIF of {len(exif)} bytes does not fit a JPEG segment ({room} at most)"


def icc_problem(icc_profile: bytes | None) -> str | None:
    """Why no JPEG can hold the profile; nothing where one can."""
    room = 255 * _ICC_CHUNK
    if icc_profile is None or len(icc_profile) <= room:
        return None
    return f"ICC profile of {len(icc_profile)} bytes does not fit 255 JPEG segments ({room} at most)"


def metadata_of_jpeg(header: JpegHeader) -> tuple[Metadata, tuple[str, ...]]:
    """The metadata of a JPEG file, and notes on what cannot be carried over.

    JFIF and Adobe headers belong to the coding and are the encoder's to write. A list of further pictures
    (MPF) and signed content credentials (C2PA) would be wrong beside new bytes.
    """
    found: dict[str, list[Segment]] = {}
    for segment in header.segments:
        found.setdefault(_kind(segment), []).append(segment)
    exif, *further_exif = found.get("exif", [None])
    xmp, *further_xmp = found.get("xmp", [None])
    icc_profile = _join_icc(found.get("icc", []))
    notes = [note for kind, note in _DROPPED.items() if kind in found]
    if "icc" in found and icc_profile is None:
        notes.append("the ICC profile is incomplete and is dropped")
    others = {id(segment) for segment in (*found.get("other", []), *further_exif, *further_xmp)}
    metadata = Metadata(
        icc_profile=icc_profile,
        exif=None if exif is None else exif.payload[len(EXIF_PREFIX) :],
        xmp=None if xmp is None else xmp.payload[len(_XMP_PREFIX) :],
        density=_jfif_density(found["jfif"][0].payload) if "jfif" in found else None,
        other_segments=tuple(segment for segment in header.segments if id(segment) in others),
    )
    return metadata, tuple(notes)


def strip_jpeg(data: bytes, header: JpegHeader) -> bytes:
    """The JPEG file with no more metadata than `Metadata.stripped` leaves; the picture stays as it is."""
    metadata, _ = metadata_of_jpeg(header)
    jfif = [segment for segment in header.segments if _kind(segment) == "jfif"]
    coding = [segment for segment in header.segments if _kind(segment) in ("adobe", "coding")]
    segments = (*jfif, *marker_segments(metadata.stripped()), *coding)
    return SOI + b"".join(segment.to_bytes() for segment in segments) + data[header.scan_offset :]


def describe_segment(segment: Segment) -> str | None:
    """What an APPn or comment segment holds, for people; nothing for tables and frames."""
    kind = _kind(segment)
    if kind == "coding":
        return None
    if kind == "other":
        return "comment" if segment.marker == COM else f"APP{segment.marker - APP0}"
    return _KIND_WORDS[kind]


def _kind(segment: Segment) -> str:
    """What a segment holds; ``coding`` for tables and frames, ``other`` for any other APPn or comment."""
    if segment.marker != COM and not APP0 <= segment.marker <= APP15:
        return "coding"
    for marker, prefix, kind in _KINDS:
        if segment.marker == marker and segment.payload.startswith(prefix):
            return kind
    return "other"


def is_exif(data: bytes) -> bool:
    """Whether `data` is a TIFF stream, as EXIF is."""
    return data[:4] in (b"II*\x00", b"MM\x00*")


def _jfif_density(payload: bytes) -> Density | None:
    if len(payload) < 12 or not payload.startswith(b"JFIF\x00"):
        return None
    unit, x, y = struct.unpack_from(">BHH", payload, 7)
    return Density(unit, x, y) if unit <= 2 and x > 0 and y > 0 else None


def _join_icc(segments: list[Segment]) -> bytes | None:
    """The profile from its numbered chunks, or nothing when one is missing or its own size disagrees."""
    start = len(_ICC_PREFIX) + 2
    chunks = {
        segment.payload[start - 2]: segment.payload[start:]
        for segment in segments
        if len(segment.payload) > start
    }
    if not chunks or sorted(chunks) != list(range(1, len(chunks) + 1)):
        return None
    profile = b"".join(chunks[number] for number in sorted(chunks))
    size = int.from_bytes(profile[:4], "big")  # ICC.1, 7.2.2
    return profile if len(profile) >= 128 and size == len(profile) else None


def _icc_segments(profile: bytes) -> list[Segment]:
    chunks = [profile[start : start + _ICC_CHUNK] for start in range(0, len(profile), _ICC_CHUNK)]
    return [
        Segment(APP2, _ICC_PREFIX + bytes((number, len(chunks))) + chunk)
        for number, chunk in enumerate(chunks, 1)
    ]


def _xmp_segments(packet: bytes) -> list[Segment]:
    """One segment, or a main packet that names the extended one by its MD5 and the chunks of that."""
    if len(_XMP_PREFIX) + len(packet) <= MAX_SEGMENT_PAYLOAD:
        return [Segment(APP1, _XMP_PREFIX + packet)]
    extended = re.sub(rb"<\?xpacket.*?\?>", b"", packet, flags=re.DOTALL).strip()
    guid = hashlib.md5(extended, usedforsecurity=False).hexdigest().upper().encode("ascii")
    main = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:xmpNote="http://ns.adobe.com/xmp/note/"'
        b' xmpNote:HasExtendedXMP="' + guid + b'"/></rdf:RDF></x:xmpmeta>'
    )
    segments = [Segment(APP1, _XMP_PREFIX + main)]
    for start in range(0, len(extended), _EXTENDED_XMP_CHUNK):
        place = guid + struct.pack(">II", len(extended), start)
        chunk = extended[start : start + _EXTENDED_XMP_CHUNK]
        segments.append(Segment(APP1, _EXTENDED_XMP_PREFIX + place + chunk))
    return segments


def _read_orientation(exif: bytes) -> int:
    """Tag 0x0112 of IFD0 (EXIF 4.6.2), 1 when it is absent or broken."""
    if not is_exif(exif):
        return 1
    order = "<" if exif.startswith(b"II") else ">"
    try:
        (directory,) = struct.unpack_from(order + "I", exif, 4)
        (entries,) = struct.unpack_from(order + "H", exif, directory)
        for index in range(entries):
            tag, kind, count, value = struct.unpack_from(order + "HHIH", exif, directory + 2 + 12 * index)
            if tag == _ORIENTATION_TAG:
                return int(value) if (kind, count) == (3, 1) and 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def _orientation_exif(orientation: int) -> bytes:
    """A TIFF stream whose only entry is the orientation."""
    entry = struct.pack(">HHIHH", _ORIENTATION_TAG, 3, 1, orientation, 0)
    return b"MM\x00*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
