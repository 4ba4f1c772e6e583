"""Files with faults that decoders forgive: read as libjpeg-turbo shows them, with a note."""

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import beholder
from beholder._core import Scan, read_levels, walk_markers, write_jpeg
from beholder.errors import InputError
from beholder.image.read import read_picture
from beholder.metrics import psnr_db
from tests.jpeg import faulty_files as faulty
from tests.jpeg.conftest import block_counts, build_image

GREY, RGB, CMYK = faulty.regular("L"), faulty.regular(), faulty.regular("CMYK")
PROGRESSIVE = faulty.regular(progressive=True)
RESTARTS = faulty.regular(restart_marker_blocks=4)
CASES = Path(__file__).parents[2].parent / "shared" / "cases"


def shown(file: bytes) -> NDArray[np.uint8]:
    """What libjpeg-turbo makes of the file."""
    with Image.open(io.BytesIO(file)) as image:
        return np.asarray(image.convert("RGB") if image.mode == "CMYK" else image)


def dnl(height: int) -> bytes:
    return faulty.segment(0xDC, height.to_bytes(2, "big"))


# File, and a part of the note.
FORGIVEN: dict[str, tuple[bytes, str]] = {
    "bytes between segments": (faulty.behind_jfif(b"\x12\0garbage")(RGB), "9 bytes at byte 20"),
    "zeros between segments": (faulty.behind_jfif(bytes(300))(RGB), "300 bytes at byte 20"),
    "stuffed bytes between segments": (faulty.behind_jfif(b"\xff\0\xff\0")(RGB), "4 bytes at byte 20"),
    "bytes before the scan": (faulty.before(faulty.SOS, b"abc")(RGB), "3 bytes"),
    "bytes before the frame": (faulty.before(faulty.SOF0, b"abc")(GREY), "3 bytes"),
    "restart marker between segments": (
        faulty.behind_jfif(b"\xff\xd4")(RGB),
        "restart marker outside a scan",
    ),
    "bytes behind the last MCU": (faulty.before_eoi(b"\x12\x34\x56\x78\x9a")(RGB), "5 bytes behind"),
    "stuffed bytes behind the last MCU": (
        faulty.before_eoi(b"\x12\xff\0\xff\0\1")(RGB),
        "bytes behind its last",
    ),
    "restart marker and bytes at the end": (faulty.before_eoi(b"\xff\xd0abc")(RGB), "3 bytes at byte"),
    "TEM at the end": (faulty.before_eoi(b"\xff\x01")(RGB), "marker TEM"),
    "bytes behind a progressive scan": (
        faulty.insert(PROGRESSIVE, PROGRESSIVE.index(faulty.DHT, PROGRESSIVE.index(faulty.SOS)), b"\1\2\3\4"),
        "bytes behind its last block",
    ),
    "bytes before a restart marker": (
        faulty.insert(RESTARTS, RESTARTS.index(b"\xff\xd2", RESTARTS.index(faulty.SOS)), b"\x77\x77"),
        "bytes behind its last block",
    ),
    "restart markers far from the one due": (
        faulty.renumber_restarts(RESTARTS, lambda n: n + 4 if n % 5 == 2 else n),
        "restart markers out of order",
    ),
    "an old restart marker before the one due": (
        faulty.insert(RESTARTS, RESTARTS.index(b"\xff\xd2", RESTARTS.index(faulty.SOS)), b"\xff\xd1"),
        "",
    ),
    "a marker of no meaning before a restart marker": (
        faulty.insert(RESTARTS, RESTARTS.index(b"\xff\xd2", RESTARTS.index(faulty.SOS)), b"\xff\x3c"),
        "",
    ),
    "DNL that repeats the height": (faulty.before_eoi(dnl(66))(RGB), "repeats the height"),
    "DNL of another height": (faulty.before_eoi(dnl(40))(RGB), "DNL marker at byte"),
    "DNL before the frame": (faulty.behind_jfif(dnl(40))(RGB), "DNL marker at byte 20 ignored"),
    "DNL of length 0": (faulty.before_eoi(b"\xff\xdc\0\0")(RGB), "taken as empty"),
    "APP5 of length 0": (faulty.behind_jfif(b"\xff\xe5\0\0")(RGB), "segment of 0 bytes taken as empty"),
    "APP1 of length 1": (faulty.behind_jfif(b"\xff\xe1\0\1")(RGB), "segment of 1 byte taken as empty"),
    "comment of length 0": (faulty.behind_jfif(b"\xff\xfe\0\0")(PROGRESSIVE), "taken as empty"),
    "APP5 of length 0 with bytes": (faulty.behind_jfif(b"\xff\xe5\0\0abcd")(RGB), "4 bytes at byte 24"),
    "APP14 cut off at the end": (faulty.before_eoi(b"\xff\xee\x40\0ab")(RGB)[:-2], "cut off by the end"),
    "arithmetic conditioning": (faulty.behind_jfif(faulty.segment(0xCC, b"\0\x10"))(RGB), "DAC marker"),
    "Huffman tables left out": (faulty.drop_huffman_tables(RGB), "Huffman tables are missing"),
    "Huffman tables left out, grey": (faulty.drop_huffman_tables(GREY), "Huffman tables are missing"),
    "components that share an identifier": (
        faulty.with_colours(RGB, b"", b"\5\5\5"),
        "share an identifier",
    ),
    "AC scans before DC": (
        faulty.take_scans(PROGRESSIVE, [1, 0, *range(2, len(faulty.scans(PROGRESSIVE)[1]))]),
        "before their component's DC levels",
    ),
    "fill bytes before every marker": (
        RGB.replace(faulty.DQT, b"\xff\xff\xff" + faulty.DQT).replace(faulty.SOS, b"\xff" + faulty.SOS),
        "",
    ),
    "many faults": (faulty.behind_jfif(b"\xff\xe5\0\0" * 100)(RGB), "86 further faults"),
}
# What libjpeg-turbo forgives and Pillow's own reader does not; the regular file, which it shows.
BEYOND_PILLOW: dict[str, tuple[bytes, str, bytes]] = {
    "no EOI": (RGB[:-2], "ends without an EOI", RGB),
    "half an EOI": (RGB[:-1], "ends without an EOI", RGB),
    "no EOI, progressive": (PROGRESSIVE[:-2], "ends without an EOI", PROGRESSIVE),
    "no EOI, but bytes": (RGB[:-2] + b"\0\0\0", "3 bytes behind its last block", RGB),
    "bytes behind SOI": (RGB[:2] + b"\0\0" + RGB[2:], "2 bytes at byte 2", RGB),
    "TEM before the frame": (faulty.behind_jfif(b"\xff\x01")(RGB), "marker TEM", RGB),
}
EVERY = {name: (file, note, file) for name, (file, note) in FORGIVEN.items()} | BEYOND_PILLOW


