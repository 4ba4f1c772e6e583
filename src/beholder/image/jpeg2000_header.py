"""How many bits the samples of a JPEG 2000 file have, which Pillow does not say.

Source: ISO/IEC 15444-1, A.5.1 (SIZ marker segment), I.5.4 (contiguous codestream box).
"""

from __future__ import annotations

from beholder.image.iso_boxes import boxes

_CODESTREAM = b"\xff\x4f\xff\x51"  # SOC and the marker of SIZ
_COMPONENTS = 40  # where their number stands, counted from SOC


def sample_bits(data: bytes) -> tuple[int, ...]:
    """Return the bits of a sample of each component; empty where the header is damaged."""
    if not data.startswith(_CODESTREAM):
        data = next((body for kind, body in boxes(data) if kind == b"jp2c"), b"")
    count = int.from_bytes(data[_COMPONENTS : _COMPONENTS + 2], "big")
    told = data[_COMPONENTS + 2 : _COMPONENTS + 2 + 3 * count : 3]
    if not data.startswith(_CODESTREAM) or len(told) < count:
        return ()
    return tuple((each & 0x7F) + 1 for each in told)  # the highest bit is the sign
