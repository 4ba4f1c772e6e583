"""Boxes of the ISO base media file format, of which AVIF, HEIC, JPEG 2000 and JPEG XL files are made.

Sources: ISO/IEC 14496-12, 4.2 (boxes); ISO/IEC 23008-12, 9.3 (properties of items).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the type and content of the boxes in a file or box; end at the first that makes no sense."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1 and at + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        size = size or len(data) - at
        if size < head:
            return
        yield kind, data[at + head : at + size]
        at += size


def file_brands(head: bytes) -> frozenset[bytes]:
    """Return the major and compatible brands of a file; empty where it does not begin with an ``ftyp`` box.

    The first 4096 bytes of a file are enough, and no more are looked at.
    """
    if head[4:8] != b"ftyp":
        return frozenset()
    size = min(int.from_bytes(head[:4], "big"), 4096)
    return frozenset((head[8:12], *(head[at : at + 4] for at in range(16, size, 4))))


def primary_properties(meta: bytes) -> list[tuple[bytes, bytes]]:
    """Return the properties of the primary item of a ``meta`` box, given without its version and flags.

    Those of other items, such as the tone-mapped picture of a gain map, are left out.
    """
    inside = dict(boxes(meta))
    properties = dict(boxes(inside.get(b"iprp", b"")))
    container = list(boxes(properties.get(b"ipco", b"")))
    try:
        item_format = ">H" if inside.get(b"pitm", b"")[0] == 0 else ">I"
        (primary,) = struct.unpack_from(item_format, inside[b"pitm"], 4)
        numbers = _associations(properties.get(b"ipma", b"")).get(primary, [])
    except (struct.error, IndexError):
        return []
    return [container[number - 1] for number in numbers if 1 <= number <= len(container)]


def _associations(ipma: bytes) -> dict[int, list[int]]:
    """Numbers of the properties of each item, from 1 on."""
    version, wide = ipma[0], ipma[3] & 1
    (count,) = struct.unpack_from(">I", ipma, 4)
    at, found = 8, {}
    item_format = ">HB" if version < 1 else ">IB"
    for _ in range(count):
        item, properties = struct.unpack_from(item_format, ipma, at)
        at += struct.calcsize(item_format)
        numbers = struct.unpack_from(f">{properties}{'H' if wide else 'B'}", ipma, at)
        at += properties * (2 if wide else 1)
        found[item] = [number & (0x7FFF if wide else 0x7F) for number in numbers]
    return found
