"""The MPF index: read, refused where it is damaged, and written for other places."""

import numpy as np
import pytest

from beholder.metadata.jpeg_header import read_jpeg_header
from beholder.metadata.multi_picture import MultiPictureIndex, read_index
from tests.jpeg.containers import jpeg, with_mpf

SECOND = jpeg(8, 40, 24)


def index_of(data: bytes) -> MultiPictureIndex | None:
    header = read_jpeg_header(data, "a")
    placed = next(one for one in header.placed_segments if one.segment.payload.startswith(b"MPF\0"))
    return read_index(placed.segment.payload, placed.offset + 4, header.end, header.trailer)


@pytest.mark.parametrize("byte_order", ["<", ">"])
@pytest.mark.parametrize("gap", [0, 11])
def test_places_are_counted_from_eoi(byte_order: str, gap: int) -> None:
    data = with_mpf(jpeg(), SECOND, SECOND, byte_order=byte_order, gap=gap)
    index = index_of(data)
    assert index is not None
    assert index.places == (gap, 2 * gap + len(SECOND))
    assert (index.byte_order, index.padding) == (byte_order, 0)
    header = read_jpeg_header(data, "a")
    placed = next(one for one in header.placed_segments if one.segment.payload == index.payload)
    assert index.payload_at(placed.offset + 4, header.end) == index.payload


def test_padding_that_the_first_picture_counts_stays() -> None:
    data = bytearray(with_mpf(jpeg(), SECOND, gap=11))
    end = read_jpeg_header(bytes(data), "a").end
    place = data.index(end.to_bytes(4, "big"))
    data[place : place + 4] = (end + 11).to_bytes(4, "big")
    index = index_of(bytes(data))
    assert index is not None
    assert index.padding == 11
    assert (5000 + 11).to_bytes(4, "big") in index.payload_at(100, 5000)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[: read_jpeg_header(data, "a").end],
        lambda data: data[: read_jpeg_header(data, "a").end] + b"x" + SECOND,
        lambda data: data.replace(b"MPF\0MM\0*", b"MPF\0XX\0*"),
        lambda data: data.replace(b"MPF\0MM\0*\0\0\0\x08", b"MPF\0MM\0*\0\0\xff\x08"),
        lambda data: data.replace(b"\xb0\x01\0\4\0\0\0\1\0\0\0\2", b"\xb0\x01\0\4\0\0\0\1\0\0\0\3"),
        lambda data: data.replace(b"\xb0\x02\0\7\0\0\0\x20", b"\xb0\x02\0\7\0\0\xff\x20"),
        lambda data: data.replace(b"\xb0\x01\0\4\0\0\0\1\0\0\0\2", b"\xb0\x05\0\4\0\0\0\1\0\0\0\2"),
        lambda data: data.replace(b"\xb0\x01\0\4\0\0\0\1\0\0\0\2", b"\xb0\x01\0\4\0\0\0\1\0\0\0\1"),
    ],
)
def test_damaged_indexes_are_none(change) -> None:  # type: ignore[no-untyped-def]
    whole = with_mpf(jpeg(), SECOND)
    changed = change(whole)
    assert changed != whole
    assert index_of(changed) is None


def test_any_bytes_are_an_index_or_none() -> None:
    random = np.random.default_rng(4)
    data = with_mpf(jpeg(), SECOND)
    header = read_jpeg_header(data, "a")
    (placed,) = [one for one in header.placed_segments if one.segment.payload.startswith(b"MPF\0")]
    for _ in range(3000):
        payload = bytearray(placed.segment.payload)
        for place in random.integers(4, len(payload), random.integers(1, 5)):
            payload[place] = random.integers(256)
        index = read_index(bytes(payload), placed.offset + 4, header.end, header.trailer)
        if index is not None:
            assert len(index.payload_at(placed.offset + 4, header.end)) == len(payload)
