"""The rules of `beholder encode`, through the program itself."""

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from beholder.jpeg.options import JpegOptions
from beholder.option_files import load_options
from tests.cli.program import Program, photograph, tree

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and named pipes of POSIX")


def opened(path: Path) -> Image.Image:
    image = Image.open(path)
    image.load()
    assert image.format == "JPEG"
    return image


def test_a_picture_becomes_a_jpeg_beside_it(program: Program, picture: Path, tmp_path: Path) -> None:
    before = picture.read_bytes()
    done = program("encode", "a.png")
    assert (done.code, done.errors) == (0, [])
    assert done.lines[0].startswith("a.png -> a.jpg: ")
    assert sorted(tree(tmp_path)) == ["a.jpg", "a.png"]
    assert opened(tmp_path / "a.jpg").size == (64, 48)
    assert picture.read_bytes() == before


def test_nothing_is_overwritten_unless_told(program: Program, picture: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.jpg"
    target.write_bytes(b"precious")
    done = program("encode", "a.png")
    assert done.code == 1
    assert done.errors == ["beholder: a.jpg: exists already; name another file, or give --overwrite"]
    assert target.read_bytes() == b"precious"
    assert program("encode", "a.png", "--overwrite").code == 0
    assert opened(target).size == (64, 48)
    assert sorted(tree(tmp_path)) == ["a.jpg", "a.png"]


@pytest.mark.parametrize("flags", [[], ["--overwrite"], ["-o", "old.jpg"], ["-o", "./", "--overwrite"]])
def test_an_input_is_never_its_own_output(program: Program, jpeg: Path, flags: list[str]) -> None:
    before = jpeg.read_bytes()
    done = program("encode", "old.jpg", *flags)
    assert done.code == 2
    assert "old.jpg would replace it; give -o another place, or --in-place" in done.errors[0]
    assert jpeg.read_bytes() == before


def test_in_place_replaces_a_jpeg(program: Program, jpeg: Path, tmp_path: Path) -> None:
    before = jpeg.read_bytes()
    assert program("encode", "old.jpg", "--in-place", "-q", "50").code == 0
    assert opened(jpeg).size == (64, 48)
    assert jpeg.stat().st_size < len(before)
    assert list(tree(tmp_path)) == ["old.jpg"]


def test_a_jpeg_that_cannot_shrink_is_kept_and_it_says_so(
    program: Program, jpeg: Path, tmp_path: Path
) -> None:
    assert program("encode", "old.jpg", "-o", "small.jpg", "-q", "30").code == 0
    done = program("encode", "small.jpg", "-o", "kept.jpg", "-q", "99")
    assert done.code == 0
    assert "the input's own bytes are kept" in done.lines[0]
    files = tree(tmp_path)
    assert files["kept.jpg"] == files["small.jpg"]
    record = program("encode", "small.jpg", "-o", "again.jpg", "-q", "99", "--json").records[0]
    assert (record["status"], record["quality"]) == ("kept", None)


def test_a_tree_is_mirrored(program: Program, photos: Path, tmp_path: Path) -> None:
    before = tree(photos)
    done = program("encode", "photos", "-r", "-o", "out/", "-q", "60")
    assert (done.code, done.errors) == (0, [])
    assert done.lines[0].startswith("6 encoded, 3 not taken (1 hidden folder, 1 hidden, 1 .txt): ")
    names = ["a.jpg", "b.JPG", "sub/c.jpg", "sub/d.jpg", "sub/deep/e.jpg", "sub/deep/f.jpg"]
    assert sorted(tree(tmp_path / "out")) == names
    assert tree(photos) == before


def test_the_bytes_do_not_depend_on_jobs_or_threads(program: Program, photos: Path, tmp_path: Path) -> None:
    for folder, flags in (("one", ["-j", "1"]), ("three", ["-j", "3"]), ("threads", ["--threads", "2"])):
        done = program("encode", "photos", "-r", "-o", folder, "--json", *flags)
        assert done.code == 0
        assert [record["input"] for record in done.records] == sorted(
            (record["input"] for record in done.records), key=lambda path: (path.count("/"), path)
        )
    assert tree(tmp_path / "one") == tree(tmp_path / "three") == tree(tmp_path / "threads")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_batch_goes_on_after_a_failure(program: Program, photos: Path, tmp_path: Path, jobs: str) -> None:
    (photos / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n cut off")
    (photos / "sub" / "d.png").write_bytes(b"")
    done = program("encode", "photos", "-r", "-o", "out", "-j", jobs, "-q", "75")
    assert done.code == 1
    assert len(done.errors) == 2
    assert done.errors[0].startswith("beholder: photos/a.png: ")
    assert done.errors[1] == "beholder: photos/sub/d.png: the file is empty"
    assert len(tree(tmp_path / "out")) == 4
    assert "4 encoded, 2 failed" in done.lines[0]


def test_a_missing_file_is_a_failed_file(program: Program, picture: Path, tmp_path: Path) -> None:
    done = program("encode", "no.png", "a.png", "-o", "out")
    assert done.code == 1
    assert done.errors == ["beholder: no.png: No such file or directory"]
    assert list(tree(tmp_path / "out")) == ["a.jpg"]


@pytest.mark.parametrize("pattern", ["*.png", "empty"])
def test_nothing_matched(program: Program, tmp_path: Path, pattern: str) -> None:
    (tmp_path / "empty").mkdir()
    done = program("encode", pattern, "-r", "-o", "out")
    assert done.code == 3
    assert done.errors == [f"beholder: {pattern}: no picture found"]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a.png", "--quality", "0"], "quality is 0; it must be a number from 1 to 100"),
        (["a.png", "--quality", "x"], "'x' is not a number"),
        (["a.png", "--quality", "nan"], "quality is nan"),
        (["a.png", "--quality", "50", "--bpp", "1"], "not allowed with argument"),
        (["a.png", "--bytes", "many"], "'many' is not a size"),
        (["a.png", "--background", "mauve"], "background is 'mauve'"),
        (["a.png", "--subsampling", "4:1:1"], "invalid choice"),
        (["a.png", "--threads", "0"], "threads is 0"),
        (["a.png", "-j", "0"], "not a whole number from 1"),
        (["a.png", "--qual", "50"], "--qual is not a flag of beholder encode; did you mean --quality Q?"),
        (["a.png", "--json", "--quiet"], "not allowed with argument"),
        (["a.png", "--json", "-o", "-"], "both want standard output"),
        (["."], "is a folder; add -r"),
        (["a.png", "-o", "b.png"], "not named like a .jpg file"),
        (
            ["a.png", "b.png", "-o", "new.jpg"],
            "new.jpg is named like a file, and several pictures need a folder",
        ),
        (["a.png", "-o", "b.png/"], "b.png/ is a file, and the slash at its end asks for a folder"),
        (["a.png", "-o", ""], "empty name"),
        ([""], "empty name"),
        (["a.png", "--in-place", "-o", "c.jpg"], "got --in-place and -o"),
        (["a.png", "--bytes", "9" * 400], "is not a size"),
        (["a.png", "--threads", "9" * 400], "it must be a whole number from 1 to 1024"),
        (["a.png", "--write-config", "a.png", "--overwrite"], "would take the place of a picture"),
        (["a.png", "--write-config", "a.jpg"], "would take the place of a picture"),
        (["a.png", "--write-config", "-"], "--write-config wants a file"),
        (["a.png", "-o", "new"], "write new.jpg (a file) or new/ (a folder)"),
        (["a.png", "b.png", "-o", "-"], "takes one picture"),
        (["a.png", "b.png", "-o", "a.png"], "a.png is a file, and several pictures need a folder"),
        (["-", "a.png"], "standard input (-) is one picture"),
        (["-"], "give -o FILE"),
        (["-", "-o", "."], "standard input has no name"),
        (["a.png", "--config", "no.toml"], "no.toml: No such file"),
        ([], "arguments are required"),
    ],
)
def test_flags_are_checked_before_anything_is_read(
    program: Program, tmp_path: Path, arguments: list[str], words: str
) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"reading this would fail")
    done = program("encode", *arguments)
    assert done.code == 2
    assert words in done.errors[-1]
    assert sorted(tree(tmp_path)) == ["a.png", "b.png"]