@pytest.mark.parametrize(("file", "note", "regular"), EVERY.values(), ids=EVERY.keys())
def test_forgiven_files_show_the_same_picture(file: bytes, note: str, regular: bytes) -> None:
    expected = shown(regular)
    lossless = beholder.encode(file, lossless=True)
    assert np.array_equal(shown(lossless.data), expected)
    assert any(note in each for each in lossless.notes) or not note
    lossy = beholder.encode(file, quality=92)
    assert not lossy.kept_input
    assert psnr_db(expected, shown(lossy.data)) > 33
    assert lossy.source_warnings == lossless.source_warnings == tuple(read_levels(file).warnings)
    assert set(lossy.source_warnings) <= set(lossy.notes)
    assert lossy.psnr_db == pytest.approx(psnr_db(expected, shown(lossy.data)))
    assert read_levels(lossy.data).warnings == []
    assert lossless.kept_input or read_levels(lossless.data).warnings == []
    assert beholder.inspect(file).warnings == lossy.source_warnings


def test_every_way_of_encoding_can_tell_what_is_wrong() -> None:
    """Also those that work from pixels, such as the learned codec."""
    faulty_one = read_picture(FORGIVEN["zeros between segments"][0])
    assert faulty_one.source_warnings == ("300 bytes at byte 20 that belong to no segment ignored",)
    assert read_picture(RGB).source_warnings == read_picture(shown(RGB)).source_warnings == ()
    broken = faulty.renumber_restarts(RESTARTS, lambda n: 0)
    with pytest.raises(InputError, match="damaged JPEG: scan 0"):
        _ = read_picture(broken).source_warnings


def fractional_sampling() -> bytes:
    """A file whose chroma samples would have to be repeated one and a half times."""
    sampling = [(3, 1), (2, 1), (2, 1)]
    planes = [np.zeros((*counts, 64), np.int16) for counts in block_counts((40, 40), sampling)]
    return write_jpeg(build_image((40, 40), planes, sampling), script=[Scan([c]) for c in range(3)])


