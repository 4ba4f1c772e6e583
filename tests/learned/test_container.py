"""The file format's frame, against `docs/format.md`. Needs no torch."""

import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.errors import InputError
from beholder.learned.container import Header, is_learned, read_container, write_container
from tests.learned.files import IDENTITY, bhd_file, header_of

BLOCKS = st.none() | st.binary(max_size=300)


@st.composite
def headers(draw: st.DrawFn) -> Header:
    return Header(
        identity=draw(st.binary(min_size=4, max_size=4)),
        width=draw(st.integers(1, 65535)),
        height=draw(st.integers(1, 65535)),
        grey=draw(st.booleans()),
        quality=draw(st.integers(0, 63)),
        observer_dial=draw(st.integers(0, 255)),
        adapter=draw(st.none() | st.binary(min_size=4, max_size=4)),
        icc_profile=draw(BLOCKS),
        exif=draw(BLOCKS),
        xmp=draw(BLOCKS),
    )


@given(headers(), st.integers(0, 2**32 - 1))
def test_what_is_written_is_read(header: Header, checksum: int) -> None:
    tiles = -(-header.width // 1024) * -(-header.height // 1024)
    streams = tuple(bytes(4 * (number % 3)) for number in range(tiles))
    data = write_container(header, streams, checksum)
    assert is_learned(data)
    container = read_container(data, "file")
    assert (container.header, container.streams, container.checksum) == (header, streams, checksum)
    assert container.header_bytes == header.to_bytes()


def test_every_byte_is_where_the_format_has_it() -> None:
    header = header_of(300, 7, grey=True, quality=5, observer_dial=9, icc_profile=b"profile", xmp=b"")
    start = (
        b"BHD\x01" + IDENTITY + bytes([1 | 2 | 8, 5, 9]) + b"\xac\x02" + b"\x07" + b"\x07profile" + b"\x00"
    )
    check = (zlib.crc32(start) & 0xFFFF).to_bytes(2, "little")
    data = write_container(header, (b"12345678",), 0x01020304)
    assert data == start + check + b"\x02" + b"12345678" + b"\x04\x03\x02\x01"


def test_an_adapter_is_named_behind_the_dial() -> None:
    data = bhd_file(header_of(300, 7, quality=5, adapter=b"adap"))
    assert data[8:17] == bytes([16, 5, 0]) + b"adap" + b"\xac\x02"
    assert header_of(1, 1, observer_dial=51).observer == 0.2


def test_a_long_block_has_a_long_number() -> None:
    header = header_of(1, 1, exif=bytes(200_000))
    assert read_container(bhd_file(header), "file").header == header


def test_every_cut_is_told_with_its_place() -> None:
    data = bhd_file(header_of(1030, 20, icc_profile=b"icc", exif=b"exif", xmp=b"xmp"))
    for length in range(len(data)):
        with pytest.raises(InputError, match=rf"^a\.bhd: cut off in the .*, at {length} bytes$"):
            read_container(data[:length], "a.bhd")
    with pytest.raises(InputError, match=r"^a\.bhd: 2 bytes follow the end of the picture$"):
        read_container(data + b"??", "a.bhd")


def test_any_changed_bit_of_the_header_is_seen() -> None:
    header = header_of(1030, 20, icc_profile=b"icc", exif=b"exif", xmp=b"xmp")
    data = bhd_file(header)
    for bit in range(8 * (len(header.to_bytes()) + 2)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(InputError):
            read_container(bytes(changed), "a.bhd")


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (0, ord("X"), "no file of the learned codec; it does not begin with BHD"),
        (3, 0, "version 0 of the format; this Beholder reads 1, get a later one"),
        (8, 32, "damaged header (flags 32, quality 40)"),
        (9, 64, "damaged header (flags 0, quality 64)"),
        (11, 0, "damaged header (0x20 pixels; sides are 1 to 65535)"),
        (10, 1, "damaged, the checksum of its header is wrong"),
    ],
)
def test_what_cannot_be_read_is_told(place: int, value: int, words: str) -> None:
    data = bytearray(bhd_file(header_of(30, 20)))
    data[place] = value
    with pytest.raises(InputError) as caught:
        read_container(bytes(data), "a.bhd")
    assert str(caught.value) == f"a.bhd: {words}"


def test_sides_and_numbers_have_an_end() -> None:
    start = bhd_file(header_of(30, 20))[:11]
    with pytest.raises(InputError, match=r"damaged header \(65536x1 pixels; sides are 1 to 65535\)"):
        read_container(start + b"\x80\x80\x04\x01", "a.bhd")
    with pytest.raises(InputError, match=r"damaged \(the length of the width does not end\)"):
        read_container(start + b"\xff" * 20, "a.bhd")


@pytest.mark.parametrize(("width", "height", "tiles"), [(1024, 1024, 1), (1025, 1024, 2), (2048, 1025, 4)])
def test_there_is_a_stream_for_each_tile(width: int, height: int, tiles: int) -> None:
    header = header_of(width, height)
    assert len(read_container(bhd_file(header), "file").streams) == tiles
    fewer = write_container(header, (b"",) * (tiles - 1), 0)
    with pytest.raises(InputError, match="cut off in the checksum"):
        read_container(fewer, "file")


def test_headers_differ_in_every_field() -> None:
    header = header_of(30, 20)
    changes = {
        "identity": b"1234",
        "width": 31,
        "height": 21,
        "grey": True,
        "quality": 41,
        "observer_dial": 1,
        "adapter": b"\xad\xa9\x7e\x40",
        "icc_profile": b"",
        "exif": b"",
        "xmp": b"",
    }
    files = {replace(header, **{name: value}).to_bytes() for name, value in changes.items()}
    assert len(files | {header.to_bytes()}) == len(changes) + 1
