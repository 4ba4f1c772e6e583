"""The marker segments of a JPEG file, read without decoding anything.

Source of the syntax: ITU-T T.81, Annex B.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from beholder.errors import InputError, UnsupportedImageError

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
APP0, APP1, APP2, APP11, APP14, APP15, COM = 0xE0, 0xE1, 0xE2, 0xEB, 0xEE, 0xEF, 0xFE
DHT = 0xC4
MAX_SEGMENT_PAYLOAD = 65533  # the 16-bit length counts its own two bytes

_SOS, _EOI = 0xDA, 0xD9
_BASELINE, _EXTENDED, _PROGRESSIVE = 0xC0, 0xC1, 0xC2
# Frames that T.81 defines and nobody but special tools decodes; DHT, JPG and DAC (C4, C8, CC) are no frames.
_OTHER_FRAMES = {
    0xC3: "lossless", 0xC5: "hierarchical", 0xC6: "hierarchical", 0xC7: "hierarchical",
    0xC9: "arithmetic-coded", 0xCA: "arithmetic-coded", 0xCB: "arithmetic-coded",
    0xCD: "arithmetic-coded", 0xCE: "arithmetic-coded", 0xCF: "arithmetic-coded",
}  # fmt: skip
# A marker with a length, or EOI. FF 00 is a stuffed byte of entropy-coded data, FF FF a fill byte; TEM (01),
# RSTn (D0 to D7) and SOI (D8) stand alone.
_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]", re.DOTALL)

# Horizontal and vertical distance of chroma samples, in luma samples, by the name that people use.
_SUBSAMPLING_NAMES = {
    (1, 1): "4:4:4",
    (2, 1): "4:2:2",
    (2, 2): "4:2:0",
    (1, 2): "4:4:0",
    (4, 1): "4:1:1",
    (4, 2): "4:1:0",
}


@dataclass(frozen=True)
class Segment:
    """One marker segment: the marker's second byte, and the payload without marker and length."""

    marker: int
    payload: bytes

    def to_bytes(self) -> bytes:
        """The segment as it stands in a file."""
        return bytes((0xFF, self.marker)) + (len(self.payload) + 2).to_bytes(2, "big") + self.payload


@dataclass(frozen=True)
class PlacedSegment:
    """A segment, and the byte position of its marker in the file, behind fill bytes."""

    offset: int
    segment: Segment

    @property
    def end(self) -> int:
        """Position behind the segment."""
        return self.offset + 4 + len(self.segment.payload)


