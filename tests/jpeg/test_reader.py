"""The reader on files by libjpeg, on damaged ones and on hostile ones."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beholder._core import CoreError, LevelImage, Plane, Scan, read_levels, write_jpeg

Function = Callable[..., object]

OPTIONS = {
    "baseline": {},
    "optimised": {"optimize": True},
    "progressive": {"progressive": True},
    "4:4:4": {"subsampling": 0},
    "4:2:2 progressive": {"subsampling": 1, "progressive": True},
    "quality 100": {"quality": 100},
    "quality 100 progressive": {"quality": 100, "progressive": True},
    "quality 1": {"quality": 1, "progressive": True},
    "restart blocks": {"restart_marker_blocks": 1},
    "restart rows": {"restart_marker_rows": 1},
    "restart progressive": {"restart_marker_blocks": 3, "progressive": True},
}
SOF0, SOF2, DHT, SOS, DQT, DRI = (b"\xff" + bytes([code]) for code in (0xC0, 0xC2, 0xC4, 0xDA, 0xDB, 0xDD))


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
@pytest.mark.parametrize("size", [(1, 1), (8, 8), (17, 33), (131, 70)])
def test_coefficients_equal_libjpegs(
    mode: str,
    options: dict,
    size: tuple[int, int],
    pillow_jpeg: Function,
    libjpeg_levels: Function,
    decode: Function,
) -> None:
    file = pillow_jpeg(size[0], size, mode, **options)
    contents = read_levels(file)
    image = contents.image
    assert contents.warnings == []
    assert (image.width, image.height) == size
    assert contents.progressive == ("progressive" in options)
    for plane, expected in zip(image.planes, libjpeg_levels(file, image), strict=True):
        assert np.array_equal(plane.levels[: plane.blocks_high, : plane.blocks_wide], expected)
    for written in (
        write_jpeg(image, mode=m, adobe_transform=contents.adobe_transform)
        for m in ("sequential", "progressive")
    ):
        assert np.array_equal(decode(written), decode(file))


def test_metadata_and_sizes(pillow_jpeg: Function) -> None:
    file = pillow_jpeg(
        0, (90, 60), comment=b"a word", dpi=(300, 150), exif=b"Exif\0\0II*\0", icc_profile=b"i" * 70_000
    )
    contents = read_levels(file)
    assert contents.density == (1, 300, 150)
    assert [segment.marker for segment in contents.segments] == [0xE1, 0xE2, 0xE2, 0xFE]
    assert contents.segments[0].payload == b"Exif\0\0II*\0"
    assert contents.segments[3].payload == b"a word"
    assert [info.scan for info in contents.scans] == [Scan([0, 1, 2])]
    start = file.rindex(SOS) + 2 + 12
    assert contents.scans[0].data_bytes == len(file) - start - 2
    assert contents.scans[0].table_bytes == 432  # the four tables of T.81 Annex K
    assert read_levels(pillow_jpeg(0, (90, 60), restart_marker_blocks=5)).restart_interval == 5
    assert read_levels(pillow_jpeg(0, (9, 9), "CMYK")).adobe_transform == 0


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 1}])
def test_every_truncation_is_noticed(options: dict, pillow_jpeg: Function) -> None:
    file = pillow_jpeg(3, (40, 24), quality=30, **options)
    levels = read_levels(file).image.planes[0].levels
    for length in range(len(file) - 2):
        with pytest.raises(CoreError, match=r"byte|begin|ends|header"):
            read_levels(file[:length])
    # Only the EOI marker is missing, wholly or by half.
    for length in (len(file) - 2, len(file) - 1):
        assert np.array_equal(read_levels(file[:length]).image.planes[0].levels, levels)


def test_bytes_behind_the_end_are_ignored(pillow_jpeg: Function) -> None:
    file = pillow_jpeg(4, (20, 20))
    contents = read_levels(file + b"\xff\xd8 another picture")
    assert contents.warnings == []
    assert np.array_equal(contents.image.planes[0].levels, read_levels(file).image.planes[0].levels)


def test_bytes_between_scan_and_marker_give_a_warning(pillow_jpeg: Function) -> None:
    file = pillow_jpeg(4, (20, 20))
    contents = read_levels(file[:-2] + b"\x12\x34\x56" + file[-2:])
    assert contents.warnings == ["scan 0 at byte 609: 3 bytes behind its last block ignored"]


def test_fill_bytes_before_markers(pillow_jpeg: Function) -> None:
    file = pillow_jpeg(4, (20, 20))
    filled = file.replace(DQT, b"\xff\xff\xff" + DQT).replace(SOS, b"\xff" + SOS)
    filled = filled[:-2] + b"\xff\xff" + filled[-2:]
    assert np.array_equal(
        read_levels(filled).image.planes[0].levels, read_levels(file).image.planes[0].levels
    )


def test_a_progressive_file_may_stop_early_with_a_warning(pillow_jpeg: Function) -> None:
    file = pillow_jpeg(5, (40, 40), progressive=True)
    second_scan = file.index(DHT, file.index(SOS))
    contents = read_levels(file[:second_scan] + b"\xff\xd9")
    assert not contents.complete
    assert contents.warnings == [
        "the picture is incomplete: the scans do not carry every coefficient to its last bit"
    ]
    assert not contents.image.planes[0].levels[..., 1:].any()
    with pytest.raises(CoreError, match="without an EOI marker, before the picture is complete"):
        read_levels(file[:second_scan])


def test_tables_redefined_between_scans() -> None:
    """Two components name quantisation table 0, which is defined anew between their scans."""
    planes = [Plane(np.full((1, 1, 64), i + 1, np.int16), id=i + 1) for i in range(2)]
    file = write_jpeg(LevelImage(8, 8, planes, [np.full(64, 7, np.uint16)]), script=[Scan([0]), Scan([1])])
    between = file.index(DHT, file.index(SOS))
    anew = file[:between] + DQT + b"\x00\x43\x00" + bytes([9] * 64) + file[between:]
    image = read_levels(anew).image
    assert [int(image.quant_tables[plane.quant_index][0]) for plane in image.planes] == [7, 9]


def set_byte(file: bytes, marker: bytes, offset: int, value: int) -> bytes:
    position = file.index(marker) + offset
    return file[:position] + bytes([value]) + file[position + 1 :]


def set_size(file: bytes, width: int, height: int, marker: bytes = SOF0) -> bytes:
    position = file.index(marker) + 5
    return file[:position] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + file[position + 4 :]


def lengthen(file: bytes, marker: bytes) -> bytes:
    """Adds a byte to the end of a segment."""
    position = file.index(marker) + 2
    length = int.from_bytes(file[position : position + 2], "big")
    end = position + length
    return file[:position] + (length + 1).to_bytes(2, "big") + file[position + 2 : end] + b"\0" + file[end:]


def shorten_codes(file: bytes) -> bytes:
    """Gives every code of the first Huffman table one bit, which only two can have."""
    counts = file.index(DHT) + 5
    return file[:counts] + bytes([sum(file[counts : counts + 16])]) + bytes(15) + file[counts + 16 :]


DAMAGE = {
    "empty": (lambda f: b"", "not a JPEG file"),
    "PNG": (lambda f: b"\x89PNG" + f, "not a JPEG file"),
    "no frame": (lambda f: b"\xff\xd8\xff\xd9", "no frame header"),
    "no scan": (lambda f: f[: f.index(DHT)] + b"\xff\xd9", "is in no scan"),
    "scan first": (lambda f: b"\xff\xd8" + f[f.index(SOS) :], "before any frame header"),
    "lossless": (lambda f: set_byte(f, SOF0, 1, 0xC3), "lossless, hierarchical or arithmetic"),
    "arithmetic": (lambda f: set_byte(f, SOF0, 1, 0xC9), "lossless, hierarchical or arithmetic"),
    "12 bits": (lambda f: set_byte(f, SOF0, 4, 12), "12 bits a sample"),
    "height 0": (lambda f: set_size(f, 40, 0), "height 0"),
    "width 0": (lambda f: set_size(f, 0, 24), "0 x 24 pixels"),
    "components": (lambda f: set_byte(f, SOF0, 9, 5), "5 components"),
    "sampling": (lambda f: set_byte(f, SOF0, 11, 0x05), "each must be 1 to 4"),
    "identifiers": (lambda f: set_byte(f, SOF0, 13, 1), "component 2 is not in the frame"),
    "quantiser index": (lambda f: set_byte(f, SOF0, 12, 4), "names quantisation table 4"),
    "quantiser missing": (lambda f: set_byte(f, SOF0, 12, 3), "table 3 is not defined"),
    "two frames": (lambda f: f.replace(DHT, f[f.index(SOF0) : f.index(DHT)] + DHT, 1), "second frame header"),
    "step 0": (lambda f: set_byte(f, DQT, 10, 0), "step of 0"),
    "quantiser precision": (lambda f: set_byte(f, DQT, 4, 0x20), "precision 2"),
    "segment length": (lambda f: set_byte(f, DQT, 2, 0xFF), "does not end within the file"),
    "segment too short": (lambda f: set_byte(f, DQT, 3, 0x42), "the segment ends at byte"),
    "table class": (lambda f: set_byte(f, DHT, 4, 0x20), "class 2"),
    "table overfull": (shorten_codes, "more codes"),
    "table missing": (lambda f: set_byte(f, SOS, 6, 0x30), "table 3 is not defined"),
    "unknown component": (lambda f: set_byte(f, SOS, 5, 9), "component 9 is not in the frame"),
    "component twice": (lambda f: set_byte(f, SOS, 7, 1), "not in the order of the frame"),
    "scan components": (lambda f: set_byte(f, SOS, 4, 4), "4 components in a scan"),
    "scan twice": (lambda f: f[:-2] + f[f.index(SOS) :], "already coded"),
    "reserved marker": (lambda f: f[:20] + b"\xff\x34" + f[20:], "0x34 at byte 20 is reserved"),
    "extension marker": (lambda f: f[:20] + b"\xff\xf0\0\2" + f[20:], "0xF0 at byte 20 is reserved"),
    "frame header too long": (lambda f: lengthen(f, SOF0), "must have 17"),
    "scan header too long": (lambda f: lengthen(f, SOS), "components need 12"),
    "restart interval too long": (lambda f: f[:20] + DRI + b"\0\5\0\0\0" + f[20:], "must have 4"),
    "quantiser of length 0": (lambda f: f[:20] + DQT + b"\0\0" + f[20:], "segment of 0 bytes"),
    "SOI inside": (lambda f: f[:20] + b"\xff\xd8" + f[20:], "cannot stand here"),
    "restart markers missing": (
        lambda f: f.replace(SOF0, DRI + b"\x00\x04\x00\x01" + SOF0),
        "restart marker 0 expected",
    ),
    "larger than its data": (lambda f: set_size(f, 65535, 65535), "ends too early"),
    "a little larger": (lambda f: set_size(f, 60, 24), "the data ends before the last block"),
}


@pytest.mark.parametrize(("damage", "message"), DAMAGE.values(), ids=DAMAGE.keys())
def test_damage_is_named(damage: Callable[[bytes], bytes], message: str, pillow_jpeg: Function) -> None:
    file = damage(pillow_jpeg(6, (40, 24), quality=30, optimize=True))
    with pytest.raises(CoreError, match=message):
        read_levels(file)


@given(
    kind=st.sampled_from(list(OPTIONS)),
    cut=st.none() | st.floats(0, 1),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 7)), max_size=6),
)
@settings(max_examples=300)
def test_damaged_files_are_refused_or_can_be_written_again(
    kind: str, cut: float | None, flips: list[tuple[float, int]], pillow_jpeg: Function
) -> None:
    file = bytearray(pillow_jpeg(9, (30, 26), **OPTIONS[kind]))
    for place, bit in flips:
        file[int(place * len(file))] ^= 1 << bit
    if cut is not None:
        file = file[: int(cut * len(file))]
    try:
        image = read_levels(bytes(file), max_pixels=10**6).image
        again = write_jpeg(image)
    except CoreError:
        return
    for plane, written in zip(image.planes, read_levels(again).image.planes, strict=True):
        inside = np.s_[: plane.blocks_high, : plane.blocks_wide]
        assert np.array_equal(written.levels[inside], plane.levels[inside])


PROGRESSIVE_DAMAGE = {
    "band": (7, 64, "not within 0..63"),
    "DC and AC": (8, 3, "mixes DC and AC"),
    "al": (9, 0x0E, "al 14"),
    "ah": (9, 0x31, "adds one bit"),
    "refinement first": (9, 0x21, "no first scan"),
}


@pytest.mark.parametrize(
    ("offset", "value", "message"), PROGRESSIVE_DAMAGE.values(), ids=PROGRESSIVE_DAMAGE.keys()
)
def test_progressive_damage_is_named(offset: int, value: int, message: str, pillow_jpeg: Function) -> None:
    file = pillow_jpeg(6, (40, 24), "L", progressive=True)
    with pytest.raises(CoreError, match=message):
        read_levels(set_byte(file, SOS, offset, value))


def test_limits(pillow_jpeg: Function) -> None:
    file = pillow_jpeg(7, (30, 20), progressive=True)
    assert len(read_levels(file, max_pixels=600, max_scans=10).scans) == 10
    with pytest.raises(CoreError, match="limit was set to 599 pixels"):
        read_levels(file, max_pixels=599)
    with pytest.raises(CoreError, match="more than 9 scans"):
        read_levels(file, max_scans=9)


@pytest.mark.parametrize("marker", [SOF0, SOF2])
def test_a_huge_frame_in_a_small_file_costs_nothing(marker: bytes, pillow_jpeg: Function) -> None:
    file = set_size(pillow_jpeg(8, (16, 16), progressive=marker == SOF2), 65535, 65535, marker)
    start = time.perf_counter()
    with pytest.raises(CoreError, match="ends too early"):
        read_levels(file)
    assert time.perf_counter() - start < 0.5  # 25 GB of levels would take longer


def test_threads_read_alike(pillow_jpeg: Function) -> None:
    files = [pillow_jpeg(seed, (200, 150), progressive=seed % 2 == 0) for seed in range(8)]

    def rewrite(file: bytes) -> bytes:
        return write_jpeg(read_levels(file).image)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(rewrite, files * 4)) == [rewrite(file) for file in files] * 4
