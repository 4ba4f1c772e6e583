"""The metadata of JPEG files: out of their segments and of what stands behind EOI, and back into a new file.

Nothing is dropped without a note. What stays true beside new coding is carried over, further pictures and
videos behind EOI included; the places by which an index (MPF) or XMP name these are made right again.

Sources: EXIF 2.32 (4.5.4), JFIF 1.02, CIPA DC-007 (MPF), ISO 19566-5 (JUMBF), ISO 18477-1 (JPEG XT), ISO
21496-1 (gain maps).
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from beholder.errors import UnsupportedImageError
from beholder.metadata.icc_segments import icc_segments, join_icc
from beholder.metadata.jpeg_header import (
    APP0,
    APP1,
    APP2,
    APP11,
    APP14,
    APP15,
    COM,
    EOI,
    SOI,
    JpegHeader,
    Segment,
    is_coding,
    walk_placed_segments,
)
from beholder.metadata.jpeg_trailer import ISO_GAIN_MAP, describe_trailer, holds_jpeg, is_padding
from beholder.metadata.metadata import EXIF_PREFIX, ICC_PREFIX, Density, Metadata, exif_problem, icc_problem
from beholder.metadata.multi_picture import MPF_PREFIX, MultiPictureIndex, read_index
from beholder.metadata.xmp_segments import EXTENDED_XMP_PREFIX, XMP_PREFIX, read_xmp, xmp_segments

_KINDS = (
    (APP0, b"JFIF\x00", "jfif"),
    (APP0, b"JFXX\x00", "thumbnail"),
    (APP1, EXIF_PREFIX, "exif"),
    (APP1, XMP_PREFIX, "xmp"),
    (APP1, EXTENDED_XMP_PREFIX, "extended_xmp"),
    (APP2, ICC_PREFIX, "icc"),
    (APP2, MPF_PREFIX, "mpf"),
    (APP2, ISO_GAIN_MAP + b"\x00", "gain_map"),
    (APP14, b"Adobe", "adobe"),
)
_KIND_WORDS = {
    "jfif": "JFIF",
    "thumbnail": "JFIF thumbnail",
    "exif": "EXIF",
    "xmp": "XMP",
    "extended_xmp": "extended XMP",
    "icc": "ICC profile",
    "mpf": "MPF (further pictures)",
    "gain_map": "gain map version (ISO 21496-1)",
    "jumbf": "JUMBF (content credentials)",
    "jpeg_xt": "JPEG XT boxes",
    "adobe": "Adobe",
    "reserved": "reserved marker",
}
_DROPPED = {
    "thumbnail": "the JFIF thumbnail is dropped",
    "jumbf": "content credentials (JUMBF) sign the old bytes and are dropped",
    "jpeg_xt": "JPEG XT boxes extend the old samples and are dropped",
}
_JFIF_BYTES = 14  # without a thumbnail
_ADOBE_BYTES = 12
_BOX_TYPE_AT = 12  # behind JP, box instance, packet number and length (ISO 18477-3, A.3)


class JpegMetadata(NamedTuple):
    """What a JPEG file holds beside its picture.

    Attributes:
        metadata: What can be carried over.
        losses: What cannot be, one sentence each.
        notes: What else changes, one sentence each; no data are lost by it.
    """

    metadata: Metadata
    losses: tuple[str, ...]
    notes: tuple[str, ...]


def metadata_of_jpeg(header: JpegHeader) -> JpegMetadata:
    """Return the metadata of a JPEG file.

    JFIF and Adobe headers belong to the coding and are the encoder's to write.
    """
    segments: dict[str, list[Segment]] = {}
    for segment in header.segments:
        segments.setdefault(_kind(segment), []).append(segment)
    trailer = b"" if is_padding(header.trailer) else header.trailer
    profile, icc_loss = join_icc(segments["icc"]) if "icc" in segments else (None, None)
    xmp = read_xmp(segments.get("xmp", []), segments.get("extended_xmp", []), trailer)
    index, notes = _read_index(header, trailer)
    if header.trailer and not trailer:
        notes.append(f"{len(header.trailer)} bytes of padding behind the picture are dropped")
    carried = {"exif", "xmp", "extended_xmp", "gain_map", "other"}
    if "gain_map" in segments and not holds_jpeg(trailer):
        carried.remove("gain_map")
        notes.append("the version of a gain map (ISO 21496-1) which is not in the file is dropped")
    if xmp.further is not None:
        carried -= {"xmp", "extended_xmp"}
    firsts = [group[0] for kind, group in segments.items() if kind in ("exif", "xmp")]
    others = [s for s in header.segments if _kind(s) in carried and not any(s is first for first in firsts)]
    exif = segments["exif"][0].payload[len(EXIF_PREFIX) :] if "exif" in segments else None
    metadata = Metadata(
        icc_profile=profile,
        exif=exif,
        xmp=xmp.main,
        density=_jfif_density(header),
        other_segments=(*(xmp.further or ()), *others),
        late_segments=tuple(s for s in header.late_segments if _kind(s) not in (*_DROPPED, "mpf")),
        trailer=trailer,
        index=index,
    )
    losses = (*_dropped(header), *((icc_loss,) if icc_loss else ()), *xmp.losses)
    return JpegMetadata(metadata, losses, (*notes, *xmp.notes))


def marker_segments(metadata: Metadata) -> tuple[Segment, ...]:
    """Return the segments that hold the metadata, to stand behind SOI and the JFIF header.

    EXIF comes first, as its standard asks; XMP beyond one segment becomes extended XMP. The index of further
    pictures is as it was in the source: `complete_jpeg` makes it right.

    Raises:
        UnsupportedImageError: EXIF or a profile too large for any JPEG; what `read_picture` gives never is.
    """
    if problem := exif_problem(metadata.exif) or icc_problem(metadata.icc_profile):
        raise UnsupportedImageError(problem)
    segments: list[Segment] = []
    if metadata.exif is not None:
        segments.append(Segment(APP1, EXIF_PREFIX + metadata.exif))
    # What is too long for one segment goes on in the next.
    segments += [segment for segment in metadata.other_segments if _kind(segment) == "exif"]
    if metadata.index is not None:  # behind EXIF, as CIPA DC-007 asks
        segments.append(Segment(APP2, metadata.index.payload))
    if metadata.xmp is not None:
        segments += xmp_segments(metadata.xmp)
    if metadata.icc_profile is not None:
        segments += icc_segments(metadata.icc_profile)
    segments += [segment for segment in metadata.other_segments if _kind(segment) != "exif"]
    return tuple(segments)


def complete_jpeg(jpeg: bytes, metadata: Metadata) -> bytes:
    """Return a file that was written with `marker_segments`, with what stands elsewhere added.

    Late segments come before EOI, the trailer behind it, and the index of further pictures names their new
    places.
    """
    if not metadata.late_segments and not metadata.trailer:
        return jpeg
    late = b"".join(segment.to_bytes() for segment in metadata.late_segments)
    picture = jpeg.removesuffix(EOI) + late + EOI
    if metadata.index is not None:
        placed = next(
            placed
            for placed in walk_placed_segments(jpeg, "result")
            if placed.segment == Segment(APP2, metadata.index.payload)
        )
        new = Segment(APP2, metadata.index.payload_at(placed.offset + 4, len(picture)))
        picture = picture[: placed.offset] + new.to_bytes() + picture[placed.end :]
    return picture + metadata.trailer


def notes_on_kept(metadata: Metadata) -> tuple[str, ...]:
    """Return what is carried over that readers may not expect, one sentence each."""
    notes = []
    if metadata.late_segments:
        kinds = ", ".join(dict.fromkeys(describe_segment(s) or "" for s in metadata.late_segments))
        notes.append(f"segments behind the first scan are kept there, where few programs look ({kinds})")
    if metadata.trailer:
        notes.append(f"behind the picture {describe_trailer(metadata.trailer)} are kept as they are")
    return tuple(notes)


def notes_on_dropped(metadata: Metadata) -> tuple[str, ...]:
    """Return what a format that holds profile, EXIF and XMP alone drops, one sentence each."""
    notes = []
    if segments := metadata.other_segments + metadata.late_segments:
        kinds = ", ".join(dict.fromkeys(describe_segment(s) or "" for s in segments))
        notes.append(f"further metadata segments are dropped ({kinds})")
    if metadata.trailer:
        notes.append(f"behind the picture {describe_trailer(metadata.trailer)} are dropped")
    return tuple(notes)


def strip_jpeg(data: bytes, header: JpegHeader) -> bytes:
    """Return the JPEG file with the metadata that `Metadata.stripped` leaves; the picture stays as it is."""
    metadata = metadata_of_jpeg(header).metadata.stripped()
    jfif = [Segment(APP0, s.payload[: _JFIF_BYTES - 2] + bytes(2)) for s in _jfif_segments(header)]
    adobe = [Segment(APP14, s.payload[:_ADOBE_BYTES]) for s in header.segments if _kind(s) == "adobe"]
    coding = [segment for segment in header.segments if is_coding(segment.marker)]
    segments = (*jfif[-1:], *marker_segments(metadata), *adobe, *coding)
    scans, position = [], header.scan_offset
    for late in header.placed_late_segments:
        scans.append(data[position : late.offset])
        position = late.end
    scans.append(data[position : header.end].removesuffix(EOI))
    return SOI + b"".join(segment.to_bytes() for segment in segments) + b"".join(scans) + EOI


def describe_segment(segment: Segment) -> str | None:
    """Return what an APPn or comment segment holds, for people; None for tables and frames."""
    kind = _kind(segment)
    if kind == "coding":
        return None
    if kind == "other":
        return "comment" if segment.marker == COM else f"APP{segment.marker - APP0}"
    return _KIND_WORDS[kind]


def _kind(segment: Segment) -> str:
    """Return what a segment holds; ``coding`` for tables and frames, ``other`` for comments and others."""
    if is_coding(segment.marker):
        return "coding"
    if segment.marker != COM and not APP0 <= segment.marker <= APP15:
        return "reserved"
    for marker, prefix, kind in _KINDS:
        if segment.marker == marker and segment.payload.startswith(prefix):
            return kind
    if segment.marker == APP11 and segment.payload.startswith(b"JP"):
        box = segment.payload[_BOX_TYPE_AT : _BOX_TYPE_AT + 4]
        return "jumbf" if box in (b"jumb", b"") else "jpeg_xt"
    return "other"


def _dropped(header: JpegHeader) -> tuple[str, ...]:
    """Return what of a file's segments is not carried over, one sentence each."""
    segments = header.segments + header.late_segments
    kinds = {"thumbnail" if _has_thumbnail(segment) else _kind(segment) for segment in segments}
    return tuple(loss for kind, loss in _DROPPED.items() if kind in kinds)


