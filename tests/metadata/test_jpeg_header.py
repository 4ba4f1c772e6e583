"""The marker walk: every sampling that Pillow writes, damaged files, and files of kinds that are not read."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from beholder.errors import InputError, UnsupportedImageError
from beholder.metadata.jpeg_header import COM, DHT, Segment, read_jpeg_header, subsampling_name, walk_segments


def jpeg(mode: str = "RGB", **options: object) -> bytes:
    pixels = np.random.default_rng(3).integers(0, 256, (40, 56, 3)).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(file, "JPEG", **options)
    return file.getvalue()


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
@pytest.mark.parametrize("progressive", [False, True])
def test_frames_of_pillow(subsampling: str, progressive: bool) -> None:
    header = read_jpeg_header(jpeg(subsampling=subsampling, progressive=progressive), "a")
    assert (header.width, header.height, header.components) == (56, 40, 3)
    assert header.subsampling == subsampling
    assert header.progressive == progressive


def test_grey() -> None:
    header = read_jpeg_header(jpeg("L"), "a")
    assert (header.components, header.subsampling) == (1, "grey")


@pytest.mark.parametrize(
    ("sampling", "name"),
    [
        (((2, 2), (2, 2), (2, 2)), "4:4:4"),
        (((1, 2), (1, 1), (1, 1)), "4:4:0"),
        (((4, 1), (1, 1), (1, 1)), "4:1:1"),
        (((2, 2), (1, 2), (1, 2)), "4:2:2"),
        (((2, 2), (1, 1), (2, 1)), "2x2,1x1,2x1"),
        (((1, 1), (2, 2), (2, 2)), "1x1,2x2,2x2"),
        (((1, 1),) * 4, "1x1,1x1,1x1,1x1"),
    ],
)
def test_names_of_sampling(sampling: tuple[tuple[int, int], ...], name: str) -> None:
    assert subsampling_name(sampling) == name


def test_tables_between_scans_are_found_and_data_are_not_taken_for_markers() -> None:
    data = jpeg(progressive=True, optimize=True, quality=95)
    between = list(walk_segments(data, "a"))
    before = read_jpeg_header(data, "a").segments
    assert tuple(between[: len(before)]) == before
    assert sum(segment.marker == DHT for segment in between) > sum(
        segment.marker == DHT for segment in before
    )
    restarts = jpeg(restart_marker_blocks=1)
    assert {segment.marker for segment in walk_segments(restarts, "a")} <= {
        0xE0,
        0xDB,
        0xC0,
        0xC4,
        0xDD,
        0xDA,
    }


def test_what_stands_behind_the_first_scan() -> None:
    data = jpeg()
    late = Segment(COM, b"\xff\xd9 late")
    odd = data[:-2] + b"\xff\xff\xff" + late.to_bytes() + data[-2:] + b"behind"
    header = read_jpeg_header(odd, "a")
    assert header.late_segments == (late,)
    assert header.placed_late_segments[0].offset == len(data) + 1
    assert header.placed_late_segments[0].end == len(data) + 1 + len(late.to_bytes())
    assert (header.end, header.trailer) == (len(odd) - 6, b"behind")
    assert read_jpeg_header(data, "a").trailer == b""


@pytest.mark.parametrize("cut", [0, 5, 7])
def test_a_file_without_eoi_has_nothing_behind_it(cut: int) -> None:
    data = jpeg()[:-2] + Segment(COM, b"late").to_bytes()[: 8 - cut]
    header = read_jpeg_header(data, "a")
    assert (header.end, header.trailer) == (len(data), b"")
    assert len(header.late_segments) == (not cut)


def test_fill_bytes_and_stray_bytes_are_passed_over() -> None:
    data = jpeg()
    odd = data[:2] + b"\xff\xff\xff" + Segment(COM, b"\xff\xda").to_bytes() + b"stray" + data[2:]
    header = read_jpeg_header(odd, "a")
    assert header.segments[0] == Segment(COM, b"\xff\xda")
    assert header.segments[1:] == read_jpeg_header(data, "a").segments
    assert odd[header.scan_offset :][:2] == b"\xff\xda"


@pytest.mark.parametrize(
    ("marker", "word"),
    [(0xC3, "lossless"), (0xC5, "hierarchical"), (0xC9, "arithmetic"), (0xCA, "arithmetic")],
)
def test_other_kinds_of_frame_are_refused(marker: int, word: str) -> None:
    data = jpeg().replace(b"\xff\xc0", bytes((0xFF, marker)), 1)
    with pytest.raises(UnsupportedImageError, match=f"a: {word}"):
        read_jpeg_header(data, "a")


@pytest.mark.parametrize(
    ("offset", "value", "error", "words"),
    [
        (0, 12, UnsupportedImageError, "12 bits"),
        (5, 2, InputError, "2 components"),
        (7, 0x00, InputError, "sampling factors"),
        (7, 0x51, InputError, "sampling factors"),
    ],
)
def test_frames_that_are_not_read_say_why(
    offset: int, value: int, error: type[Exception], words: str
) -> None:
    data = bytearray(jpeg())
    data[data.index(b"\xff\xc0") + 4 + offset] = value
    with pytest.raises(error, match=words):
        read_jpeg_header(bytes(data), "a")


def test_a_height_given_later_is_refused() -> None:
    data = bytearray(jpeg())
    start = data.index(b"\xff\xc0") + 5
    data[start : start + 2] = b"\0\0"
    with pytest.raises(UnsupportedImageError, match="56x0"):
        read_jpeg_header(bytes(data), "a")


def test_every_cut_before_the_scan_is_an_error() -> None:
    data = jpeg()
    scan = read_jpeg_header(data, "a").scan_offset
    for size in range(scan):
        with pytest.raises(InputError, match=r"^a: "):
            read_jpeg_header(data[:size], "a")


def test_no_picture() -> None:
    with pytest.raises(InputError, match="before the first scan"):
        read_jpeg_header(b"\xff\xd8\xff\xd9", "a")
    with pytest.raises(InputError, match="not a JPEG"):
        read_jpeg_header(b"\x89PNG", "a")


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_header_or_an_error(tail: bytes) -> None:
    with pytest.raises(InputError):
        read_jpeg_header(b"\xff\xd8\xff" + tail.replace(b"\xda", b""), "a")
