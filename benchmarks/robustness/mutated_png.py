"""PNG files of every kind that the standard knows, and damage to their chunks behind right checksums.

Source: PNG (third edition), 5 (chunks), 8 (interlace), 9 (filters), 11 (what chunks hold).
"""

import random
import struct
import zlib
from collections.abc import Sequence

from benchmarks.robustness.mutations import ANY_FILE, FileKind, flip_bits, overwrite, truncate

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Allowed bit depths by colour type: grey, RGB, palette, grey with alpha, RGB with alpha.
BIT_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
SAMPLES_A_PIXEL = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# First column and row, then distance of columns and rows, of each pass of Adam7.
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
WHOLE = ((0, 0, 1, 1),)
SIZES = ((1, 1), (37, 21), (150, 133))
BOMB = zlib.compress(bytes(100_000_000), 9)  # 97 kB that inflate to 100 MB
MOST_ROW_BYTES = 1 << 20  # of a seed's rows; a bomb has more

Chunk = tuple[bytes, bytes]


def png_files() -> FileKind:
    """Returns PNG files written here, and mutations of chunks among those of any file."""
    mutations = (edit_header, edit_chunk, edit_chunk, edit_rows, edit_rows, move_chunk, add_bomb)
    return FileKind(".png", _seeds(), (*ANY_FILE, *mutations))


def _seeds() -> list[bytes]:
    """Returns files of every colour type and depth, plain and interlaced, with and without metadata."""
    rng = random.Random(1)
    return [
        write_png(rng, size, color_type, depth, interlaced=interlaced, metadata=(color_type + depth) % 3 == 0)
        for color_type, depths in BIT_DEPTHS.items()
        for depth in depths
        for size in SIZES
        for interlaced in (False, True)
    ]


