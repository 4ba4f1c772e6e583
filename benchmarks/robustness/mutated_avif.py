"""AVIF files that Pillow writes, with colours told by numbers, and damage to their boxes.

Source: ISO/IEC 14496-12, 4.2 (boxes); ISO/IEC 23008-12; AV1 Image File Format.
"""

import io
import random
import struct
from collections.abc import Sequence

import numpy as np
from PIL import Image

from benchmarks.robustness.mutations import ANY_FILE, FileKind

SIZES = ((1, 1), (37, 21), (150, 133))
_CONTAINERS = frozenset((b"meta", b"iprp", b"ipco", b"iinf", b"iref"))
_FULL_BOXES = frozenset((b"meta", b"iref"))  # version and flags stand before their boxes
_COUNTED = frozenset((b"iinf",))  # and a count of 2 bytes
# Colour primaries, transfer characteristics: sRGB, Display P3, BT.2020, PQ, HLG, unspecified.
_COLOURS = ((1, 13), (12, 13), (9, 14), (9, 16), (9, 18), (2, 2))


def avif_files() -> FileKind:
    """Returns AVIF files made by Pillow, and mutations of boxes among those of any file."""
    return FileKind(".avif", _seeds(), (*ANY_FILE, edit_box, edit_box, edit_box, resize_box))


def with_colours(data: bytes, primaries: int, transfer: int) -> bytes:
    """Returns an AVIF or HEIC file whose ``nclx`` box, which must be there, tells these code points."""
    at = data.index(b"colrnclx") + 8
    return data[:at] + struct.pack(">HH", primaries, transfer) + data[at + 4 :]


def _seeds() -> list[bytes]:
    """Returns files of every chroma format, with alpha, metadata and colours."""
    noise = np.random.default_rng(3)
    exif = Image.Exif()
    exif[0x0112] = 6
    seeds = []
    for number, (width, height) in enumerate(SIZES * 4):
        coarse = noise.integers(0, 256, (height // 8 + 2, width // 8 + 2, 3), dtype=np.uint8)
        picture = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
        mode = ("RGB", "RGBA", "L")[number // 3 % 3]
        options: dict[str, object] = {"subsampling": ("4:2:0", "4:2:2", "4:4:4", "4:0:0")[number % 4]}
        if number % 2:
            options |= {"exif": exif, "xmp": b"<x:xmpmeta/>", "icc_profile": bytes(16) + b"RGB " + bytes(120)}
        file = io.BytesIO()
        picture.convert(mode).save(file, "AVIF", speed=9, quality=50, **options)
        data = file.getvalue()
        seeds.append(
            data if b"colrnclx" not in data else with_colours(data, *_COLOURS[number % len(_COLOURS)])
        )
    return seeds


def _boxes(data: bytearray, start: int = 0, end: int | None = None) -> list[int]:
    """Where boxes begin, those in boxes of boxes too."""
    found = []
    end = len(data) if end is None else min(end, len(data))
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        found.append(start)
        if size < 8:
            break
        if kind in _CONTAINERS:
            head = 8 + 4 * (kind in _FULL_BOXES or kind in _COUNTED) + 2 * (kind in _COUNTED)
            found += _boxes(data, start + head, min(start + size, end))
        start += size
    return found


def edit_box(rng: random.Random, data: bytearray, seeds: Sequence[bytes]) -> bytearray:
    """Changes a byte near the start of a box, often to an extreme."""
    places = _boxes(data)
    if places:
        at = rng.choice(places) + rng.randint(4, 24)
        if at < len(data):
            data[at] = rng.choice([0, 1, 2, 9, 16, 18, 0x7F, 0x80, 0xFF, rng.randrange(256)])
    return data


def resize_box(rng: random.Random, data: bytearray, seeds: Sequence[bytes]) -> bytearray:
    """Changes the size that a box tells, or takes or adds bytes of it."""
    places = _boxes(data)
    if not places:
        return data
    at = rng.choice(places)
    if rng.random() < 0.5:
        struct.pack_into(">I", data, at, rng.choice([0, 1, 7, 8, 9, 2**31, 2**32 - 1, rng.randrange(999)]))
        return data
    size = min(int.from_bytes(data[at : at + 4], "big"), 4096)
    return data[: at + size] + data[at : at + size] * rng.choice([1, 30]) + data[at + size :]
