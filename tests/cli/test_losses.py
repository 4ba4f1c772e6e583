"""Data that cannot be kept: told on standard error and in records, and never lost in place unless allowed."""

from pathlib import Path

import pytest

from beholder.metadata.jpeg_header import APP0, Segment
from tests.cli.program import Program
from tests.jpeg.containers import VIDEO, micro_video_xmp, with_segments, xmp_segment

THUMBNAIL = Segment(APP0, b"JFXX\0\x13" + bytes((2, 3)) + bytes(18))


@pytest.fixture
def motion_photo(jpeg: Path) -> Path:
    """``old.jpg`` with a video behind it."""
    packet = micro_video_xmp(len(VIDEO))
    jpeg.write_bytes(with_segments(jpeg.read_bytes(), xmp_segment(packet)) + VIDEO)
    return jpeg


@pytest.fixture
def with_thumbnail(jpeg: Path) -> Path:
    """``old.jpg`` with a thumbnail that no result has."""
    jpeg.write_bytes(with_segments(jpeg.read_bytes(), THUMBNAIL))
    return jpeg


def test_a_video_is_kept_in_place_and_told(program: Program, motion_photo: Path) -> None:
    before = motion_photo.read_bytes()
    done = program("encode", "old.jpg", "--in-place", "-q", "60", "--json")
    assert done.code == 0
    after = motion_photo.read_bytes()
    assert len(after) < len(before)
    assert after.endswith(VIDEO)
    note = f"behind the picture {len(VIDEO)} bytes (MP4 video) are kept as they are"
    assert done.records[0]["notes"] == [note]
    assert done.errors == [f"beholder: old.jpg: note: {note}"]


def test_strip_takes_the_video_away_in_place(program: Program, motion_photo: Path) -> None:
    done = program("encode", "old.jpg", "--in-place", "-q", "60", "--metadata", "strip")
    assert (done.code, done.errors) == (0, [])
    assert b"ftyp" not in motion_photo.read_bytes()
    assert b"MicroVideo" not in motion_photo.read_bytes()


def test_a_loss_in_place_is_refused(program: Program, with_thumbnail: Path) -> None:
    before = with_thumbnail.read_bytes()
    done = program("encode", "old.jpg", "--in-place", "-q", "60", "--json")
    assert done.code == 1
    assert with_thumbnail.read_bytes() == before
    assert done.records[0]["status"] == "failed"
    assert "the JFIF thumbnail is dropped" in done.records[0]["error"]
    (error,) = done.errors
    assert "Add --allow-loss" in error
    assert sorted(path.name for path in with_thumbnail.parent.iterdir()) == ["old.jpg"]


def test_the_rest_of_a_batch_goes_on(program: Program, with_thumbnail: Path, motion_photo: Path) -> None:
    other = with_thumbnail.with_name("other.jpg")
    other.write_bytes(motion_photo.read_bytes().replace(THUMBNAIL.to_bytes(), b""))
    done = program("encode", ".", "-r", "--in-place", "-q", "60", "-j", "2", "--json")
    assert [record["status"] for record in done.records] == ["failed", "encoded"]
    assert done.code == 1


@pytest.mark.parametrize("told", [("--allow-loss",), ("--metadata", "strip"), ("-o", "new.jpg")])
def test_ways_to_go_on(program: Program, with_thumbnail: Path, told: tuple[str, ...]) -> None:
    place = () if told[0] == "-o" else ("--in-place",)
    done = program("encode", "old.jpg", "-q", "60", *place, *told, "--json")
    assert done.code == 0
    assert "the JFIF thumbnail is dropped" in done.records[0]["notes"]


def test_allow_loss_is_for_in_place(program: Program, jpeg: Path) -> None:
    done = program("encode", "old.jpg", "-o", "new.jpg", "--allow-loss")
    assert done.code == 2
    assert "--allow-loss is for --in-place" in done.errors[-1]


def test_inspect_tells_what_lies_behind(program: Program, motion_photo: Path) -> None:
    assert f"behind EOI: MP4 video, {len(VIDEO)} bytes" in program("inspect", "old.jpg").lines