def test_files_that_would_become_one_fail_alone(program: Program, photos: Path, tmp_path: Path) -> None:
    photograph().save(photos / "a.jpg")
    before = tree(photos)
    done = program("encode", "photos", "-r", "-o", "out", "-q", "60")
    assert done.code == 1
    assert done.errors == [
        f"beholder: photos/{one}: would become out/a.jpg, as would photos/{other}; rename one, or use two "
        "folders"
        for one, other in (("a.jpg", "a.png"), ("a.png", "a.jpg"))
    ]
    assert done.lines[0].startswith("5 encoded, 2 failed")
    assert sorted(tree(tmp_path / "out")) == [
        "b.JPG",
        "sub/c.jpg",
        "sub/d.jpg",
        "sub/deep/e.jpg",
        "sub/deep/f.jpg",
    ]
    photograph().save(photos / "a.tif")
    records = program("encode", "photos", "-r", "-o", "out", "--skip-existing", "--json").records
    assert [record["status"] for record in records] == ["failed"] * 3 + ["skipped"] * 5
    assert "as would photos/a.png and photos/a.tif" in records[0]["error"]
    # In place a.png would take the place of a.jpg.
    done = program("encode", "photos", "-r", "--in-place", "-q", "60", "--quiet")
    assert done.code == 1
    after = tree(photos)
    assert {name: after[name] for name in ("a.jpg", "a.png", "a.tif")} == {
        name: data for name, data in (before | {"a.tif": after["a.tif"]}).items() if name.startswith("a.")
    }
    assert len(after["b.JPG"]) < len(before["b.JPG"])


