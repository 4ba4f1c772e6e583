"""TIFF files of every layout that the reader takes and of some that it refuses, and damage to their tags.

Source: TIFF 6.0 (sections 2 to 9, 14 to 18); BigTIFF.
"""

import random
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.robustness.mutations import ANY_FILE, FileKind

UNCOMPRESSED, DEFLATE, PACKBITS = 1, 8, 32773
SIZES = ((1, 1), (37, 21), (150, 133))
SHORT, LONG, LONG8 = 3, 4, 16
_CODES = {SHORT: "H", LONG: "I", LONG8: "Q"}


@dataclass(frozen=True, kw_only=True)
class TiffKind:
    """How to store samples.

    Attributes:
        bits: Of a sample, 1 to 16, or 32.
        photometric: Tag 262; None leaves it out.
        order: ``<`` or ``>``.
        big: Whether to write BigTIFF.
        compression: One of those above.
        planar: Whether each channel is stored apart.
        tile: Width and length; None for strips.
        rows: Of a strip; None for one strip.
        predictor: 1 or 2.
        fill_order: 2 for the lowest bit first.
        sample_format: Tag 339.
        extra: Tag 338; None leaves it out.
        color_map: Tag 320.
        orientation: Tag 274.
        more: Further tags, by number.
    """

    bits: int = 8
    photometric: int | None = 1
    order: str = "<"
    big: bool = False
    compression: int = UNCOMPRESSED
    planar: bool = False
    tile: tuple[int, int] | None = None
    rows: int | None = None
    predictor: int = 1
    fill_order: int = 1
    sample_format: int = 1
    extra: tuple[int, ...] | None = None
    color_map: tuple[int, ...] = ()
    orientation: int = 1
    more: dict[int, tuple[int, ...]] = field(default_factory=dict)


def tiff_files() -> FileKind:
    """Returns TIFF files written here, and mutations of tags among those of any file."""
    return FileKind(".tif", _seeds(), (*ANY_FILE, edit_tag, edit_tag, edit_tag, move_tag, edit_samples))


def write_tiff(samples: NDArray[np.integer], kind: TiffKind) -> bytes:
    """Returns a file of (H, W) or (H, W, C) samples."""
    samples = samples.reshape(*samples.shape[:2], -1)
    height, width, channels = samples.shape
    chunks = [
        _stored(chunk, kind)
        for plane in (np.split(samples, channels, axis=2) if kind.planar else [samples])
        for chunk in _chunks(plane, kind)
    ]
    tags = {
        256: (width,),
        257: (height,),
        258: (kind.bits,) * channels,
        259: (kind.compression,),
        266: (kind.fill_order,),
        274: (kind.orientation,),
        277: (channels,),
        284: (2 if kind.planar else 1,),
        317: (kind.predictor,),
        339: (kind.sample_format,) * channels,
    }
    if kind.photometric is not None:
        tags[262] = (kind.photometric,)
    if kind.color_map:
        tags[320] = kind.color_map
    if kind.extra is not None:
        tags[338] = kind.extra
    if kind.tile is None:
        tags[278] = (kind.rows or height,)
    else:
        tags |= {322: (kind.tile[0],), 323: (kind.tile[1],)}
    places = (273, 279) if kind.tile is None else (324, 325)
    start = 16 if kind.big else 8
    offsets = [start + sum(map(len, chunks[:number])) for number in range(len(chunks))]
    tags |= {places[0]: tuple(offsets), places[1]: tuple(map(len, chunks))}
    return _file(b"".join(chunks), tags | kind.more, kind)


def _file(data: bytes, tags: dict[int, tuple[int, ...]], kind: TiffKind) -> bytes:
    """The data behind a header and before a directory."""
    order, wide = kind.order, "Q" if kind.big else "I"
    data += bytes(len(data) % 2)
    at = (16 if kind.big else 8) + len(data)
    head = b"II" if order == "<" else b"MM"
    head += struct.pack(order + ("HHHQ" if kind.big else "HI"), *((43, 8, 0, at) if kind.big else (42, at)))
    count = "Q" if kind.big else "H"
    behind = (
        at + struct.calcsize(order + count) + len(tags) * (20 if kind.big else 12) + struct.calcsize(wide)
    )
    entries, values = b"", b""
    for tag, numbers in sorted(tags.items()):
        code = LONG if max(numbers) > 65535 or tag in (256, 257, 273, 278, 279, 324, 325) else SHORT
        packed = struct.pack(f"{order}{len(numbers)}{_CODES[code]}", *numbers)
        entries += struct.pack(f"{order}HH{wide}", tag, code, len(numbers))
        if len(packed) <= struct.calcsize(wide):
            entries += packed.ljust(struct.calcsize(wide), b"\0")
        else:
            entries += struct.pack(order + wide, behind + len(values))
            values += packed
    return (
        head + data + struct.pack(order + count, len(tags)) + entries + bytes(struct.calcsize(wide)) + values
    )


def _chunks(plane: NDArray[np.integer], kind: TiffKind) -> list[NDArray[np.integer]]:
    """Strips or whole tiles of (H, W, C) samples."""
    height, width, _ = plane.shape
    if kind.tile is None:
        rows = kind.rows or height
        return [plane[top : top + rows] for top in range(0, height, rows)]
    across, down = kind.tile
    padded = np.pad(plane, ((0, -height % down), (0, -width % across), (0, 0)))
    return [
        padded[top : top + down, left : left + across]
        for top in range(0, height, down)
        for left in range(0, width, across)
    ]