def _has_thumbnail(segment: Segment) -> bool:
    return _kind(segment) == "jfif" and len(segment.payload) > _JFIF_BYTES


def _read_index(header: JpegHeader, trailer: bytes) -> tuple[MultiPictureIndex | None, list[str]]:
    """Return the index of further pictures, None when it names none that is there, and notes."""
    found = [placed for placed in header.placed_segments if _kind(placed.segment) == "mpf"]
    late = any(_kind(segment) == "mpf" for segment in header.late_segments)
    if not found and not late:
        return None, []
    for placed in found[:1]:
        index = read_index(placed.segment.payload, placed.offset + 4, header.end, trailer)
        if index is not None:
            return index, []
    return None, ["the index of further pictures (MPF) names no picture in the file and is dropped"]


def _jfif_segments(header: JpegHeader) -> list[Segment]:
    """Return the JFIF segments that libjpeg takes as such, of which the last counts (jdmarker.c)."""
    return [s for s in header.segments if _kind(s) == "jfif" and len(s.payload) >= _JFIF_BYTES]


def _jfif_density(header: JpegHeader) -> Density | None:
    for segment in _jfif_segments(header)[-1:]:
        unit, x, y = struct.unpack_from(">BHH", segment.payload, 7)
        if unit <= 2 and x > 0 and y > 0:
            return Density(unit, x, y)
    return None
