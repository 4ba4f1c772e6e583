"""`beholder inspect` and `beholder compare` through the program."""

from pathlib import Path

from PIL import ExifTags, Image

from tests.cli.program import Program, photograph


def test_inspect_prints_a_report(program: Program, jpeg: Path) -> None:
    done = program("inspect", "old.jpg")
    assert (done.code, done.errors) == (0, [])
    assert done.lines[0].startswith("old.jpg: 64x48, ")
    assert done.lines[0].endswith("4:2:0, sequential")
    assert "quality: 98, with libjpeg's own tables (Annex K)" in done.lines
    assert "colour space: YCbCr" in done.lines
    assert "orientation: 1 (upright)" in done.lines
    record = program("inspect", "old.jpg", "--json").records[0]
    assert (record["input"], record["status"], record["error"]) == ("old.jpg", "inspected", None)
    assert (record["width"], record["height"], record["subsampling"]) == (64, 48, "4:2:0")
    assert record["input_bytes"] == jpeg.stat().st_size
    report = record["report"]
    assert (report["name"], report["ijg_quality"]["quality"]) == ("old.jpg", 98)
    assert len(report["quant_tables"][0]["steps"]) == 64
    assert report["scans"][0]["data_bytes"] > 0


def test_inspect_tells_colours_and_orientation(program: Program, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    photograph().convert("CMYK").save(tmp_path / "old.jpg", exif=exif)
    lines = program("inspect", "old.jpg").lines
    assert "colour space: CMYK" in lines
    assert "orientation: 6 (to be turned by 90 degrees to the right)" in lines
    assert "quality: no libjpeg setting to compare CMYK with" in lines
    record = program("inspect", "old.jpg", "--json").records[0]["report"]
    assert (record["color_space"], record["orientation"]) == ("cmyk", 6)


def test_inspect_reads_standard_input(program: Program, jpeg: Path) -> None:
    assert program("inspect", "-", stdin=jpeg.read_bytes()).lines[0].startswith("standard input: 64x48")


def test_inspect_takes_standard_input_once(program: Program, jpeg: Path) -> None:
    done = program("inspect", "-", "-", stdin=jpeg.read_bytes())
    assert (done.code, done.lines) == (2, [])
    assert done.errors == ["beholder: standard input (-) is one file; give it once"]


def test_inspect_goes_on_after_a_failure(program: Program, jpeg: Path, picture: Path) -> None:
    done = program("inspect", "a.png", "no.jpg", "old.jpg", "--json")
    assert done.code == 1
    assert done.errors[0].startswith("beholder: a.png: not a file of the codecs jpeg (.jpg) or")
    assert done.errors[1] == "beholder: no.jpg: No such file or directory"
    assert [record["error"] is not None for record in done.records] == [True, True, False]
    assert [record["status"] for record in done.records] == ["failed", "failed", "inspected"]


def test_compare_prints_scores(program: Program, tmp_path: Path) -> None:
    photograph(170, 180).save(tmp_path / "a.png")
    photograph(170, 180).save(tmp_path / "a.jpg", quality=70)
    done = program("compare", "a.png", "a.jpg")
    assert done.code == 0
    assert [line.split()[0] for line in done.lines] == ["a.jpg:", "PSNR", "MS-SSIM", "SSIMULACRA2"]
    record = program("compare", "a.png", "a.jpg", "a.png", "--json").records
    assert (record[0]["input"], record[0]["original"]) == ("a.jpg", "a.png")
    assert record[0]["input_bytes"] == (tmp_path / "a.jpg").stat().st_size
    assert record[0]["scores"]["psnr_db"] > 25
    assert record[1]["scores"]["psnr_db"] is None, "JSON has no infinity"
    assert record[1]["scores"]["ssimulacra2"] > 99.9
    piped = program("compare", "-", "a.jpg", stdin=(tmp_path / "a.png").read_bytes())
    assert piped.lines == done.lines


def test_compare_refuses_what_has_no_answer(
    program: Program, picture: Path, jpeg: Path, tmp_path: Path
) -> None:
    Image.new("RGB", (10, 10)).save(tmp_path / "small.png")
    done = program("compare", "a.png", "small.png", "old.jpg")
    assert done.code == 1
    assert done.errors == [
        "beholder: small.png: 10x10 pixels, but a.png has 64x48; only pictures of one size can be compared"
    ]
    assert done.lines[0].startswith("old.jpg: ")
    assert program("compare", "-", "-").code == 2
    assert program("compare", "no.png", "a.png").code == 1