REFUSED = {
    "sampling 3 to 2": fractional_sampling(),
    "two SOI": RGB[:2] + RGB,
    "SOI inside": faulty.behind_jfif(b"\xff\xd8")(RGB),
    "SOI for EOI": RGB[:-2] + RGB,
    "reserved marker between segments": faulty.behind_jfif(b"\xff\x34")(RGB),
    "reserved marker behind the data": faulty.before_eoi(b"\xff\x34")(RGB),
    "extension": faulty.behind_jfif(faulty.segment(0xF0, b""))(RGB),
    "restart markers all 0": faulty.renumber_restarts(RESTARTS, lambda n: 0),
    "restart marker missing": RESTARTS.replace(b"\xff\xd2", b""),
    "restart interval, but no markers": faulty.before(faulty.SOS, faulty.segment(0xDD, b"\0\4"))(RGB),
    "table of length 0": faulty.behind_jfif(b"\xff\xdb\0\0")(RGB),
    "Huffman table of length 1": faulty.before(faulty.SOS, b"\xff\xc4\0\1")(RGB),
    "second scan of the same": RGB[:-2] + RGB[RGB.index(faulty.SOS) :],
    "no EOI, data cut": RGB[:-40],
    "no EOI, scans missing": faulty.take_scans(PROGRESSIVE, range(5))[:-2],
    "fill bytes before a stuffed byte": faulty.fill_stuffed_bytes(faulty.regular(quality=97)),
    "height 0 and DNL": faulty.before_eoi(dnl(66))(
        RGB[: RGB.index(faulty.SOF0) + 5] + b"\0\0" + RGB[RGB.index(faulty.SOF0) + 7 :]
    ),
}


@pytest.mark.parametrize("file", REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("options", [{}, {"lossless": True}], ids=["lossy", "lossless"])
def test_what_libjpeg_does_not_show_whole_is_refused(file: bytes, options: dict) -> None:
    with pytest.raises(InputError, match=r"^bytes: "):
        beholder.encode(file, **options)


def test_the_input_is_kept_with_what_its_reader_noticed() -> None:
    result = beholder.encode(faulty.drop_huffman_tables(faulty.regular()), quality=99)
    assert result.kept_input
    assert result.notes == result.source_warnings != ()


INCOMPLETE = {f"{count} scans": faulty.take_scans(PROGRESSIVE, range(count)) for count in (1, 2, 3, 5, 9)}


@pytest.mark.parametrize("file", INCOMPLETE.values(), ids=INCOMPLETE.keys())
def test_incomplete_files_are_told_and_show_what_libjpeg_shows(file: bytes) -> None:
    """libjpeg smooths what missing scans leave open, so that the same levels alone are not enough."""
    expected = shown(file)
    rewritten = beholder.encode(file, lossless=True)
    assert np.array_equal(shown(rewritten.data), expected)
    lossy = beholder.encode(file, psnr=38.0)
    assert lossy.kept_input or psnr_db(expected, shown(lossy.data)) > 37.9
    for result in (rewritten, lossy):
        assert result.notes[0].startswith("the picture is incomplete")
    with pytest.raises(InputError, match="last scans of this progressive JPEG are missing"):
        beholder.encode(file, lossless=True, scans="sequential")


def test_the_walk_and_the_reader_agree_on_the_end() -> None:
    for file, *_ in EVERY.values():
        behind = b"behind" if file.endswith(faulty.EOI) else b""
        contents, walk = read_levels(file + behind), walk_markers(file + behind)
        assert (walk.end, walk.has_eoi) == (contents.end, contents.has_eoi)
    assert read_levels(RGB + b"behind").end == len(RGB)
    assert [s.marker for s in walk_markers(RGB).segments] == [0xE0, 0xDB, 0xDB, 0xC0, *4 * [0xC4], 0xDA]


@pytest.mark.parametrize(
    "name",
    [
        "app_len_0.jpg",
        "dnl_consistent.jpg",
        "garbage_between.jpg",
        "jfif300_adobe1.jpg",
        "jfif_and_adobe0.jpg",
        "prog_first9.jpg",
    ],
)
def test_the_cases_of_issue_11(name: str) -> None:
    path = CASES / name
    if not path.exists():
        pytest.skip(f"{path} is not there; the same faults are made above")
    file = path.read_bytes()
    assert np.array_equal(shown(beholder.encode(file, lossless=True).data), shown(file))
    assert psnr_db(shown(file), shown(beholder.encode(file, quality=90).data)) > 35
