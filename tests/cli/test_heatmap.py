"""`beholder inspect --heatmap` through the program."""

from pathlib import Path

import pytest
from PIL import Image

from tests.cli.program import Program, photograph, tree


def test_draws_any_picture(program: Program, picture: Path, jpeg: Path, tmp_path: Path) -> None:
    done = program("inspect", "a.png", "--observer", "human", "--heatmap", "heat/a.png")
    assert (done.code, done.errors) == (0, [])
    assert done.lines[0].startswith("a.png -> heat/a.png: human weighs blocks 0.")
    assert done.lines[0].endswith(" times the mean")
    with Image.open(tmp_path / "heat" / "a.png") as image:
        assert (image.format, image.width) == ("PNG", 640)
    machine = ("--observer", "machine", "--machine-weight", "1", "--adapt", "predictor")
    record = program("inspect", "old.jpg", *machine, "--heatmap", "b.png", "--json").records[0]
    assert (record["input"], record["output"], record["status"]) == ("old.jpg", "b.png", "drawn")
    assert record["heatmap"]["observer"] == "machine+weight=1"
    assert record["heatmap"]["min_weight"] < 1 < record["heatmap"]["max_weight"]
    assert record["heatmap"]["block_size"] == [8, 8]
    done = program("inspect", "-", "--observer", "mse", "--heatmap", "c.PNG", stdin=picture.read_bytes())
    assert done.lines == ["- -> c.PNG: mse weighs all blocks alike"]
    assert (tmp_path / "c.PNG").exists()


def test_replaces_only_what_it_may(program: Program, picture: Path, tmp_path: Path) -> None:
    ask = ("inspect", "a.png", "--observer", "human", "--heatmap")
    (tmp_path / "out.png").write_bytes(b"mine")
    done = program(*ask, "out.png")
    assert done.code == 1
    assert done.errors == ["beholder: out.png: exists already; name another file, or give --overwrite"]
    assert (tmp_path / "out.png").read_bytes() == b"mine"
    assert program(*ask, "out.png", "--overwrite").code == 0
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")
    before = picture.read_bytes()
    done = program(*ask, "../" + tmp_path.name + "/a.png", "--overwrite")
    assert done.code == 2
    assert "would replace the picture itself" in done.errors[0]
    assert picture.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a.png", "--heatmap", "x.png"), "give --observer human, mse or machine"),
        (("a.png", "b.png", "--observer", "mse", "--heatmap", "x.png"), "of one picture, got 2"),
        (("a.png", "--observer", "mse", "--heatmap", "x.jpg"), "x.jpg: a heat map is a PNG file"),
        (("a.png", "--observer", "nobody", "--heatmap", "x.png"), "there is no observer 'nobody'"),
        (
            ("a.png", "--observer", "mse", "--adapt", "none", "--heatmap", "x.png"),
            "is for the observer machine",
        ),
        (("a.png", "--observer", "machine:no.json", "--heatmap", "x.png"), "no.json: no profile file"),
        (("a.png", "--observer", "human"), "--observer is for a heat map; say where to write it"),
        (("a.png", "--machine-weight", "1"), "--machine-weight is for a heat map"),
        (("a.png", "--overwrite"), "--overwrite is for a heat map"),
    ],
)
def test_wrong_usage(
    arguments: tuple[str, ...], message: str, program: Program, picture: Path, tmp_path: Path
) -> None:
    before = tree(tmp_path)
    done = program("inspect", *arguments)
    assert (done.code, done.lines, len(done.errors)) == (2, [], 1)
    assert message in done.errors[0]
    assert tree(tmp_path) == before


def test_a_failure_leaves_no_file(program: Program, jpeg: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.jpg").write_bytes(jpeg.read_bytes()[:-400])
    transparent = photograph().convert("RGBA")
    transparent.putalpha(90)
    transparent.save(tmp_path / "clear.png")
    before = tree(tmp_path)
    for name, reason in (
        ("cut.jpg", "damaged JPEG"),
        ("clear.png", "transparent"),
        ("no.png", "No such file"),
    ):
        done = program("inspect", name, "--observer", "human", "--heatmap", "x.png", "--json")
        assert done.code == 1
        assert reason in done.errors[0]
        (failed,) = done.records
        assert (failed["input"], failed["status"]) == (name, "failed")
        assert failed["error"] == done.errors[0].removeprefix("beholder: ")
    assert tree(tmp_path) == before
    background = ("--background", "white")
    done = program("inspect", "clear.png", "--observer", "human", "--heatmap", "x.png", *background)
    assert done.code == 0