def test_standard_input_and_output(program: Program, picture: Path, tmp_path: Path) -> None:
    done = program("encode", "-", "-o", "-", stdin=picture.read_bytes())
    assert (done.code, done.errors) == (0, [])
    assert Image.open(io.BytesIO(done.out)).size == (64, 48)
    assert program("encode", "a.png", "-o", "-").out == done.out
    assert program("encode", "-", "-o", "b.jpg", stdin=picture.read_bytes()).code == 0
    assert (tmp_path / "b.jpg").read_bytes() == done.out
    failed = program("encode", "-", "-o", "-", stdin=b"nothing good")
    assert (failed.code, failed.out) == (1, b"")
    assert failed.errors == ["beholder: standard input: not a picture in a format that Pillow reads"]


def test_json_has_one_record_a_file(program: Program, picture: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"bad")
    done = program("encode", "a.png", "bad.png", "-o", "out", "--json", "-q", "70")
    good, bad = done.records
    size = (tmp_path / "out" / "a.jpg").stat().st_size
    assert good["status"] == "encoded"
    assert (good["input"], good["output"]) == ("a.png", str(Path("out", "a.jpg")))
    assert (good["width"], good["height"], good["output_bytes"]) == (64, 48, size)
    assert good["input_bytes"] == picture.stat().st_size
    assert good["rate_bpp"] == pytest.approx(8 * size / (64 * 48))
    assert (good["quality"], good["subsampling"], good["error"]) == (70, "4:2:0", None)
    assert (bad["status"], bad["input"]) == ("failed", "bad.png")
    assert bad["error"] == "bad.png: not a picture in a format that Pillow reads"
    assert done.code == 1


def test_dry_run_writes_and_reads_nothing(program: Program, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"reading this would fail")
    (tmp_path / "b.jpg").write_bytes(b"old")
    before = tree(tmp_path)
    done = program("encode", "a.png", "b.png", "no.png", "--dry-run", "--write-config", "c.toml")
    assert done.code == 1
    assert done.lines == ["a.png -> a.jpg"]
    assert done.errors == [
        "beholder: b.jpg: exists already; name another file, or give --overwrite",
        "beholder: no.png: No such file or directory",
    ]
    assert tree(tmp_path) == before
    assert program("encode", "a.png", "-o", "new/", "--dry-run").code == 0
    assert not (tmp_path / "new").exists()
    statuses = [
        record["status"] for record in program("encode", "a.png", "b.png", "--dry-run", "--json").records
    ]
    assert statuses == ["planned", "failed"]


