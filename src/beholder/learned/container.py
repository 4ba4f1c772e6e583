"""The file format ``.bhd``, version 1: header, metadata, a stream of symbols for each tile, a checksum.

`docs/format.md` has it to the byte.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from beholder.errors import InputError

MAX_SIDE = 65535
QUALITIES = 64
IDENTITY_BYTES = 4
TILE = 1024  # pixels a side; a multiple of 64
LARGEST_DIAL = 255  # of the observer: alpha = 1

_MAGIC = b"BHD"
_VERSION = 1
_GREY, _ICC, _EXIF, _XMP, _ADAPTER = 1, 2, 4, 8, 16
_CHECKSUM_BYTES = 4
_HEADER_CHECK_BYTES = 2
_WORD_BYTES = 4
_MOST_NUMBER_BYTES = 5


@dataclass(frozen=True, kw_only=True)
class Header:
    """What a file says about its picture.

    Attributes:
        identity: Of the weights that it was written with.
        width: Pixels, 1..65535.
        height: Pixels, 1..65535.
        grey: Whether the picture has one component.
        quality: 0..63.
        observer_dial: 0..255, for whom it was encoded; 0 is least squared error.
        adapter: Identity of the adapter that its pixels are made with, if any.
        icc_profile: The colour profile.
        exif: The EXIF stream, without a prefix.
        xmp: The XMP packet.
    """

    identity: bytes
    width: int
    height: int
    grey: bool
    quality: int
    observer_dial: int = 0
    adapter: bytes | None = None
    icc_profile: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None

    @property
    def observer(self) -> float:
        """The dial as 0..1."""
        return self.observer_dial / LARGEST_DIAL

    def to_bytes(self) -> bytes:
        """Return the header as it stands in the file."""
        blocks = (self.icc_profile, self.exif, self.xmp)
        present = zip((_ADAPTER, _ICC, _EXIF, _XMP), (self.adapter, *blocks), strict=True)
        flags = self.grey * _GREY | sum(flag for flag, part in present if part is not None)
        parts = [
            _MAGIC,
            bytes([_VERSION]),
            self.identity,
            bytes([flags, self.quality, self.observer_dial]),
            self.adapter or b"",
            _number(self.width),
            _number(self.height),
        ]
        for block in blocks:
            if block is not None:
                parts += [_number(len(block)), block]
        return b"".join(parts)


@dataclass(frozen=True, kw_only=True)
class Container:
    """A file taken apart.

    Attributes:
        header: What it says about its picture.
        header_bytes: The same as it stands in the file, which the checksum covers.
        streams: Symbols of each tile, row by row.
        checksum: CRC-32 of the header and of all decoded symbols.
    """

    header: Header
    header_bytes: bytes
    streams: tuple[bytes, ...]
    checksum: int


def write_container(header: Header, streams: tuple[bytes, ...], checksum: int) -> bytes:
    """Return the file's bytes; streams are whole 32-bit words."""
    header_bytes = header.to_bytes()
    parts = [header_bytes, _header_check(header_bytes)]
    for stream in streams:
        assert len(stream) % _WORD_BYTES == 0
        parts += [_number(len(stream) // _WORD_BYTES), stream]
    return b"".join([*parts, checksum.to_bytes(_CHECKSUM_BYTES, "little")])


def read_container(data: bytes, name: str, *, tile: int = TILE) -> Container:
    """Return the parts of a file.

    Args:
        data: The file.
        name: What to call it in messages.
        tile: Side of a tile in pixels, other than the format's for tests alone.

    Raises:
        InputError: It is no such file, of a later version, cut, or damaged.
    """
    reader = _Reader(data, name)
    if reader.take(len(_MAGIC), "magic") != _MAGIC:
        raise InputError(f"{name}: no file of the learned codec; it does not begin with {_MAGIC.decode()}")
    version = reader.byte("version")
    if version != _VERSION:
        raise InputError(
            f"{name}: version {version} of the format; this Beholder reads {_VERSION}, get a later one"
        )
    identity = reader.take(IDENTITY_BYTES, "identity of the weights")
    flags, quality, dial = reader.byte("flags"), reader.byte("quality"), reader.byte("observer dial")
    if flags > _GREY | _ICC | _EXIF | _XMP | _ADAPTER or quality >= QUALITIES:
        raise InputError(f"{name}: damaged header (flags {flags}, quality {quality})")
    adapter = reader.take(IDENTITY_BYTES, "identity of the adapter") if flags & _ADAPTER else None
    width, height = reader.number("width"), reader.number("height")
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
        raise InputError(f"{name}: damaged header ({width}x{height} pixels; sides are 1 to {MAX_SIDE})")
    icc, exif, xmp = (
        reader.take(reader.number("metadata"), "metadata") if flags & flag else None
        for flag in (_ICC, _EXIF, _XMP)
    )
    header = Header(
        identity=identity,
        width=width,
        height=height,
        grey=bool(flags & _GREY),
        quality=quality,
        observer_dial=dial,
        adapter=adapter,
        icc_profile=icc,
        exif=exif,
        xmp=xmp,
    )
    header_bytes = data[: reader.place]
    if reader.take(_HEADER_CHECK_BYTES, "header's checksum") != _header_check(header_bytes):
        raise InputError(f"{name}: damaged, the checksum of its header is wrong")
    tiles = -(-width // tile) * -(-height // tile)
    streams = tuple(reader.take(_WORD_BYTES * reader.number("tile"), "tile") for _ in range(tiles))
    checksum = int.from_bytes(reader.take(_CHECKSUM_BYTES, "checksum"), "little")
    if reader.place != len(data):
        raise InputError(f"{name}: {len(data) - reader.place} bytes follow the end of the picture")
    return Container(header=header, header_bytes=header_bytes, streams=streams, checksum=checksum)


def is_learned(data: bytes) -> bool:
    """Whether a file begins as those of the learned codec do."""
    return data.startswith(_MAGIC)


class _Reader:
    """Takes parts of a file one by one."""

    def __init__(self, data: bytes, name: str) -> None:
        self._data = data
        self._name = name
        self.place = 0

    def take(self, count: int, what: str) -> bytes:
        end = self.place + count
        if end > len(self._data):
            raise InputError(f"{self._name}: cut off in the {what}, at {len(self._data)} bytes")
        part = self._data[self.place : end]
        self.place = end
        return part

    def byte(self, what: str) -> int:
        return self.take(1, what)[0]

    def number(self, what: str) -> int:
        value = 0
        for position in range(_MOST_NUMBER_BYTES):
            byte = self.byte(what)
            value |= (byte & 127) << 7 * position
            if byte < 128:
                return value
        raise InputError(f"{self._name}: damaged (the length of the {what} does not end)")


def _header_check(header: bytes) -> bytes:
    """Return what shows a damaged size before pictures of that size are decoded."""
    return zlib.crc32(header).to_bytes(4, "little")[:_HEADER_CHECK_BYTES]


def _number(value: int) -> bytes:
    """Return the value as LEB128: seven bits a byte, lowest first, the top bit set on all but the last."""
    parts = bytearray()
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    parts.append(value)
    return bytes(parts)