def write_png(
    rng: random.Random,
    size: tuple[int, int],
    color_type: int,
    depth: int,
    *,
    interlaced: bool = False,
    metadata: bool = False,
) -> bytes:
    """Returns a valid file of slowly changing samples, each row under a filter drawn by chance."""
    header = struct.pack(">IIBBBBB", *size, depth, color_type, 0, 0, interlaced)
    chunks: list[Chunk] = [(b"IHDR", header)]
    if metadata:
        chunks += [
            (b"iCCP", b"a profile\0\0" + zlib.compress(bytes(16) + b"RGB " + bytes(120))),
            (b"gAMA", struct.pack(">I", 45455)),
            (b"pHYs", struct.pack(">IIB", 2835, 2835, 1)),
            (b"tEXt", b"Comment\0by hand"),
            (b"zTXt", b"Comment\0\0" + zlib.compress(b"compressed by hand")),
            (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta/>"),
            (b"eXIf", b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0)),
        ]
    if color_type == 3:
        chunks.append((b"PLTE", bytes(rng.randrange(256) for _ in range(3 << depth))))
    if color_type in (0, 2) and metadata:
        chunks.append((b"tRNS", struct.pack(">H", 1) * SAMPLES_A_PIXEL[color_type]))
    bits = depth * SAMPLES_A_PIXEL[color_type]
    rows = bytearray()
    for left, top, across, down in ADAM7 if interlaced else WHOLE:
        columns = -(-max(size[0] - left, 0) // across)
        for _ in range(-(-max(size[1] - top, 0) // down) if columns else 0):
            # Small differences under the filters that predict: neither flat nor noise.
            rows += bytes(
                (rng.randrange(5), *(rng.choice((0, 1, 255)) for _ in range(-(-columns * bits // 8))))
            )
    data = zlib.compress(rows)
    chunks += [(b"IDAT", data[: len(data) // 2]), (b"IDAT", data[len(data) // 2 :]), (b"IEND", b"")]
    return join_chunks(chunks)


def join_chunks(chunks: Sequence[Chunk]) -> bytes:
    """Returns a file of these chunks, each with its length and checksum."""
    parts = [SIGNATURE]
    for name, payload in chunks:
        parts += [
            struct.pack(">I", len(payload)),
            name,
            payload,
            struct.pack(">I", zlib.crc32(name + payload)),
        ]
    return b"".join(parts)


def split_chunks(data: bytes | bytearray) -> list[Chunk]:
    """Returns the chunks up to the first that is cut off; checksums are not looked at."""
    chunks: list[Chunk] = []
    position = len(SIGNATURE)
    while position + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, position)
        end = position + 12 + length
        if end > len(data):
            break
        chunks.append((bytes(data[position + 4 : position + 8]), bytes(data[position + 8 : end - 4])))
        position = end
    return chunks


def edit_header(rng: random.Random, data: bytearray, seeds: Sequence[bytes]) -> bytearray:
    """Changes size, depth, colour type, compression, filter or interlace, often to an extreme."""
    chunks = split_chunks(data)
    if not chunks or len(chunks[0][1]) != 13:
        return data
    header = bytearray(chunks[0][1])
    if rng.random() < 0.5:
        side = rng.choice([0, 1, 2, 9, 10_000, 65_535, 65_536, 2**31 - 1, 2**32 - 1, rng.randrange(200)])
        struct.pack_into(">I", header, rng.choice((0, 4)), side)
    else:
        header[rng.randrange(8, 13)] = rng.choice([0, 1, 2, 3, 4, 6, 8, 16, 255])
    return bytearray(join_chunks([(chunks[0][0], bytes(header)), *chunks[1:]]))


def edit_chunk(rng: random.Random, data: bytearray, seeds: Sequence[bytes]) -> bytearray:
    """Damages what one chunk holds, or its name, behind a right checksum."""
    chunks = split_chunks(data)
    if not chunks:
        return data
    number = rng.randrange(len(chunks))
    name, payload = chunks[number]
    if rng.random() < 0.1:
        name = rng.choice([*chunks, (b"acTL", b""), (b"fdAT", b""), (b"caBX", b"")])[0]
    damage = rng.choice((truncate, flip_bits, overwrite))
    chunks[number] = (name, bytes(damage(rng, bytearray(payload), seeds)))
    return bytearray(join_chunks(chunks))


def edit_rows(rng: random.Random, data: bytearray, seeds: Sequence[bytes]) -> bytearray:
    """Damages the rows (filters and samples) inside a valid compressed stream, or their number."""
    chunks = split_chunks(data)
    compressed = b"".join(payload for name, payload in chunks if name == b"IDAT")
    try:
        rows = bytearray(zlib.decompressobj().decompress(compressed, MOST_ROW_BYTES))
    except zlib.error:
        return data
    damage = rng.choice((truncate, flip_bits, overwrite, lambda _, rows, __: rows * 3))
    rows = damage(rng, rows, seeds)
    others = [chunk for chunk in chunks if chunk[0] not in (b"IDAT", b"IEND")]
    return bytearray(join_chunks([*others, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]))


def move_chunk(rng: random.Random, data: bytearray, seeds: Sequence[bytes]) -> bytearray:
    """Drops a chunk, repeats it, or moves it or one of another file elsewhere."""
    chunks = split_chunks(data)
    if not chunks:
        return data
    number = rng.randrange(len(chunks))
    chunk = chunks.pop(number)
    action = rng.randrange(4)
    if action == 1:
        chunks[number:number] = [chunk] * rng.choice([2, 300])
    elif action > 1:
        moved = chunk if action == 2 else rng.choice(split_chunks(rng.choice(seeds)))
        chunks.insert(rng.randrange(len(chunks) + 1), moved)
    return bytearray(join_chunks(chunks))


def add_bomb(rng: random.Random, data: bytearray, seeds: Sequence[bytes]) -> bytearray:
    """Adds a chunk that inflates to 100 MB, or sends the decoder more rows than the picture has."""
    chunks = split_chunks(data)
    if not chunks:
        return data
    bomb = rng.choice(
        [
            (b"iCCP", b"a profile\0\0" + BOMB),
            (b"zTXt", b"Comment\0\0" + BOMB),
            (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + BOMB),
            (b"IDAT", BOMB),
        ]
    )
    chunks.insert(1, bomb)
    return bytearray(join_chunks(chunks))
