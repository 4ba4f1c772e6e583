"""8-bit pixels from the strips and tiles of a TIFF file: packed samples of 1 to 16 bits in any order.

libtiff, inside Pillow, undoes the compression and nothing else: strips are handed to it as rows of bytes.
What the bytes mean (depth, byte order, planes, predictor, colours) is decided here.

Source: TIFF 6.0 (sections 3, 5, 9, 14, 15, 18).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import TiffImagePlugin

from beholder.errors import InputError
from beholder.image.pixels import Color, Pixels, flatten_alpha, to_8_bit
from beholder.image.tiff import (
    COLOR_MAP,
    PALETTE,
    PREDICTED,
    ROWS_PER_STRIP,
    STRIP_COUNTS,
    STRIP_OFFSETS,
    TILE_COUNTS,
    TILE_LENGTH,
    TILE_OFFSETS,
    TILE_WIDTH,
    UNCOMPRESSED,
    WHITE_IS_ZERO,
    Directory,
    Layout,
    Stream,
)

_GROUP_BYTES = 1 << 25  # of decompressed strips at a time
_BAND_SAMPLES = 1 << 22  # unpacked at a time: each bit becomes a byte on the way
# No compression makes more bytes of one: Deflate 1032, LZW 2730; Zstandard and LZMA of zeros 10,000.
_MOST_EXPANSION = 20_000
_BITS_REVERSED = np.array([int(f"{value:08b}"[::-1], 2) for value in range(256)], np.uint8)

Samples = NDArray[np.unsignedinteger]  # uint8 up to 8 bits, else uint16


@dataclass(frozen=True)
class _Chunks:
    """Strips or tiles, in the order of the file.

    Attributes:
        width: Pixels of each.
        height: Rows of each; the last strip of a plane may have fewer.
        across: How many side by side.
        down: How many rows of them.
        places: First byte and number of bytes of each.
        is_tiled: Whether each is whole, beyond the picture's edge too.
    """

    width: int
    height: int
    across: int
    down: int
    places: tuple[tuple[int, int], ...]
    is_tiled: bool


def read_pixels(
    stream: Stream, directory: Directory, layout: Layout, background: Color | None, name: str
) -> Pixels:
    """Return (H, W, 3) or (H, W) pixels as they lie in the file, not turned.

    Args:
        stream: The file.
        directory: Of the picture.
        layout: What `directory` tells, which `Layout.check` lets pass and Pillow does not decode.
        background: sRGB, 0..255, to blend transparent pixels over; None refuses them.
        name: What to call the picture in messages.

    Raises:
        InputError: Strips are missing or damaged.
        UnsupportedImageError: Transparency without a background.
    """
    used = list(range(layout.colours)) + ([layout.alpha[0]] if layout.alpha else [])
    palette = _palette(directory, layout, name) if layout.photometric == PALETTE else None
    chunks = _chunks(directory, layout, name)
    shape = (layout.height, layout.width)
    pixels = np.empty((*shape, len(used) - 1 + 3 if palette is not None else len(used)), np.uint8)
    for plane in used if layout.planar else [None]:
        for top, left, samples in _decoded(stream, layout, chunks, plane, name):
            channels = samples if layout.planar else samples[..., used]
            place = pixels[top : top + channels.shape[0], left : left + channels.shape[1]]
            shown = channels[: place.shape[0], : place.shape[1]]
            first = used.index(plane) if plane is not None else 0
            _put(place, shown, first, layout, palette)
    if layout.alpha is not None:
        return flatten_alpha(pixels, background, name, premultiplied=layout.alpha[1])
    return pixels[..., 0] if pixels.shape[2] == 1 else pixels


def _put(place: Pixels, samples: Samples, first: int, layout: Layout, palette: Pixels | None) -> None:
    """Write the channels of some samples, from channel `first` on, as 8 bits to their place."""
    for number in range(samples.shape[2]):
        channel, one = first + number, samples[..., number]
        if palette is not None and channel == 0:
            place[..., :3] = palette[one]
            continue
        values = to_8_bit(one, layout.bits[0])
        inverted = layout.photometric == WHITE_IS_ZERO and channel == 0
        place[..., channel + 2 if palette is not None else channel] = 255 - values if inverted else values


def _palette(directory: Directory, layout: Layout, name: str) -> Pixels:
    """(2^bits, 3) colours of the ColorMap."""
    values = directory.tags.get(COLOR_MAP, ())
    if len(values) != 3 << layout.bits[0]:
        raise InputError(
            f"{name}: damaged TIFF: its colour map has {len(values)} values; expected {3 << layout.bits[0]}"
        )
    colours = np.array(values, np.uint16).reshape(3, -1).T
    # The standard says 16 bits. Many programs write the 8-bit value as the high byte, and old ones as it is.
    if not (colours & 255).any():
        return (colours >> 8).astype(np.uint8)
    return colours.astype(np.uint8) if colours.max() < 256 else to_8_bit(colours)


def _chunks(directory: Directory, layout: Layout, name: str) -> _Chunks:
    tags = directory.tags
    is_tiled = bool(tags.get(TILE_OFFSETS))
    offsets = tags.get(TILE_OFFSETS if is_tiled else STRIP_OFFSETS, ())
    counts = tags.get(TILE_COUNTS if is_tiled else STRIP_COUNTS, ())
    if is_tiled:
        width, height = (tags.get(TILE_WIDTH) or (0,))[0], (tags.get(TILE_LENGTH) or (0,))[0]
    else:
        width, height = layout.width, min((tags.get(ROWS_PER_STRIP) or (layout.height,))[0], layout.height)
    if not (width and height) or width * height > 4 * max(layout.width, 512) * max(layout.height, 512):
        raise InputError(f"{name}: damaged TIFF: strips or tiles of {width}x{height} pixels")
    across, down = -(-layout.width // width), -(-layout.height // height)
    expected = across * down * (len(layout.bits) if layout.planar else 1)
    if not counts and (layout.compression == UNCOMPRESSED or len(offsets) == 1):
        counts = (1 << 62,) * len(offsets)  # to the end of the file
    if min(len(offsets), len(counts)) < expected:
        raise InputError(
            f"{name}: damaged TIFF: {min(len(offsets), len(counts))} strips or tiles; expected {expected}"
        )
    places = tuple(zip(offsets[:expected], counts[:expected], strict=True))
    return _Chunks(width, height, across, down, places, is_tiled)


def _decoded(
    stream: Stream, layout: Layout, chunks: _Chunks, plane: int | None, name: str
) -> Iterator[tuple[int, int, Samples]]:
    """Yield samples (rows, columns, channels) with the row and column where they begin."""
    channels = 1 if layout.planar else len(layout.bits)
    row_bytes = -(-chunks.width * channels * layout.bits[0] // 8)
    first = (plane or 0) * chunks.across * chunks.down
    each = max(1, _GROUP_BYTES // (row_bytes * chunks.height))
    number = chunks.across * chunks.down
    for start in range(0, number, each):
        end = min(start + each, number)
        short = 0 if chunks.is_tiled or end < number else chunks.down * chunks.height - layout.height
        rows = (end - start) * chunks.height - short
        packed = _decompress(
            stream, layout, chunks.places[first + start : first + end], (row_bytes, rows, chunks.height), name
        )
        for index in range(start, end):
            top, left = index // chunks.across * chunks.height, index % chunks.across * chunks.width
            own = packed[(index - start) * chunks.height : (index - start + 1) * chunks.height]
            band = max(1, _BAND_SAMPLES // (chunks.width * channels))
            for row in range(0, len(own), band):
                yield (
                    top + row,
                    left,
                    _samples(own[row : row + band], layout, chunks.width, channels, stream.order),
                )


def _samples(packed: Pixels, layout: Layout, columns: int, channels: int, order: str) -> NDArray[Any]:
    """Rows of bytes as samples (rows, columns, channels), neighbours' differences summed up."""
    bits, count = layout.bits[0], columns * channels
    samples: NDArray[Any]
    if bits == 8:
        samples = packed
    elif bits == 16:
        samples = np.ascontiguousarray(packed).view(order + "u2").astype(np.uint16)
    else:  # the highest bit comes first, whatever the byte order
        single = np.unpackbits(packed, axis=1)[:, : count * bits].reshape(len(packed), count, bits)
        samples = np.zeros((len(packed), count), np.uint8 if bits < 8 else np.uint16)
        for number in range(bits):
            samples = (samples << 1) | single[..., number]
    samples = samples.reshape(len(packed), columns, channels)
    if layout.predictor == 2 and layout.compression in PREDICTED:
        return np.cumsum(samples, axis=1, dtype=samples.dtype)
    return samples


