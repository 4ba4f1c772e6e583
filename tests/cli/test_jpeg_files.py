"""JPEG files as inputs: loss is said, asked for where it replaces a file, and not repeated."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import beholder
from beholder.jpeg.encode import LEAST_GAIN
from tests.cli.program import Program, photograph, tree

NOTE = (
    "beholder: note: JPEG files are encoded again at quality 75, with loss; --lossless keeps every pixel, "
    "and -q sets another quality"
)


def test_loss_is_told_once_where_nobody_asked_for_it(program: Program, jpeg: Path, tmp_path: Path) -> None:
    (tmp_path / "new.jpg").write_bytes(jpeg.read_bytes())
    done = program("encode", "old.jpg", "new.jpg", "-o", "out/")
    assert (done.code, done.errors) == (0, [NOTE])
    (tmp_path / "c.toml").write_text("quality = 60\n")
    for number, asked in enumerate((["-q", "75"], ["--lossless"], ["--config", "c.toml"], ["--quiet"])):
        assert program("encode", "old.jpg", "-o", f"{number}.jpg", *asked).errors == []
    photograph().save(tmp_path / "a.png")
    assert program("encode", "a.png").errors == []


def test_in_place_asks_how(program: Program, jpeg: Path, tmp_path: Path) -> None:
    before = jpeg.read_bytes()
    done = program("encode", "old.jpg", "--in-place")
    assert (done.code, jpeg.read_bytes()) == (2, before)
    assert done.errors == [
        "beholder: --in-place would replace old.jpg: give --lossless to keep every pixel, or say how good "
        "the result has to be, such as -q 75"
    ]
    assert program("encode", ".", "-r", "--in-place", "--observer", "mse").code == 2
    pixels = np.asarray(Image.open(jpeg))
    assert program("encode", "old.jpg", "--in-place", "--lossless").code == 0
    assert len(jpeg.read_bytes()) < len(before)
    assert np.array_equal(np.asarray(Image.open(jpeg)), pixels)
    (tmp_path / "c.toml").write_text("bpp = 4.0\n")
    assert program("encode", "old.jpg", "--in-place", "--config", "c.toml").code == 0
    done = program("encode", "old.jpg", "--in-place", "--psnr", "40")
    assert done.errors == [
        "beholder: note: the target is measured against the JPEG as it is; every further run with --in-place "
        "loses as much again"
    ]


@pytest.mark.parametrize("flags", [["-q", "75"], ["-q", "30"], ["--lossless"], ["--bpp", "2"]])
def test_runs_in_place_settle(program: Program, tmp_path: Path, flags: list[str]) -> None:
    path = tmp_path / "old.jpg"
    photograph(160, 240).save(path, quality=95)
    assert program("encode", "old.jpg", "--in-place", *flags).code == 0
    first = path.read_bytes()
    for _ in range(2):
        done = program("encode", "old.jpg", "--in-place", *flags, "--json")
        assert [record["status"] for record in done.records] == ["kept"]
        assert path.read_bytes() == first


@pytest.mark.parametrize("observer", ["human", "mse"])
def test_every_lossy_run_saves_and_the_rest_keep_every_level(observer: str) -> None:
    for seed in range(4):
        file = io.BytesIO()
        photograph(96, 128, seed).save(file, "JPEG", quality=(95, 85, 75, 60)[seed], optimize=True)
        data, runs = file.getvalue(), 0
        while True:
            result = beholder.encode(data, quality=75, observer=observer)
            if result.kept_input:
                break
            runs += 1
            if any("levels are kept" in note for note in result.notes):
                with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(result.data)) as after:
                    assert np.array_equal(np.asarray(before), np.asarray(after))
            else:
                assert len(result.data) <= (1 - LEAST_GAIN) * len(data)
            data = result.data
        assert runs <= 2


def test_a_size_that_only_loss_can_meet_is_met() -> None:
    file = io.BytesIO()
    photograph(96, 128).save(file, "JPEG", quality=75)
    lossless = beholder.encode(file.getvalue(), lossless=True).data
    limit = len(lossless) - len(lossless) // 100
    result = beholder.encode(lossless, size_bytes=limit)
    assert len(result.data) <= limit


def test_without_loss_folders_give_jpegs_alone(program: Program, photos: Path) -> None:
    before = tree(photos)
    done = program("encode", "photos", "-r", "--in-place", "--lossless", "-v")
    assert done.code == 0
    assert done.errors[-1].startswith("beholder: note: 8 not taken (3 .png, 1 hidden folder, ")
    after = tree(photos)
    assert [name for name in after if after[name] != before.get(name)] == ["b.JPG"]


def test_files_that_stay_as_they_are_are_the_same_file(program: Program, jpeg: Path) -> None:
    assert program("encode", "old.jpg", "--in-place", "-q", "60").code == 0
    before = jpeg.stat()
    assert program("encode", "old.jpg", "--in-place", "-q", "60").code == 0
    assert (jpeg.stat().st_ino, jpeg.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
