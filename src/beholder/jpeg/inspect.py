"""How a JPEG file is made: tables, scans, where its bytes are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from beholder import _core
from beholder.errors import InputError
from beholder.file_report import FileReport
from beholder.image.jpeg_pixels import YCBCR_SPACES
from beholder.image.pillow_errors import check_pixel_count
from beholder.jpeg.ijg_quality import IjgQuality, nearest_quality
from beholder.metadata.jpeg_header import DHT, JpegHeader, read_jpeg_header, walk_segments
from beholder.metadata.jpeg_metadata import describe_segment, metadata_of_jpeg
from beholder.metadata.jpeg_trailer import TrailerPart, trailer_parts


@dataclass(frozen=True)
class QuantTable:
    """A quantisation table: its place in the file and 64 steps in zigzag order."""

    index: int
    steps: tuple[int, ...]


@dataclass(frozen=True)
class Scan:
    """A scan of a file.

    Attributes:
        components: Indices into the report's components.
        ss: First zigzag position.
        se: Last zigzag position.
        ah: Point transform of the scan before on this band, 0 for the first.
        al: Point transform of this scan.
        table_bytes: Of Huffman tables that come before it.
        data_bytes: Of entropy-coded data.
    """

    components: tuple[int, ...]
    ss: int
    se: int
    ah: int
    al: int
    table_bytes: int
    data_bytes: int


@dataclass(frozen=True)
class Component:
    """A colour component.

    Attributes:
        id: In the frame header.
        sampling: Horizontal and vertical sampling factor.
        quant_index: Which quantisation table it has.
        data_bits: Entropy-coded bits, see `_component_bits` for scans that interleave components.
    """

    id: int
    sampling: tuple[int, int]
    quant_index: int
    data_bits: int


@dataclass(frozen=True)
class Metadatum:
    """An APPn or comment segment: what it holds, and its size with marker and length."""

    kind: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True, repr=False)
class JpegReport(FileReport):
    """What `beholder inspect` shows of a JPEG file.

    Attributes:
        color_space: What decoders take the components for: ``grey``, ``ycbcr``, ``rgb``, ``cmyk`` or
            ``ycck``.
        subsampling: ``4:2:0`` and the like, or ``grey``.
        orientation: Of EXIF, 1..8; 1 is upright.
        progressive: Whether the frame is progressive.
        ijg_quality: The nearest quality of libjpeg; None for CMYK and RGB.
        restart_interval: MCUs between restart markers, 0 for none.
        quant_tables: Those in use.
        huffman_tables: How many the file defines.
        components: Of the frame.
        scans: In order.
        metadata: APPn and comment segments.
        trailer: What stands behind EOI.
        warnings: Faults that decoders forgive, and what is missing of the picture.
    """

    color_space: _core.ColorSpace
    subsampling: str
    orientation: int
    progressive: bool
    ijg_quality: IjgQuality | None
    restart_interval: int
    quant_tables: tuple[QuantTable, ...]
    huffman_tables: int
    components: tuple[Component, ...]
    scans: tuple[Scan, ...]
    metadata: tuple[Metadatum, ...]
    trailer: tuple[TrailerPart, ...]
    warnings: tuple[str, ...]

    @property
    def told(self) -> tuple[str, ...]:
        """See `FileReport`."""
        quality = () if self.ijg_quality is None else (f"libjpeg quality {self.ijg_quality.quality}",)
        return (self.subsampling, "progressive" if self.progressive else "sequential", *quality)


def inspect_jpeg(data: bytes, name: str) -> JpegReport:
    """Return how a JPEG file is made; `name` is what to call it in messages.

    Raises:
        InputError: It is no JPEG or is damaged.
        UnsupportedImageError: It is arithmetic-coded, lossless, hierarchical or of 12 bits, or too large.
    """
    header = read_jpeg_header(data, name)
    check_pixel_count(header.width, header.height, name)
    try:
        contents = _core.read_levels(data)
    except _core.CoreError as error:
        raise InputError(f"{name}: {error}") from error
    image = contents.image
    used = sorted({plane.quant_index for plane in image.planes})
    tables = {index: image.quant_tables[index] for index in used}
    return JpegReport(
        name=name,
        size_bytes=len(data),
        width=image.width,
        height=image.height,
        rate_bpp=8 * len(data) / (image.width * image.height),
        color_space=contents.color_space,
        subsampling=header.subsampling,
        orientation=metadata_of_jpeg(header).metadata.orientation,
        progressive=contents.progressive,
        ijg_quality=_ijg_quality(contents),
        restart_interval=contents.restart_interval,
        quant_tables=tuple(
            QuantTable(index, tuple(int(s) for s in steps)) for index, steps in tables.items()
        ),
        huffman_tables=_count_huffman_tables(data, name),
        components=_components(contents),
        scans=tuple(_scan(info) for info in contents.scans),
        metadata=_metadata(header),
        trailer=trailer_parts(header.trailer),
        warnings=tuple(contents.warnings),
    )


def _metadata(header: JpegHeader) -> tuple[Metadatum, ...]:
    places = ((header.segments, ""), (header.late_segments, " behind the first scan"))
    return tuple(
        Metadatum(kind + place, len(segment.payload) + 4)
        for segments, place in places
        for segment in segments
        if (kind := describe_segment(segment)) is not None
    )


def _ijg_quality(contents: _core.JpegContents) -> IjgQuality | None:
    if contents.color_space not in YCBCR_SPACES:
        return None
    image = contents.image
    luma, *chroma = (image.quant_tables[plane.quant_index] for plane in image.planes)
    return nearest_quality(luma, chroma[0] if chroma else None)


def _scan(info: _core.ScanInfo) -> Scan:
    scan = info.scan
    return Scan(tuple(scan.components), scan.ss, scan.se, scan.ah, scan.al, info.table_bytes, info.data_bytes)


def _components(contents: _core.JpegContents) -> tuple[Component, ...]:
    return tuple(
        Component(plane.id, plane.sampling, plane.quant_index, bits)
        for plane, bits in zip(contents.image.planes, _component_bits(contents), strict=True)
    )


def _count_huffman_tables(data: bytes, name: str) -> int:
    """Tables in all DHT segments (T.81, B.2.4.2), those between scans included."""
    count = 0
    for segment in walk_segments(data, name):
        position = 0
        while segment.marker == DHT and position + 17 <= len(segment.payload):
            position += 17 + sum(segment.payload[position + 1 : position + 17])
            count += 1
    return count


def _component_bits(contents: _core.JpegContents) -> tuple[int, ...]:
    """Bits of each component.

    A scan of one component is exact. One that interleaves several is shared out in proportion to what each
    would take in a scan of its own with its own Huffman tables.
    """
    planes = contents.image.planes
    bits = [0.0] * len(planes)
    for info in contents.scans:
        costs = dict.fromkeys(info.scan.components, 1.0)
        if len(costs) > 1:
            costs = {component: _cost_alone(contents.image, component, info.scan) for component in costs}
        total = sum(costs.values())
        for component, cost in costs.items():
            bits[component] += 8 * info.data_bytes * cost / total
    return tuple(round(count) for count in bits)


def _cost_alone(image: _core.LevelImage, component: int, scan: _core.Scan) -> float:
    """The cost, in some unit, of one component of an interleaved scan: DC only, or (sequential) all of it."""
    plane = image.planes[component]
    if scan.se == 0 and scan.ah > 0:  # a refinement of DC is one bit a block
        return float(plane.blocks_wide * plane.blocks_high)
    blocks = np.ascontiguousarray(plane.levels[: plane.blocks_high, : plane.blocks_wide])
    if scan.se == 0:
        return _dc_bits(blocks[:, :, 0].ravel() >> scan.al)
    alone = _core.LevelImage(
        8 * plane.blocks_wide,
        8 * plane.blocks_high,
        [_core.Plane(blocks)],
        [image.quant_tables[plane.quant_index]],
    )
    return float(_core.script_size_bytes(alone, [_core.Scan([0])]))


def _dc_bits(levels: np.ndarray[tuple[int], np.dtype[np.int16]]) -> float:
    """Entropy of the difference categories and the bits appended to them (T.81, F.1.2.1)."""
    differences = np.abs(np.diff(levels.astype(np.int32), prepend=0))
    categories = np.ceil(np.log2(differences + 1)).astype(np.int64)
    counts = np.bincount(categories)
    counts = counts[counts > 0]
    return float(categories.sum() - (counts * np.log2(counts / counts.sum())).sum()) + 1.0
