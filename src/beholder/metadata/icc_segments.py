"""A colour profile as the numbered APP2 segments of a JPEG file, and whether one is whole.

Source: ICC.1:2022, 7.2 and 7.3 (header and tag table), B.4 (embedding in JPEG).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from beholder.metadata.jpeg_header import APP2, Segment
from beholder.metadata.metadata import ICC_CHUNK, ICC_PREFIX

_CHUNK_START = len(ICC_PREFIX) + 2
_HEADER_BYTES = 128
INCOMPLETE_PROFILE = "the ICC profile is incomplete and is dropped"


def icc_segments(profile: bytes) -> list[Segment]:
    """Return the segments that hold the profile."""
    chunks = [profile[start : start + ICC_CHUNK] for start in range(0, len(profile), ICC_CHUNK)]
    return [
        Segment(APP2, ICC_PREFIX + bytes((number, len(chunks))) + chunk)
        for number, chunk in enumerate(chunks, 1)
    ]


def join_icc(segments: Sequence[Segment]) -> tuple[bytes | None, str | None]:
    """Return the profile, None when it is incomplete, and what is lost of it, None for nothing.

    Chunks may stand in any order and more than once. Where two have the same number the first counts, as a
    second profile in a file is a leftover of some program.
    """
    chunks: dict[int, bytes] = {}
    differs, total = False, 0
    for segment in segments:
        place, chunk = segment.payload[len(ICC_PREFIX) : _CHUNK_START], segment.payload[_CHUNK_START:]
        if chunk:
            differs |= chunks.setdefault(place[0], chunk) != chunk
            total = total or place[1]
    profile = b"".join(chunks[number] for number in sorted(chunks))
    first = min(chunks, default=0)  # some programs count from 0
    if sorted(chunks) != list(range(first, first + len(chunks))) or first > 1:
        return None, INCOMPLETE_PROFILE
    if not is_whole(profile, has_all_chunks=len(chunks) >= total):
        return None, INCOMPLETE_PROFILE
    return profile, "a second ICC profile is dropped" if differs else None


def is_whole(profile: bytes, *, has_all_chunks: bool = True) -> bool:
    """Return whether everything that the profile needs is there.

    Its own size field may say less, when there is padding behind, or more, when that was cut off; then the
    tags tell.
    """
    if len(profile) < _HEADER_BYTES:
        return False
    (size,) = struct.unpack_from(">I", profile)
    if size == len(profile) or (size < len(profile) and has_all_chunks):
        return True
    try:
        (count,) = struct.unpack_from(">I", profile, _HEADER_BYTES)
        places = struct.iter_unpack(">4sII", profile[_HEADER_BYTES + 4 :][: 12 * count])
        ends: list[int] = [offset + length for _, offset, length in places]
    except struct.error:
        return False
    return 0 < len(ends) == count and max(ends) <= len(profile)