def _stored(chunk: NDArray[np.integer], kind: TiffKind) -> bytes:
    """A strip or tile as its compressed bytes."""
    if kind.predictor == 2:
        chunk = np.diff(chunk.astype(np.int64), axis=1, prepend=0) & ((1 << kind.bits) - 1)
    rows = [_packed(row.ravel(), kind) for row in chunk]
    data = b"".join(rows)
    if kind.compression == DEFLATE:
        data = zlib.compress(data)
    elif kind.compression == PACKBITS:  # nothing but runs of literal bytes
        parts = [row[at : at + 128] for row in rows for at in range(0, len(row), 128)]
        data = b"".join(bytes((len(part) - 1,)) + part for part in parts)
    if kind.fill_order == 2:
        data = bytes(int(f"{byte:08b}"[::-1], 2) for byte in data)
    return data


def _packed(row: NDArray[np.integer], kind: TiffKind) -> bytes:
    """Samples of a row as bytes, the highest bit first."""
    if kind.bits in (8, 16, 32):
        return row.astype(f"{kind.order}u{kind.bits // 8}").tobytes()
    bits = "".join(f"{int(value):0{kind.bits}b}" for value in row)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _seeds() -> list[bytes]:
    """Returns files of many layouts, each of several sizes."""
    noise = np.random.default_rng(2)
    palette = tuple(int(value) for value in noise.integers(0, 65536, 3 * 16))
    kinds: list[tuple[int, TiffKind]] = [
        (1, TiffKind(bits=1, photometric=0, fill_order=2)),
        (1, TiffKind(bits=4, photometric=3, color_map=palette, compression=PACKBITS)),
        (1, TiffKind(bits=12, rows=5)),
        (1, TiffKind(bits=16, photometric=0, order=">", compression=DEFLATE, predictor=2, rows=7)),
        (2, TiffKind(bits=16, extra=(2,), orientation=6)),
        (3, TiffKind(bits=8, photometric=2, big=True, tile=(32, 16), compression=DEFLATE)),
        (3, TiffKind(bits=10, photometric=2, planar=True, rows=9)),
        (3, TiffKind(bits=16, photometric=2, planar=True, tile=(16, 16), order=">", orientation=3)),
        (4, TiffKind(bits=8, photometric=2, extra=(1,), compression=DEFLATE, predictor=2)),
        (4, TiffKind(bits=16, photometric=5)),
        (1, TiffKind(bits=32, sample_format=3)),
    ]
    seeds = []
    for channels, kind in kinds:
        for width, height in SIZES:
            samples = noise.integers(0, 1 << min(kind.bits, 16), (height, width, channels))
            seeds.append(write_tiff(samples, kind))
    seeds.append(
        write_tiff(np.zeros((133, 150, 3), int), replace(kinds[5][1], more={254: (1,), 34665: (8,)}))
    )
    return seeds


def _entries(data: bytearray) -> list[tuple[int, str]]:
    """Where the entries of the first directory stand, and the byte order."""
    order = "<" if data[:2] == b"II" else ">"
    try:
        big = struct.unpack_from(order + "H", data, 2)[0] == 43
        (at,) = struct.unpack_from(*((order + "Q", data, 8) if big else (order + "I", data, 4)))
        (count,) = struct.unpack_from(order + ("Q" if big else "H"), data, at)
    except (struct.error, OverflowError):
        return []
    first, size = at + (8 if big else 2), 20 if big else 12
    return [(first + size * n, order) for n in range(min(count, 100)) if first + size * (n + 1) <= len(data)]


def edit_tag(rng: random.Random, data: bytearray, seeds: Sequence[bytes]) -> bytearray:
    """Changes a tag's number, type, count or value, often to an extreme."""
    entries = _entries(data)
    if entries:
        at, order = rng.choice(entries)
        place, code = rng.choice(((0, "H"), (2, "H"), (4, "I"), (8, "I"), (8, "H"), (8, "H"), (8, "I")))
        value = rng.choice(
            [0, 1, 2, 3, 6, 7, 8, 16, 32, 255, 10_000, 65_535, 2**31, 2**32 - 1, rng.randrange(999)]
        )
        struct.pack_into(order + code, data, at + place, min(value, 65_535) if code == "H" else value)
    return data


def move_tag(rng: random.Random, data: bytearray, seeds: Sequence[bytes]) -> bytearray:
    """Writes one tag over another, or has the directory follow itself."""
    entries = _entries(data)
    if entries:
        (source, order), (target, _) = rng.choice(entries), rng.choice(entries)
        data[target : target + 12] = data[source : source + 12]
        if rng.random() < 0.3:
            following = entries[-1][0] + 12
            if following + 4 <= len(data):
                struct.pack_into(order + "I", data, following, rng.choice([8, entries[0][0] - 2, len(data)]))
    return data


def edit_samples(rng: random.Random, data: bytearray, seeds: Sequence[bytes]) -> bytearray:
    """Doubles or drops bytes of the samples, which stand first."""
    entries = _entries(data)
    if entries and entries[0][0] > 20:
        at = rng.randrange(8, entries[0][0])
        part = data[at : at + rng.randint(1, 9)]
        data[at : at + len(part)] = part[::-1]
    return data
