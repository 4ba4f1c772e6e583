"""JPEG files of every kind that the reader knows, and damage to their marker segments."""

import io
import random
from collections.abc import Sequence

import numpy as np
from PIL import Image

from benchmarks.robustness.mutations import ANY_FILE, FileKind

# Faults that decoders forgive, and segments that change what they see: colours, heights, restart intervals.
FAULTS = (
    b"\0\0\0",
    b"\x12\x34\x56",
    b"\xff\0\xff\0",
    b"\xff\xff\xff",
    b"\xff\x01",
    b"\xff\x3c",
    b"\xff\xd0",
    b"\xff\xd5",
    b"\xff\xd8",
    b"\xff\xd9",
    b"\xff\xe5\0\0",
    b"\xff\xe1\0\1",
    b"\xff\xfe\0\0",
    b"\xff\xdb\0\0",
    b"\xff\xdc\0\0",
    b"\xff\xf0\0\2",
    b"\xff\xdc\0\4\0\x15",
    b"\xff\xcc\0\4\0\x10",
    b"\xff\xdd\0\4\0\2",
)
COLORS = (
    b"\xff\xe0\0\x10JFIF\0\1\1\1\1\x2c\1\x2c\0\0",
    *(b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0" + bytes([transform]) for transform in (0, 1, 2, 9)),
)
MARKERS_WITH_HEADER = (0xC0, 0xC2, 0xC4, 0xDA, 0xDB, 0xDD)  # SOF, DHT, SOS, DQT, DRI: what steers the decoder


def jpeg_files() -> FileKind:
    """Returns JPEG files made by Pillow, and mutations of segments among those of any file."""
    return FileKind(".jpg", _seeds(), (*ANY_FILE, edit_header, edit_header, move_segment, add_fault))


def _seeds() -> list[bytes]:
    """Returns baseline and progressive files, 1x1 to 150x133 pixels, grey, YCbCr and CMYK."""
    noise = np.random.default_rng(1)
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turned
    seeds = []
    for mode in ("L", "RGB", "CMYK"):
        channels = {"L": 1, "RGB": 3, "CMYK": 4}[mode]
        for width, height in ((1, 1), (37, 21), (150, 133)):
            coarse = noise.integers(0, 256, (height // 8 + 2, width // 8 + 2, channels), dtype=np.uint8)
            picture = Image.fromarray(coarse.squeeze()).resize((width, height), Image.Resampling.BICUBIC)
            picture = picture if picture.mode == mode else picture.convert(mode)
            for options in (
                {},
                {"progressive": True},
                {"optimize": True, "quality": 95, "subsampling": 0, "exif": exif},
                {"progressive": True, "quality": 30, "subsampling": 1, "icc_profile": bytes(3000)},
                {"restart_marker_blocks": 2},
                {"progressive": True, "restart_marker_rows": 1, "comment": b"a comment", "dpi": (72, 72)},
            ):
                file = io.BytesIO()
                picture.save(file, "JPEG", **options)
                seeds.append(file.getvalue())
    return seeds


def segment_positions(data: bytes | bytearray, codes: tuple[int, ...]) -> list[int]:
    """Returns positions of 0xFF bytes that begin one of these segments."""
    return [i for i in range(len(data) - 4) if data[i] == 0xFF and data[i + 1] in codes]


def edit_header(rng: random.Random, data: bytearray, seeds: Sequence[bytes]) -> bytearray:
    """Changes a byte near the start of a segment that steers the decoder, often to an extreme."""
    positions = segment_positions(data, MARKERS_WITH_HEADER)
    if positions:
        position = rng.choice(positions) + rng.randint(1, 20)
        if position < len(data):
            data[position] = rng.choice([0, 1, 2, 0x11, 0x44, 0x7F, 0x80, 0xFF, rng.randrange(256)])
    return data


def move_segment(rng: random.Random, data: bytearray, seeds: Sequence[bytes]) -> bytearray:
    """Drops or doubles a segment."""
    positions = segment_positions(data, (*MARKERS_WITH_HEADER, 0xE0, 0xE1, 0xE2, 0xEE, 0xFE))
    if positions:
        start = rng.choice(positions)
        end = min(start + 2 + int.from_bytes(data[start + 2 : start + 4], "big"), len(data))
        data[start:end] = data[start:end] * rng.choice([0, 2, 300])
    return data


def add_fault(rng: random.Random, data: bytearray, seeds: Sequence[bytes]) -> bytearray:
    """Adds what belongs to no segment, or a segment that decoders stumble over, before a marker."""
    restarts = tuple(range(0xD0, 0xDA))
    positions = segment_positions(data, (*MARKERS_WITH_HEADER, *restarts, 0xE0, 0xE1, 0xE2, 0xEE, 0xFE))
    if positions:
        place = rng.choice([rng.choice(positions), max(len(data) - 2, 0)])
        data[place:place] = rng.choice((*FAULTS, *COLORS)) * rng.choice([1, 1, 1, 20])
    return data