def _decompress(
    stream: Stream,
    layout: Layout,
    places: tuple[tuple[int, int], ...],
    shape: tuple[int, int, int],
    name: str,
) -> Pixels:
    """Return (rows, row_bytes) bytes of some strips; `shape` is row_bytes, rows and the rows of a strip."""
    row_bytes, rows, height = shape
    if layout.compression == UNCOMPRESSED:
        sizes = [min(height, rows - number * height) * row_bytes for number in range(len(places))]
        counts = sizes
    else:
        counts = [count for _, count in places]
    parts = [stream.data[offset : offset + count] for (offset, _), count in zip(places, counts, strict=True)]
    there = sum(map(len, parts))
    if rows * row_bytes > there * (1 if layout.compression == UNCOMPRESSED else _MOST_EXPANSION):
        raise InputError(
            f"{name}: damaged or truncated TIFF: {there} bytes for {rows} rows of {row_bytes} bytes"
        )
    if layout.compression == UNCOMPRESSED:
        packed = np.frombuffer(b"".join(parts), np.uint8).reshape(rows, row_bytes)
        return _BITS_REVERSED[packed] if layout.fill_order == 2 else packed
    file = _byte_rows_file(parts, layout, shape)
    with TiffImagePlugin.TiffImageFile(io.BytesIO(file)) as image:
        return np.asarray(image)


def _byte_rows_file(parts: list[bytes], layout: Layout, shape: tuple[int, int, int]) -> bytes:
    """Return a TIFF file in which the strips are those of 8-bit grey rows as wide as they have bytes."""
    row_bytes, rows, height = shape
    count = len(parts)
    entries = 10
    behind = 8 + 2 + 12 * entries + 4
    offsets, at = [], behind + 8 * count
    for part in parts:
        offsets.append(at)
        at += len(part)
    lengths = [len(part) for part in parts]
    # One value stands in the entry itself, several where it points to.
    places = (offsets[0], lengths[0]) if count == 1 else (behind, behind + 4 * count)
    directory = [
        (256, 4, 1, row_bytes),
        (257, 4, 1, rows),
        (258, 3, 1, 8),
        (259, 3, 1, layout.compression),
        (262, 3, 1, 1),
        (266, 3, 1, layout.fill_order),
        (273, 4, count, places[0]),
        (277, 3, 1, 1),
        (278, 4, 1, height),
        (279, 4, count, places[1]),
    ]
    head = struct.pack("<2sHIH", b"II", 42, 8, entries)
    head += b"".join(struct.pack("<HHII", *entry) for entry in directory) + bytes(4)
    return head + struct.pack(f"<{2 * count}I", *offsets, *lengths) + b"".join(parts)