@dataclass(frozen=True)
class JpegHeader:
    """What a JPEG file says before its first scan, and what stands behind that beside coded data.

    Attributes:
        width: Pixels, 1..65535.
        height: Pixels, 1..65535.
        sampling: (horizontal, vertical) sampling factor of each component.
        progressive: Whether the frame is progressive.
        placed_segments: All segments before the first SOS, in order.
        scan_offset: Byte position of the first SOS marker.
        placed_late_segments: Those behind the first SOS that do not belong to the coding (APPn, comments), in
            order.
        trailer: The bytes behind EOI; none where EOI is missing.
        end: Byte position behind EOI.
    """

    width: int
    height: int
    sampling: tuple[tuple[int, int], ...]
    progressive: bool
    placed_segments: tuple[PlacedSegment, ...]
    scan_offset: int
    placed_late_segments: tuple[PlacedSegment, ...]
    trailer: bytes = field(repr=False)
    end: int

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All segments before the first SOS, in order."""
        return tuple(placed.segment for placed in self.placed_segments)

    @property
    def late_segments(self) -> tuple[Segment, ...]:
        """APPn and comment segments behind the first SOS, in order."""
        return tuple(placed.segment for placed in self.placed_late_segments)

    @property
    def components(self) -> int:
        """Number of colour components."""
        return len(self.sampling)

    @property
    def subsampling(self) -> str:
        """``grey``, ``4:2:0`` and the like, or the factors where they have no name."""
        return subsampling_name(self.sampling)


def subsampling_name(sampling: tuple[tuple[int, int], ...]) -> str:
    """The usual name of a set of sampling factors."""
    if len(sampling) == 1:
        return "grey"
    (h, v), *chroma = sampling
    if len(chroma) == 2 and chroma[0] == chroma[1] and h % chroma[0][0] == 0 and v % chroma[0][1] == 0:
        distance = (h // chroma[0][0], v // chroma[0][1])
        if distance in _SUBSAMPLING_NAMES:
            return _SUBSAMPLING_NAMES[distance]
    return ",".join(f"{h}x{v}" for h, v in sampling)


def is_jpeg(data: bytes) -> bool:
    """Whether `data` begins like a JPEG file."""
    return data[:3] == b"\xff\xd8\xff"


def read_jpeg_header(data: bytes, name: str) -> JpegHeader:
    """The segments and the frame of a JPEG file.

    Args:
        data: The whole file.
        name: What to call it in messages.

    Raises:
        InputError: The file ends or breaks off before its first scan.
        UnsupportedImageError: Arithmetic, lossless, hierarchical or 12-bit coding, or a height given only
            after the first scan.
    """
    if not is_jpeg(data):
        raise InputError(f"{name}: not a JPEG file (it does not begin with FF D8 FF)")
    before: list[PlacedSegment] = []
    late: list[PlacedSegment] = []
    scan_offset = None
    end = len(SOI)
    try:
        for placed in walk_placed_segments(data, name):
            end = placed.end
            if scan_offset is None and placed.segment.marker == _SOS:
                scan_offset = placed.offset
            elif scan_offset is None:
                before.append(placed)
            elif not is_coding(placed.segment.marker):
                late.append(placed)
    except InputError:  # damage behind the first scan is for those to tell who read its data
        if scan_offset is None:
            raise
    if scan_offset is None:
        raise InputError(f"{name}: truncated JPEG file (it ends before the first scan)")
    return _header(
        data,
        end=end_of_image(data, end),
        before=tuple(before),
        scan_offset=scan_offset,
        late=tuple(late),
        name=name,
    )


def is_coding(marker: int) -> bool:
    """Return whether segments of this marker are tables, frames or scans, not what stands beside them."""
    return 0xC0 <= marker <= 0xCF or 0xDA <= marker <= 0xDF


def end_of_image(data: bytes, last_segment_end: int) -> int:
    """Return the position behind EOI, or of the end of the data when EOI is missing.

    Args:
        data: The whole file.
        last_segment_end: Position behind its last segment.
    """
    found = _MARKER.search(data, last_segment_end)
    return found.end() if found is not None and data[found.end() - 1] == _EOI else len(data)


def walk_segments(data: bytes, name: str) -> Iterator[Segment]:
    """All segments of a JPEG file in order, those between and after scans included, up to its end.

    Raises:
        InputError: A segment is cut off.
    """
    return (placed.segment for placed in walk_placed_segments(data, name))


def walk_placed_segments(data: bytes, name: str) -> Iterator[PlacedSegment]:
    """Yield the segments that `walk_segments` yields, with their positions.

    Raises:
        InputError: A segment is cut off.
    """
    for position, segment in _walk(data, name):
        fill_bytes = 0
        while data[position + fill_bytes + 1] == 0xFF:
            fill_bytes += 1
        yield PlacedSegment(position + fill_bytes, segment)


def _walk(data: bytes, name: str) -> Iterator[tuple[int, Segment]]:
    """Each segment with the position of its marker; entropy-coded data and stray bytes are passed over."""
    position = len(SOI)
    while (found := _MARKER.search(data, position)) is not None:
        position = found.start()
        marker = data[position + 1]
        if marker == _EOI:
            return
        end = position + 2 + int.from_bytes(data[position + 2 : position + 4], "big")
        if end < position + 4 or end > len(data):
            raise InputError(
                f"{name}: truncated JPEG file (segment FF {marker:02X} at byte {position} is cut off)"
            )
        yield position, Segment(marker, data[position + 4 : end])
        position = end


def _header(
    data: bytes,
    *,
    end: int,
    before: tuple[PlacedSegment, ...],
    scan_offset: int,
    late: tuple[PlacedSegment, ...],
    name: str,
) -> JpegHeader:
    segments = [placed.segment for placed in before]
    for segment in segments:
        if segment.marker in _OTHER_FRAMES:
            kind = _OTHER_FRAMES[segment.marker]
            raise UnsupportedImageError(
                f"{name}: {kind} JPEG; only baseline, extended and progressive Huffman are read, convert it "
                "to one of them first"
            )
    frames = [s for s in segments if s.marker in (_BASELINE, _EXTENDED, _PROGRESSIVE)]
    if len(frames) != 1 or len(frames[0].payload) < 6:
        raise InputError(
            f"{name}: damaged JPEG file (expected one frame header before the first scan, got {len(frames)})"
        )
    frame = frames[0].payload
    components = frame[5]
    if components not in (1, 3, 4) or len(frame) < 6 + 3 * components:
        raise InputError(f"{name}: damaged JPEG file ({components} components; a picture has 1, 3 or 4)")
    if frame[0] != 8:
        raise UnsupportedImageError(
            f"{name}: JPEG with {frame[0]} bits a sample; only 8 are read, convert it first"
        )
    height, width = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
    if height == 0 or width == 0:
        raise UnsupportedImageError(
            f"{name}: JPEG header gives a size of {width}x{height}; sides of 1 to 65535 are read"
        )
    factors = (frame[6 + 3 * i + 1] for i in range(components))
    sampling = tuple((factor >> 4, factor & 15) for factor in factors)
    if any(not (1 <= h <= 4 and 1 <= v <= 4) for h, v in sampling):
        raise InputError(f"{name}: damaged JPEG file (sampling factors {sampling}; 1 to 4 exist)")
    progressive = frames[0].marker == _PROGRESSIVE
    return JpegHeader(
        width=width,
        height=height,
        sampling=sampling,
        progressive=progressive,
        placed_segments=before,
        scan_offset=scan_offset,
        placed_late_segments=late,
        trailer=data[end:],
        end=end,
    )