def test_quiet_and_verbose(program: Program, photos: Path) -> None:
    quiet = program("encode", "photos", "-r", "-o", "quiet", "--quiet")
    assert (quiet.code, quiet.lines, quiet.errors) == (0, [], [])
    assert len(program("encode", "photos", "-r", "-o", "loud", "-v").lines) == 7


def test_a_config_file_sets_options_and_flags_override_it(
    program: Program, picture: Path, tmp_path: Path
) -> None:
    (tmp_path / "c.toml").write_text('bpp = 1.0\nsubsampling = "4:4:4"\n')
    done = program(
        "encode", "a.png", "--config", "c.toml", "-q", "40", "--write-config", "resolved.toml", "--json"
    )
    assert done.records[0]["subsampling"] == "4:4:4"
    resolved = load_options(JpegOptions, tmp_path / "resolved.toml", {})
    assert resolved == JpegOptions(quality=40, subsampling="4:4:4")
    again = program("encode", "a.png", "--config", "resolved.toml", "-o", "b.jpg")
    assert again.code == 0
    assert (tmp_path / "a.jpg").read_bytes() == (tmp_path / "b.jpg").read_bytes()
    (tmp_path / "c.toml").write_text("qualty = 3\n")
    wrong = program("encode", "a.png", "--config", "c.toml")
    assert wrong.code == 2
    assert wrong.errors == ["beholder: c.toml: unknown option 'qualty'; did you mean quality?"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("quality = 50\nbpp = 1.0\n", "got quality and bpp; give one of "),
        ('observer = "nobody"\n', "there is no observer 'nobody'; "),
    ],
)
def test_what_contradicts_itself_in_a_config_file_names_the_file(
    text: str, reason: str, program: Program, picture: Path, tmp_path: Path
) -> None:
    (tmp_path / "c.toml").write_text(text)
    done = program("encode", "a.png", "--config", "c.toml")
    assert done.code == 2
    assert done.errors[0].startswith(f"beholder: c.toml: {reason}")


def test_transparency(program: Program, tmp_path: Path) -> None:
    Image.new("RGBA", (16, 16), (0, 0, 0, 0)).save(tmp_path / "t.png")
    done = program("encode", "t.png")
    assert done.code == 1
    assert "t.png: has transparent pixels" in done.errors[0]
    assert program("encode", "t.png", "--background", "white").code == 0
    assert np.asarray(opened(tmp_path / "t.jpg")).min() > 250


def test_the_pixel_limit_can_be_raised_and_lowered(program: Program, picture: Path) -> None:
    done = program("encode", "a.png", "--max-pixels", "3k")
    assert done.code == 1
    assert "--max-pixels" in done.errors[0]
    assert program("encode", "a.png", "--max-pixels", "3072").code == 0


