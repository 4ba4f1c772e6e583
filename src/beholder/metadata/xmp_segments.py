"""An XMP packet as APP1 segments of a JPEG file; one beyond 64 KiB as a main and an extended packet.

Source: Adobe XMP specification part 3, 1.1.3 and 1.1.3.1.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Sequence
from typing import NamedTuple

from beholder.metadata.jpeg_header import APP1, Segment
from beholder.metadata.jpeg_trailer import holds_jpeg
from beholder.metadata.xmp import DAMAGED_XMP, REMOVED_REFERENCES, References, references

XMP_PREFIX = b"http://ns.adobe.com/xap/1.0/\x00"
EXTENDED_XMP_PREFIX = b"http://ns.adobe.com/xmp/extension/\x00"
# These sizes are the specification's.
_MAX_PACKET = 65502
_EXTENDED_CHUNK = 65400
_GUID_BYTES = 32
_CHUNK_START = len(EXTENDED_XMP_PREFIX) + _GUID_BYTES + 8


def xmp_segments(packet: bytes) -> list[Segment]:
    """Return one segment, or a main packet that names the extended one by its MD5 and the chunks of that."""
    if len(packet) <= _MAX_PACKET:
        return [Segment(APP1, XMP_PREFIX + packet)]
    extended = re.sub(rb"<\?xpacket[^?]*+\?>", b"", packet).strip()
    guid = _guid(extended)
    main = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:xmpNote="http://ns.adobe.com/xmp/note/"'
        b' xmpNote:HasExtendedXMP="' + guid + b'"/></rdf:RDF></x:xmpmeta>'
    )
    return [Segment(APP1, XMP_PREFIX + main), *_extended_segments(extended)]


class Xmp(NamedTuple):
    """The XMP of a JPEG file, fit for what stands behind the picture.

    Attributes:
        main: The packet.
        further: Segments of all other packets, extended XMP included; None when those of the file can stay.
        losses: What cannot be carried over, one sentence each.
        notes: What else changes, one sentence each.
    """

    main: bytes | None
    further: tuple[Segment, ...] | None = None
    losses: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_xmp(segments: Sequence[Segment], extended_segments: Sequence[Segment], trailer: bytes) -> Xmp:
    """Return the XMP of these segments, less what it says of data that are not in the trailer.

    Args:
        segments: Of whole packets, the main one first.
        extended_segments: Of extended XMP.
        trailer: What stands behind EOI.
    """
    packets = [segment.payload[len(XMP_PREFIX) :] for segment in segments]
    if not packets:
        return Xmp(None)
    extended = _join_extended(extended_segments)
    found = [references(packet) for packet in packets]
    found_extended = references(extended) if extended else None
    named = [entry for entry in (*found, found_extended) if entry is not None]
    if all(_is_there(entry, trailer) for entry in named):
        return Xmp(packets[0] if found[0] is None else found[0].kept)
    main, *further = [
        packet if entry is None else entry.without for packet, entry in zip(packets, found, strict=True)
    ]
    if found_extended is not None and main is not None:
        main, extended_segments = _replace_extended(main, extended_segments, found_extended.without)
    damaged = any(entry.damaged for entry in named)
    return Xmp(
        main,
        further=(
            *(Segment(APP1, XMP_PREFIX + packet) for packet in further if packet is not None),
            *extended_segments,
        ),
        losses=(DAMAGED_XMP,) if damaged else (),
        notes=(REMOVED_REFERENCES,) if not all(entry.damaged for entry in named) else (),
    )


def _is_there(entry: References, trailer: bytes) -> bool:
    if not trailer or entry.length > len(trailer):
        return False
    return holds_jpeg(trailer) or not entry.gain_map


def _join_extended(segments: Sequence[Segment]) -> bytes | None:
    """Return the packet of extended XMP segments; None when it is not one packet, whole and in order."""
    parts = [segment.payload for segment in segments]
    guids = {part[len(EXTENDED_XMP_PREFIX) :][:_GUID_BYTES] for part in parts}
    packet = b"".join(part[_CHUNK_START:] for part in parts)
    expected, start = [], 0
    for part in parts:
        expected.append(struct.pack(">II", len(packet), start))
        start += len(part) - _CHUNK_START
    places = [part[_CHUNK_START - 8 : _CHUNK_START] for part in parts]
    return packet if len(guids) == 1 and places == expected else None


def _replace_extended(
    main: bytes, segments: Sequence[Segment], packet: bytes | None
) -> tuple[bytes, Sequence[Segment]]:
    """Return a main packet that names another extended packet, and the segments of that one.

    Args:
        main: Names the extended packet of `segments`.
        segments: Of the extended packet until now.
        packet: The extended packet from now on; None for none.
    """
    old = segments[0].payload[len(EXTENDED_XMP_PREFIX) :][:_GUID_BYTES]
    if packet is not None:
        return main.replace(old, _guid(packet)), _extended_segments(packet)
    attribute = rb"(?<!\s)\s++[^\s=<>:]++:HasExtendedXMP\s*+=\s*+[\"']" + re.escape(old) + rb"[\"']"
    return re.sub(attribute, b"", main), ()


def _guid(packet: bytes) -> bytes:
    return hashlib.md5(packet, usedforsecurity=False).hexdigest().upper().encode("ascii")


def _extended_segments(packet: bytes) -> list[Segment]:
    segments = []
    for start in range(0, len(packet), _EXTENDED_CHUNK):
        place = _guid(packet) + struct.pack(">II", len(packet), start)
        chunk = packet[start : start + _EXTENDED_CHUNK]
        segments.append(Segment(APP1, EXTENDED_XMP_PREFIX + place + chunk))
    return segments
