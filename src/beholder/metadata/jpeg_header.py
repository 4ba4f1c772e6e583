"""The marker segments of a JPEG file, read without decoding anything.

Source of the syntax: ITU-T T.81, Annex B.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from beholder import _core
from beholder.errors import InputError, UnsupportedImageError

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
APP0, APP1, APP2, APP11, APP14, APP15, COM = 0xE0, 0xE1, 0xE2, 0xEB, 0xEE, 0xEF, 0xFE
DHT = 0xC4
MAX_SEGMENT_PAYLOAD = 65533  # the 16-bit length counts its own two bytes

_SOS = 0xDA
_BASELINE, _EXTENDED, _PROGRESSIVE = 0xC0, 0xC1, 0xC2
# Frames that T.81 defines and nobody but special tools decodes; DHT, JPG and DAC (C4, C8, CC) are no frames.
_OTHER_FRAMES = {
    0xC3: "lossless", 0xC5: "hierarchical", 0xC6: "hierarchical", 0xC7: "hierarchical",
    0xC9: "arithmetic-coded", 0xCA: "arithmetic-coded", 0xCB: "arithmetic-coded",
    0xCD: "arithmetic-coded", 0xCE: "arithmetic-coded", 0xCF: "arithmetic-coded",
}  # fmt: skip

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
    """A segment, and the byte position of its marker in the file, after any fill bytes."""

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
    """Return whether `data` begins like a JPEG file; stray bytes may follow SOI."""
    return data.startswith(SOI)


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
    walk = _walk(data, name)
    placed = tuple(_placed_segments(walk))
    first = next((number for number, each in enumerate(placed) if each.segment.marker == _SOS), None)
    if first is None:
        raise InputError(f"{name}: truncated JPEG file (it ends before the first scan)")
    frame = _frame([each.segment for each in placed[:first]], name)
    height, width = (int.from_bytes(frame.payload[at : at + 2], "big") for at in (1, 3))
    if height == 0 or width == 0:
        raise UnsupportedImageError(
            f"{name}: JPEG header gives a size of {width}x{height}; sides of 1 to 65535 are read"
        )
    sampling = tuple((factor >> 4, factor & 15) for factor in frame.payload[7 : 6 + 3 * frame.payload[5] : 3])
    if any(not (1 <= h <= 4 and 1 <= v <= 4) for h, v in sampling):
        raise InputError(f"{name}: damaged JPEG file (sampling factors {sampling}; 1 to 4 exist)")
    return JpegHeader(
        width=width,
        height=height,
        sampling=sampling,
        progressive=frame.marker == _PROGRESSIVE,
        placed_segments=placed[:first],
        scan_offset=placed[first].offset,
        placed_late_segments=tuple(each for each in placed[first:] if not is_coding(each.segment.marker)),
        trailer=data[walk.end :],
        end=walk.end,
    )


def is_coding(marker: int) -> bool:
    """Return whether segments of this marker are tables, frames or scans, not what stands beside them."""
    return 0xC0 <= marker <= 0xCF or 0xDA <= marker <= 0xDF


def walk_segments(data: bytes, name: str) -> Iterator[Segment]:
    """Yield all segments of a JPEG file in order, those between and after scans included, up to EOI.

    Raises:
        InputError: It is no JPEG file.
    """
    return (placed.segment for placed in walk_placed_segments(data, name))


def walk_placed_segments(data: bytes, name: str) -> Iterator[PlacedSegment]:
    """Yield the segments that `walk_segments` yields, with their positions.

    Raises:
        InputError: It is no JPEG file.
    """
    return _placed_segments(_walk(data, name))


def _walk(data: bytes, name: str) -> _core.MarkerWalk:
    try:
        return _core.walk_markers(data)
    except _core.CoreError as error:
        raise InputError(f"{name}: {error}") from error


def _placed_segments(walk: _core.MarkerWalk) -> Iterator[PlacedSegment]:
    for segment in walk.segments:
        yield PlacedSegment(segment.offset, Segment(segment.marker, segment.payload))


def _frame(segments: Sequence[Segment], name: str) -> Segment:
    """Return the one frame header of the segments before the first scan."""
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
    return frames[0]