def test_metadata_survive_or_are_stripped(program: Program, tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    photograph().save(tmp_path / "m.png", icc_profile=profile, exif=exif, dpi=(300, 300))
    assert program("encode", "m.png").code == 0
    assert program("encode", "m.png", "-o", "s.jpg", "--metadata", "strip").code == 0
    kept, stripped = opened(tmp_path / "m.jpg"), opened(tmp_path / "s.jpg")
    for image in (kept, stripped):
        assert image.info["icc_profile"] == profile
        assert image.getexif()[0x0112] == 6
        assert image.size == (64, 48), "orientation is kept, not applied"
    assert kept.getexif()[0x010F] == "Maker"
    assert 0x010F not in stripped.getexif()


def test_notes_are_told(program: Program, tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photograph().convert("L").save(tmp_path / "grey.png", icc_profile=profile)
    done = program("encode", "grey.png", "--json")
    assert done.errors == [
        "beholder: grey.png: note: the ICC profile is for other colours (RGB) and is dropped"
    ]
    assert done.records[0]["notes"] == ["the ICC profile is for other colours (RGB) and is dropped"]


def test_a_jpeg_that_cannot_shrink_loses_its_metadata_in_place(
    program: Program, jpeg: Path, tmp_path: Path
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    photograph().save(jpeg, quality=98, exif=exif)
    assert program("encode", "old.jpg", "--in-place", "-q", "30").code == 0
    done = program("encode", "old.jpg", "--in-place", "-q", "99", "--metadata", "strip")
    assert done.code == 0
    assert done.lines[0].endswith("no result is smaller, the input is kept, less its metadata")
    assert not opened(jpeg).getexif()


def test_a_size_that_a_cmyk_jpeg_cannot_have_is_a_failure(program: Program, tmp_path: Path) -> None:
    photograph().convert("CMYK").save(tmp_path / "c.jpg", quality=95)
    for target in (("--bytes", "500"), ("--bpp", "1")):
        done = program("encode", "c.jpg", "-o", "d.jpg", *target)
        assert done.code == 1
        assert done.errors[0].startswith("beholder: c.jpg: CMYK or RGB JPEG, of which only the coding")
    assert program("encode", "c.jpg", "-o", "d.jpg", "--bytes", "1M").code == 0


def test_grey_jpegs_take_any_subsampling(program: Program, tmp_path: Path) -> None:
    photograph().convert("L").save(tmp_path / "g.jpg", quality=95)
    done = program("encode", "g.jpg", "-o", "h.jpg", "--subsampling", "4:2:0", "-q", "75")
    assert (done.code, done.errors) == (0, [])


@needs_posix
def test_links_to_folders_are_not_followed_and_dangling_ones_fail(
    program: Program, photos: Path, tmp_path: Path
) -> None:
    (photos / "sub" / "up").symlink_to("..")
    (photos / "gone.png").symlink_to("nowhere")
    (photos / "round.png").symlink_to("round.png")
    done = program("encode", "photos", "-r", "-o", "out", "-q", "75")
    assert done.code == 1
    assert done.errors == [
        "beholder: photos/gone.png: No such file or directory",
        "beholder: photos/round.png: Too many levels of symbolic links",
    ]
    assert len(tree(tmp_path / "out")) == 6


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_cannot_be_read_is_a_failure(program: Program, photos: Path, tmp_path: Path) -> None:
    for part in ("sub", "."):
        (photos / part).chmod(0o000)
        try:
            done = program("encode", "photos", "-r", "-o", "out", "--overwrite")
        finally:
            (photos / part).chmod(0o755)
        assert done.code == 1
        assert len(done.errors) == 1
        assert done.errors[0].endswith(": Permission denied")


def test_names_that_are_too_long_fail_alone(program: Program, picture: Path, tmp_path: Path) -> None:
    long = "x" * 300
    done = program("encode", f"{long}.png", "a.png", "-o", "out")
    assert done.code == 1
    assert done.errors == [f"beholder: {long}.png: File name too long"]
    assert list(tree(tmp_path / "out")) == ["a.jpg"]
    done = program("encode", "a.png", "-o", f"{long}.jpg")
    assert done.errors == [f"beholder: {long}.jpg: cannot be written (File name too long)"]


def test_results_inside_the_tree_are_not_taken_for_inputs(program: Program, photos: Path) -> None:
    for _ in range(2):
        done = program("encode", "photos", "-r", "-o", "photos/out", "--overwrite", "-q", "75")
        assert done.code == 0
        assert done.lines[0].startswith("6 encoded, 3 not taken")


@needs_posix
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize(
    ("number", "code", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_a_signal_ends_the_program_and_leaves_no_partial_file(
    picture: Path, tmp_path: Path, jobs: str, number: signal.Signals, code: int, word: str
) -> None:
    pipe = tmp_path / "endless.png"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "beholder", "encode", "endless.png", "a.png", "-o", "out", "-j", jobs]
    with (
        subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        ) as running,
        pipe.open("wb") as stream,
    ):  # opens when the program has begun to read it
        stream.write(b"\x89PNG")
        stream.flush()
        os.killpg(running.pid, number)  # as a terminal or a service manager sends it: to every process
        try:
            out, errors = running.communicate(timeout=60)
        finally:
            running.kill()
    assert running.returncode == code
    assert errors.decode().splitlines() == [f"beholder: {word}"]
    assert out == b""
    left = tree(tmp_path / "out") if (tmp_path / "out").exists() else {}
    assert left == {}, "results come in order, and the first never came"


@needs_posix
def test_a_reader_that_leaves_is_no_traceback(picture: Path, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "beholder", "encode", "a.png", "-o", "-"],
        cwd=tmp_path,
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


@needs_posix
def test_a_terminal_gets_a_progress_bar(photos: Path, tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "beholder", "encode", "photos", "-r", "-o", "out"]
    done = subprocess.run(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=theirs, timeout=60, check=False
    )
    os.close(theirs)
    drawn = os.read(ours, 100_000).decode()
    os.close(ours)
    assert done.returncode == 0
    assert "[........................] 0/6" in drawn
    assert "[########################] 6/6" in drawn
    assert drawn.endswith("\r\x1b[K"), "the bar is gone at the end"
    assert "\x1b" not in done.stdout.decode()


def test_an_impossible_target_is_an_error_of_that_file(
    program: Program, picture: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    done = program("encode", "a.png", "-o", "file/a.jpg")
    assert done.code == 1
    assert "file/a.jpg: cannot be written" in done.errors[0]


def test_odd_names(program: Program, tmp_path: Path) -> None:
    for name in ("two words.png", "-dash.png", "dots.in.name.png", "ünï.png", ".png"):
        photograph().save(tmp_path / name, "PNG")
    done = program(
        "encode", "two words.png", "./-dash.png", "dots.in.name.png", "ünï.png", ".png", "-o", "out"
    )
    assert (done.code, done.errors) == (0, [])
    expected = ["-dash.jpg", ".png.jpg", "dots.in.name.jpg", "two words.jpg", "ünï.jpg"]
    assert sorted(tree(tmp_path / "out")) == expected


@pytest.mark.parametrize("profile", ["nothing", "broken.json"])
def test_a_profile_that_cannot_be_used_is_told_before_any_picture_is_read(
    program: Program, picture: Path, tmp_path: Path, profile: str
) -> None:
    (tmp_path / "broken.json").write_text("{}")
    done = program("encode", "a.png", "--observer", f"machine:{profile}")
    assert done.code == 2
    assert len(done.errors) == 1
    assert profile in done.errors[0]
    assert not (tmp_path / "a.jpg").exists()


def test_the_machine_looks(program: Program, picture: Path, tmp_path: Path) -> None:
    assert program("encode", "a.png", "-o", "machine.jpg", "--observer", "machine", "-q", "50").code == 0
    assert program("encode", "a.png", "-o", "person.jpg", "-q", "50").code == 0
    assert (tmp_path / "machine.jpg").read_bytes() != (tmp_path / "person.jpg").read_bytes()
    profile = program(
        *("encode", "a.png", "-o", "other.jpg", "--observer", "machine:efficientnet_lite1"),
        *("--machine-weight", "1", "--adapt", "none", "--bpp", "2"),
    )
    assert profile.code == 0


def test_which_weights_of_a_file_were_taken_is_told(program: Program, picture: Path, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    models = pytest.importorskip("torchvision.models", reason="torchvision is not installed")
    with torch.random.fork_rng():
        torch.manual_seed(1)
        weights = models.squeezenet1_1(num_classes=3).state_dict()
    torch.save({"state_dict": weights, "state_dict_ema": weights}, tmp_path / "both.pt")
    (tmp_path / "net.toml").write_text('network = "torchvision:squeezenet1_1"\nweights = "both.pt"\n')
    flags = ("--observer", "machine", "--adapt", "network", "--model", "net.toml")
    done = program("encode", picture.name, *flags, "-o", "out.jpg")
    assert (done.code, len(done.errors)) == (0, 1)
    assert "holds state_dict_ema, a running mean of the weights, beside state_dict" in done.errors[0]
