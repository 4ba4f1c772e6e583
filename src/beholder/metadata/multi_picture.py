"""The index of a JPEG file's further pictures (MPF), which names them by their places in the file.

Source: CIPA DC-007 (Multi-Picture Format), 5.2.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

MPF_PREFIX = b"MPF\x00"
_NUMBER_OF_IMAGES, _ENTRIES = 0xB001, 0xB002
_ENTRY_BYTES = 16
_SIZE_AT, _OFFSET_AT = 4, 8  # within an entry, behind its attributes


@dataclass(frozen=True)
class MultiPictureIndex:
    """An index whose pictures all lie behind the EOI of the first.

    Attributes:
        payload: Of the APP2 segment, as it was in the file that it comes from.
        byte_order: ``<`` or ``>``, as for `struct`.
        table: Position of the table of entries in `payload`.
        places: Of the second picture and those after it, in bytes behind the EOI of the first.
        padding: Bytes behind its EOI that the size of the first picture counts too.
    """

    payload: bytes = field(repr=False)
    byte_order: str
    table: int
    places: tuple[int, ...]
    padding: int

    def payload_at(self, position: int, end: int) -> bytes:
        """Return the payload for a file.

        Args:
            position: Of the payload in the file.
            end: Position behind the EOI of the first picture.
        """
        payload = bytearray(self.payload)
        offsets = [end + place - position - len(MPF_PREFIX) for place in self.places]
        struct.pack_into(self.byte_order + "I", payload, self.table + _SIZE_AT, end + self.padding)
        for number, offset in enumerate(offsets, 1):
            entry = self.table + number * _ENTRY_BYTES
            struct.pack_into(self.byte_order + "I", payload, entry + _OFFSET_AT, offset)
        return bytes(payload)


def read_index(payload: bytes, position: int, end: int, trailer: bytes) -> MultiPictureIndex | None:
    """Return the index of an APP2 segment; None when it is damaged or names places where no JPEG begins.

    Args:
        payload: Of the segment.
        position: Of the payload in the file.
        end: Position behind the EOI of the first picture.
        trailer: The bytes from there on.
    """
    byte_order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(payload[4:8])
    if byte_order is None:
        return None
    try:
        table, count = _entry_table(payload, byte_order)
        entries = [
            struct.unpack_from(byte_order + "II", payload, table + number * _ENTRY_BYTES + _SIZE_AT)
            for number in range(count)
        ]
    except (struct.error, ValueError):
        return None
    places = tuple(position + len(MPF_PREFIX) + offset - end for _, offset in entries[1:])
    if not places or any(place < 0 or trailer[place : place + 2] != b"\xff\xd8" for place in places):
        return None
    padding = entries[0][0] - end
    return MultiPictureIndex(
        payload, byte_order, table, places, padding if 0 <= padding <= min(places) else 0
    )


def _entry_table(payload: bytes, byte_order: str) -> tuple[int, int]:
    """Return where the table of entries begins in the payload, and how many it has."""
    start = len(MPF_PREFIX)
    (directory,) = struct.unpack_from(byte_order + "I", payload, start + 4)
    (fields,) = struct.unpack_from(byte_order + "H", payload, start + directory)
    values = {}
    for number in range(fields):
        tag, _, length, value = struct.unpack_from(
            byte_order + "HHII", payload, start + directory + 2 + 12 * number
        )
        values[tag] = (length, value)
    if _NUMBER_OF_IMAGES not in values or _ENTRIES not in values:
        raise ValueError("an index without pictures")
    count = values[_NUMBER_OF_IMAGES][1]
    size, offset = values[_ENTRIES]
    if count * _ENTRY_BYTES > size or start + offset + size > len(payload):
        raise ValueError("a table that is cut off")
    return start + offset, count
