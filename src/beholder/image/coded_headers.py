"""What headers say and Pillow does not: whether a JPEG XL file moves, how many bits JPEG 2000 samples have.

Sources: ISO/IEC 18181-1, 6 (bit stream and U32), D.2 (SizeHeader), D.3 (ImageMetadata: the fields up to the
animation); ISO/IEC 18181-2, 4 (boxes ``jxlc`` and ``jxlp``); ISO/IEC
15444-1, A.5.1 (SIZ marker segment), I.5.4 (contiguous codestream box).
"""

from __future__ import annotations

from beholder.image.iso_boxes import boxes

_SIGNATURE = b"\xff\x0a"
# U32 distributions, one of four by two bits: number of bits to read and what to add.
_SIDE = ((9, 1), (13, 1), (18, 1), (30, 1))
_PREVIEW_SIDE_BY_8 = ((0, 16), (0, 32), (5, 1), (9, 33))
_PREVIEW_SIDE = ((6, 1), (8, 65), (10, 321), (12, 1345))
_J2K_CODESTREAM = b"\xff\x4f\xff\x51"  # SOC and the marker of SIZ
_J2K_COMPONENTS = 40  # where their number stands, counted from SOC


class _Bits:
    """Reads numbers from the lowest bit of the first byte on; zeros behind the end."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "little")

    def read(self, count: int) -> int:
        value = self._value & ((1 << count) - 1)
        self._value >>= count
        return value

    def read_u32(self, distributions: tuple[tuple[int, int], ...]) -> int:
        count, offset = distributions[self.read(2)]
        return self.read(count) + offset


def is_animated(data: bytes) -> bool:
    """Return whether the header of a JPEG XL file (with or without boxes) tells an animation."""
    bits = _Bits(_codestream(data)[2:66])
    _skip_size(bits, 5, _SIDE)
    if bits.read(1) or not bits.read(1):  # everything as by default, or no extra fields
        return False
    bits.read(3)  # orientation
    if bits.read(1):
        _skip_size(bits, 5, _SIDE)
    if bits.read(1):
        _skip_size(bits, None, _PREVIEW_SIDE)
    return bool(bits.read(1))


def _skip_size(bits: _Bits, side_by_8: int | None, side: tuple[tuple[int, int], ...]) -> None:
    """Pass over a SizeHeader, or a PreviewHeader, whose sides by 8 are U32 rather than of so many bits."""
    by_8 = bits.read(1)

    def skip_side() -> None:
        if not by_8:
            bits.read_u32(side)
        elif side_by_8 is None:
            bits.read_u32(_PREVIEW_SIDE_BY_8)
        else:
            bits.read(side_by_8)

    skip_side()
    if bits.read(3) == 0:  # no fixed ratio: the width follows
        skip_side()


def _codestream(data: bytes) -> bytes:
    if data.startswith(_SIGNATURE):
        return data
    for kind, body in boxes(data):
        if kind == b"jxlc":
            return body
        if kind == b"jxlp":
            return body[4:]  # behind its number
    return b""


def sample_bits(data: bytes) -> tuple[int, ...]:
    """Return the bits a sample of each component of a JPEG 2000 file; empty where its header is damaged."""
    if not data.startswith(_J2K_CODESTREAM):
        data = next((body for kind, body in boxes(data) if kind == b"jp2c"), b"")
    count = int.from_bytes(data[_J2K_COMPONENTS : _J2K_COMPONENTS + 2], "big")
    told = data[_J2K_COMPONENTS + 2 : _J2K_COMPONENTS + 2 + 3 * count : 3]
    if not data.startswith(_J2K_CODESTREAM) or len(told) < count:
        return ()
    return tuple((each & 0x7F) + 1 for each in told)  # the highest bit is the sign
