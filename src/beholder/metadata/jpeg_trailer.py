"""What stands behind the EOI marker of a JPEG file: further pictures, videos, vendors' trailers, padding.

Sources: ISO/IEC 14496-12, 4.3 (the box that MP4 and HEIF begin with); Samsung's trailer as ExifTool
documents it (a directory SEFH, its length and SEFT at the very end).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from beholder.errors import BeholderError
from beholder.metadata.jpeg_header import is_jpeg, read_jpeg_header

PNG = b"\x89PNG\r\n\x1a\n"
# Names under which Adobe, ISO 21496-1 and Apple keep gain maps for high dynamic range.
ISO_GAIN_MAP = b"urn:iso:std:iso:ts:21496:-1"
GAIN_MAPS = (
    b"http://ns.adobe.com/hdr-gain-map/1.0/",
    ISO_GAIN_MAP,
    b"urn:com:apple:photo:2020:aux:hdrgainmap",
)
_PICTURE_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"avif")
_SIGNATURES = (
    (b"PK\x03\x04", "ZIP archive"),
    (b"%PDF-", "PDF document"),
    (b"Rar!\x1a\x07", "RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "7z archive"),
    (PNG, "PNG picture"),
    (b"RIFF", "RIFF data"),
)
_MAX_PARTS = 16  # told apart; a hostile file could hold millions
# Behind the directory: its length in 4 bytes, and SEFT.
_SEF_END = 8
# Fill bytes and white space, which tell nothing.
_PADDING = b"\x00\xff \t\r\n"


@dataclass(frozen=True)
class TrailerPart:
    """A part of what stands behind EOI: what it is, and its size."""

    kind: str
    size_bytes: int


def is_padding(trailer: bytes) -> bool:
    """Return whether the bytes hold no data: zeros, fill bytes and white space alone."""
    return not trailer.strip(_PADDING)


def holds_jpeg(trailer: bytes) -> bool:
    """Return whether a JPEG file, as gain maps and further pictures are, begins somewhere in it."""
    return b"\xff\xd8\xff" in trailer


def describe_trailer(trailer: bytes) -> str:
    """Return what the bytes are, for people: ``4000 bytes (MP4 video)``."""
    kinds = dict.fromkeys(part.kind for part in trailer_parts(trailer))
    return f"{len(trailer)} bytes ({', '.join(kinds)})"


def trailer_parts(trailer: bytes) -> tuple[TrailerPart, ...]:
    """Return the parts of what stands behind EOI, in order."""
    end = _samsung_start(trailer)
    parts = list(_parts(trailer[:end]))
    if end < len(trailer):
        kind = "Samsung trailer with a video" if b"MotionPhoto_Data" in trailer[end:] else "Samsung trailer"
        parts.append(TrailerPart(kind, len(trailer) - end))
    return tuple(parts)


def _parts(data: bytes) -> Iterator[TrailerPart]:
    for _ in range(_MAX_PARTS):
        if not data:
            return
        kind, size = ("padding", len(data)) if is_padding(data) else _first_part(data)
        yield TrailerPart(kind, size)
        data = data[size:]
    if data:
        yield TrailerPart("further data", len(data))


def _first_part(data: bytes) -> tuple[str, int]:
    """Return the kind and the size of the part that the data begin with."""
    if is_jpeg(data):
        return _jpeg_part(data)
    if data[4:8] == b"ftyp":
        return "HEIF picture" if data[8:12] in _PICTURE_BRANDS else "MP4 video", len(data)
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind, len(data)
    zeros = len(data) - len(data.lstrip(b"\x00"))
    return ("padding", zeros) if zeros else ("unknown data", len(data))


def _jpeg_part(data: bytes) -> tuple[str, int]:
    try:
        end = read_jpeg_header(data, "trailer").end
    except BeholderError:
        return "damaged JPEG", len(data)
    is_gain_map = any(name in data[:end] for name in GAIN_MAPS)
    return ("JPEG, a gain map" if is_gain_map else "JPEG, a further picture"), end


def _samsung_start(trailer: bytes) -> int:
    """Return where Samsung's trailer begins; the length of the data when there is none.

    Its directory names each block by its distance back from the directory.
    """
    if not trailer.endswith(b"SEFT") or len(trailer) < _SEF_END:
        return len(trailer)
    (size,) = struct.unpack_from("<I", trailer, len(trailer) - _SEF_END)
    directory = len(trailer) - _SEF_END - size
    if directory < 0 or trailer[directory : directory + 4] != b"SEFH" or size < 12:
        return len(trailer)
    (count,) = struct.unpack_from("<I", trailer, directory + 8)
    count = min(count, (size - 12) // 12)
    distances = [struct.unpack_from("<I", trailer, directory + 12 + 12 * i + 4)[0] for i in range(count)]
    start: int = max(directory - max(distances, default=0), 0)
    return start
