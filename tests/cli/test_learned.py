"""The learned codec through the program: files there and back, trees, streams, weights, damage.

The program is run where its processes matter; the rest calls it in this process, which has torch loaded.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("safetensors", reason="safetensors is not installed")
pytest.importorskip("constriction", reason="constriction is not installed")

from beholder.cli import main
from beholder.learned import load_once, weight_files
from beholder.learned.coder import LearnedCoder
from beholder.learned.container import read_container
from beholder.learned.weights import read_weights
from beholder.metrics import psnr_db
from tests.cli.program import Done, Program, photograph, tree
from tests.learned.tiny import tiny_weights

GIVE = "give that file: beholder decode --weights FILE, or weights=FILE in Python"
GIVE_THEIRS = "give the file of the former: beholder decode --weights FILE, or weights=FILE in Python"
LEARNED = ("--codec", "learned", "--weights", "w.safetensors", "--device", "cpu")


@pytest.fixture(scope="module")
def codec() -> LearnedCoder:
    """What the program has in ``w.safetensors``."""
    return LearnedCoder(read_weights(tiny_weights()))


@pytest.fixture(autouse=True)
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "w.safetensors"
    path.write_bytes(tiny_weights())
    return path


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Iterator[Program]:
    """As `program`, in this process; no weights ship."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(weight_files, "_folder", lambda: tmp_path / "shipped")
    load_once.cache_clear()

    def run(*arguments: str) -> Done:
        code = main(arguments)
        out, errors = capfdbinary.readouterr()
        return Done(code, out, errors.decode().splitlines())

    yield run
    load_once.cache_clear()


def pixels_of(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)


def differs_by(first: np.ndarray, second: np.ndarray) -> int:
    """The largest difference; what is painted may be rounded another way in another process."""
    assert first.shape == second.shape
    return int(np.abs(first.astype(int) - second).max())


def test_a_picture_goes_there_and_back(
    program: Program, picture: Path, tmp_path: Path, codec: LearnedCoder
) -> None:
    done = program("encode", "a.png", *LEARNED, "-q", "40", "--threads", "2")
    assert (done.code, done.errors) == (0, [])
    assert done.lines[0].startswith("a.png -> a.bhd: ")
    assert sorted(tree(tmp_path)) == ["a.bhd", "a.png", "w.safetensors"]
    data = (tmp_path / "a.bhd").read_bytes()
    assert data == codec.encode(picture, quality=40).data
    done = program("decode", "a.bhd", "--weights", "w.safetensors", "-o", "b.png", "--json")
    assert (done.code, done.errors) == (0, [])
    size = (tmp_path / "b.png").stat().st_size
    (record,) = done.records
    assert (record["input"], record["output"], record["status"]) == ("a.bhd", "b.png", "decoded")
    assert (record["width"], record["height"]) == (64, 48)
    assert (record["input_bytes"], record["output_bytes"]) == (len(data), size)
    assert record["rate_bpp"] == pytest.approx(8 * len(data) / (64 * 48))
    assert differs_by(pixels_of((tmp_path / "b.png").read_bytes()), codec.decode(data).pixels) <= 1


def test_a_tree_is_mirrored_there_and_back_around_damage(
    program: Program, photos: Path, tmp_path: Path, codec: LearnedCoder
) -> None:
    (photos / "sub" / "d.png").write_bytes(b"bad")
    done = program("encode", "photos", "-r", "-o", "out", "-j", "2", "--json", *LEARNED)
    assert done.code == 1
    assert done.errors == [
        "beholder: photos/sub/d.png: not a picture in a format that Pillow reads",
        "beholder: note: 3 not taken (1 hidden folder, 1 hidden, 1 .txt)",
    ]
    names = ["a.bhd", "b.bhd", "sub/c.bhd", "sub/deep/e.bhd", "sub/deep/f.bhd"]
    files = tree(tmp_path / "out")
    assert sorted(files) == names
    assert files["b.bhd"] == codec.encode(photos / "b.JPG").data
    good = [record for record in done.records if record["status"] == "encoded"]
    assert [record["quality"] for record in good] == [32] * 5
    assert [record["subsampling"] for record in good] == [None] * 5

    damaged = bytearray(files["sub/c.bhd"])
    damaged[-30] ^= 1
    (tmp_path / "out" / "sub" / "c.bhd").write_bytes(damaged)
    (tmp_path / "out" / "sub" / "note.png").write_bytes(b"nothing to decode")
    arguments = ("decode", "out", "-r", "-o", "back/", "-j", "2", "--weights", "w.safetensors")
    done = program(*arguments)
    assert done.code == 1
    assert len(done.errors) == 1
    assert done.errors[0].startswith("beholder: out/sub/c.bhd: damaged")
    assert done.lines[0].startswith("4 decoded, 1 failed, 1 not taken (1 .png): ")
    back = tree(tmp_path / "back")
    assert sorted(back) == ["a.png", "b.png", "sub/deep/e.png", "sub/deep/f.png"], "nothing partial either"
    for name, data in back.items():
        expected = codec.decode(files[name.replace(".png", ".bhd")]).pixels
        assert differs_by(pixels_of(data), expected) <= 1


def test_standard_input_and_output(program: Program, picture: Path, codec: LearnedCoder) -> None:
    done = program("encode", "-", "-o", "-", *LEARNED, stdin=picture.read_bytes())
    assert (done.code, done.errors) == (0, [])
    assert done.out == codec.encode(picture).data
    back = program("decode", "-", "-o", "-", "--weights", "w.safetensors", stdin=done.out)
    assert (back.code, back.errors) == (0, [])
    assert differs_by(pixels_of(back.out), codec.decode(done.out).pixels) <= 1
    failed = program("decode", "-", "-o", "-", "--weights", "w.safetensors", stdin=done.out[:-1])
    assert (failed.code, failed.out) == (1, b"")
    assert failed.errors[0].startswith("beholder: standard input: cut off in the checksum")


def test_weights_that_are_missing_are_told_before_work(
    program: Program, picture: Path, tmp_path: Path
) -> None:
    for command in (("encode", "a.png", "--codec", "learned"), ("decode", "no.bhd")):
        done = program(*command, "--weights", "no.safetensors")
        assert done.code == 2
        assert len(done.errors) == 1
        assert done.errors[0].startswith("beholder: no.safetensors: no file of weights, and no name of any (")
    assert sorted(tree(tmp_path)) == ["a.png", "w.safetensors"]


def test_weights_that_do_not_ship(here: Program, picture: Path, tmp_path: Path) -> None:
    assert here("encode", "a.png", *LEARNED).code == 0
    done = here("decode", "a.bhd", "-o", "b.png")
    assert done.code == 2
    assert done.errors == [f"beholder: {weight_files.NOT_INSTALLED}; name a file of weights"]
    # Others ship, and are not those of the file.
    (tmp_path / "shipped").mkdir()
    (tmp_path / "shipped" / "photograph.safetensors").write_bytes(tiny_weights(1))
    identity = weight_files.identity_of_weights(tiny_weights()).hex()
    other = weight_files.identity_of_weights(tiny_weights(1)).hex()
    why = f"a.bhd: was written with weights {identity}, "
    done = here("decode", "a.bhd", "-o", "b.png")
    assert done.code == 1
    assert done.errors == [f"beholder: {why}not installed here; {GIVE}"]
    done = here("decode", "a.bhd", "-o", "b.png", "--weights", "photograph")
    assert done.code == 1
    assert done.errors == [f"beholder: {why}not with {other}; {GIVE_THEIRS}"]
    done = here("compare", "a.png", "a.bhd", "a.png", "--json")
    assert done.code == 1
    assert done.errors == [f"beholder: {why}not installed here; {GIVE}"]
    assert (done.records[0]["input"], done.records[0]["status"]) == ("a.bhd", "failed")
    assert done.records[0]["error"] == done.errors[0].removeprefix("beholder: ")
    assert done.records[1]["scores"]["psnr_db"] is None
    assert not (tmp_path / "b.png").exists()


def test_weights_that_ship_need_no_flag(here: Program, picture: Path, tmp_path: Path) -> None:
    (tmp_path / "shipped").mkdir()
    (tmp_path / "shipped" / "photograph.safetensors").write_bytes(tiny_weights())
    assert here("encode", "a.png", "--codec", "learned").code == 0
    assert here("decode", "a.bhd", "-o", "b.png").code == 0
    identity = weight_files.identity_of_weights(tiny_weights()).hex()
    lines = here("inspect", "a.bhd").lines
    assert lines[0].startswith("a.bhd: 64x48, ")
    assert lines[3] == f"weights: {identity} (photograph)"
    (record,) = here("compare", "a.png", "a.bhd", "--json").records
    assert record["input_bytes"] == (tmp_path / "a.bhd").stat().st_size
    scores = record["scores"]
    decoded = pixels_of((tmp_path / "b.png").read_bytes())
    assert scores["psnr_db"] == psnr_db(pixels_of(picture.read_bytes()), decoded)
    assert here("compare", "a.png", "a.bhd").lines[0].startswith("a.bhd: ")


def test_weights_that_are_none_and_devices_that_are_not_there(
    here: Program, picture: Path, tmp_path: Path
) -> None:
    (tmp_path / "more.png").write_bytes(picture.read_bytes())
    done = here("encode", "a.png", "more.png", *LEARNED, "--device", "gpu")
    assert done.code == 2
    assert done.errors[0].startswith("beholder: device 'gpu' cannot be used (")
    assert len(done.errors) == 1, "once, before the run"
    (tmp_path / "bad.safetensors").write_bytes(b"nothing good")
    done = here("encode", "a.png", "--codec", "learned", "--weights", "bad.safetensors")
    assert done.code == 1
    assert done.errors[0].startswith("beholder: a.png: bad.safetensors: no weights of the learned codec (")
    assert len(done.errors) == 1
    assert not (tmp_path / "a.bhd").exists()


def test_targets(here: Program, picture: Path, tmp_path: Path) -> None:
    sizes = {}
    for quality in ("0", "63"):
        assert here("encode", "a.png", *LEARNED, "-q", quality, "--overwrite").code == 0
        sizes[quality] = (tmp_path / "a.bhd").stat().st_size
    between = (sizes["0"] + sizes["63"]) // 2
    (record,) = here("encode", "a.png", *LEARNED, "--bytes", str(between), "--overwrite", "--json").records
    assert 0 < record["quality"] < 63
    assert record["output_bytes"] <= between
    assert read_container((tmp_path / "a.bhd").read_bytes(), "a.bhd").header.quality == record["quality"]
    (record,) = here("encode", "a.png", *LEARNED, "--bpp", "24", "--overwrite", "--json").records
    assert (record["quality"], record["output_bytes"]) == (63, sizes["63"])
    done = here("encode", "a.png", *LEARNED, "--psnr", "80", "-o", "c.bhd", "--json")
    assert done.code == 1
    assert done.records[0]["status"] == "failed"
    assert done.errors[0].startswith("beholder: a.png: a PSNR of 80 dB is out of reach of the learned codec")
    assert not (tmp_path / "c.bhd").exists()


def test_nothing_is_overwritten_unless_told(here: Program, picture: Path, tmp_path: Path) -> None:
    (tmp_path / "a.bhd").write_bytes(b"precious")
    done = here("encode", "a.png", *LEARNED)
    assert done.code == 1
    assert done.errors == ["beholder: a.bhd: exists already; name another file, or give --overwrite"]
    assert (tmp_path / "a.bhd").read_bytes() == b"precious"
    assert here("encode", "a.png", *LEARNED, "--overwrite").code == 0
    before = picture.read_bytes()
    done = here("decode", "a.bhd", "--weights", "w.safetensors")
    assert done.code == 1
    assert done.errors == ["beholder: a.png: exists already; name another file, or give --overwrite"]
    assert picture.read_bytes() == before
    assert here("decode", "a.bhd", "--weights", "w.safetensors", "--overwrite").code == 0
    assert picture.read_bytes() != before


def test_formats_and_what_they_drop(here: Program, tmp_path: Path, codec: LearnedCoder) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    photograph().save(tmp_path / "m.jpg", exif=exif, comment=b"a comment")
    done = here("encode", "m.jpg", *LEARNED)
    assert done.code == 0
    assert done.errors == ["beholder: m.jpg: note: further metadata segments are dropped (comment)"]
    expected = codec.decode(tmp_path / "m.bhd").pixels
    for suffix, kind in (
        (".png", "PNG"),
        (".tif", "TIFF"),
        (".TIFF", "TIFF"),
        (".bmp", "BMP"),
        (".ppm", "PPM"),
    ):
        done = here("decode", "m.bhd", "--weights", "w.safetensors", "-o", f"m{suffix}", "--json")
        assert done.code == 0
        with Image.open(tmp_path / f"m{suffix}") as image:
            assert image.format == kind
            assert differs_by(np.asarray(image), expected) <= 1
        dropped = [f"EXIF is dropped, which {suffix} cannot hold"] if kind in ("BMP", "PPM") else []
        assert done.records[0]["notes"] == dropped
    done = here("encode", "m.jpg", *LEARNED, "--metadata", "strip", "-o", "s.bhd")
    assert (done.code, done.errors) == (0, [])
    assert b"Maker" not in (tmp_path / "s.bhd").read_bytes()


def test_pictures_that_are_not_taken(
    here: Program, picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("RGBA", (16, 16), (0, 0, 0, 0)).save(tmp_path / "t.png")
    done = here("encode", "t.png", *LEARNED)
    assert done.code == 1
    assert done.errors[0].startswith("beholder: t.png: has transparent pixels")
    assert here("encode", "t.png", *LEARNED, "--background", "white").code == 0
    photograph().convert("CMYK").save(tmp_path / "c.jpg")
    done = here("encode", "c.jpg", *LEARNED)
    assert (done.code, done.errors) == (1, ["beholder: c.jpg: CMYK JPEG; convert it to RGB first"])
    assert here("encode", "a.png", *LEARNED).code == 0
    monkeypatch.setattr("PIL.Image.MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)  # which the program sets
    done = here("decode", "a.bhd", "--weights", "w.safetensors", "-o", "b.png", "--max-pixels", "3k")
    assert done.code == 1
    assert "a.bhd: 64x48 pixels, more than the 3000 allowed" in done.errors[0]
    assert (
        here("decode", "a.bhd", "--weights", "w.safetensors", "-o", "b.png", "--max-pixels", "3072").code == 0
    )


def test_other_files_are_no_input(here: Program, picture: Path) -> None:
    done = here("decode", "a.png", "-o", "b.png", "--weights", "w.safetensors")
    assert done.code == 1
    assert done.errors == ["beholder: a.png: not a file of the codecs jpeg (.jpg) or learned (.bhd)"]
    assert here("encode", "a.png", *LEARNED).code == 0
    done = here("encode", "a.bhd", "-o", "b.jpg")
    assert (done.code, done.errors) == (
        1,
        ["beholder: a.bhd: not a picture in a format that Pillow reads"],
    )


def test_the_answer_of_a_network_stays(here: Program, tmp_path: Path) -> None:
    """With a target and the loop, on a picture that lies on its side."""
    from tests.learned.networks_that_look import gradual, network_file  # noqa: PLC0415

    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(gradual(70, 90)).save(tmp_path / "a.png", exif=exif.tobytes())
    model = network_file(tmp_path)
    done = here("encode", "a.png", *LEARNED, "--kl", "0.4", "--effort", "loop", "--model", model, "--json")
    assert (done.code, done.errors) == (0, [])
    header = read_container((tmp_path / "a.bhd").read_bytes(), "a.bhd").header
    assert header.quality == max(done.records[0]["quality"], 0), "below 0 the file says 0"
    done = here(
        "encode", "a.png", "-o", "b.bhd", *LEARNED, "--bpp", "3", "--effort", "loop", "--model", model
    )
    assert (done.code, done.errors) == (0, [])
    assert len((tmp_path / "b.bhd").read_bytes()) <= 3 * 70 * 90 / 8


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--kl", "0.1", "--model", "no-net"], "no-net"),
        (["--effort", "loop", "--model", "no-net.pt"], "no-net.pt"),
        (["--observer", "0.3"], "know human alone; leave observer at human, or give weights that were"),
        (["--observer", "machine", "-q", "3"], "observer is 'machine', and the weights "),
    ],
)
def test_what_weights_or_networks_lack_is_told_first(
    here: Program, tmp_path: Path, flags: list[str], words: str
) -> None:
    photograph().save(tmp_path / "a.png")
    done = here("encode", "a.png", *LEARNED, *flags)
    assert done.code == 2
    assert words in done.errors[-1]
    assert not (tmp_path / "a.bhd").exists()


def test_the_observer_is_told_by_inspect(here: Program, tmp_path: Path) -> None:
    photograph().save(tmp_path / "a.png")
    (tmp_path / "w.safetensors").write_bytes(tiny_weights(observers=3))
    for observer, told in (
        ("0.3", "0.298 (dial 76"),
        ("machine", "machine (dial 255"),
        ("human", "human (dial 0"),
    ):
        done = here("encode", "a.png", "--overwrite", *LEARNED, "--observer", observer)
        assert (done.code, done.errors) == (0, [])
        assert f"observer: {told} of 0..255)" in here("inspect", "a.bhd").lines
        assert (
            here("decode", "a.bhd", "--overwrite", "--weights", "w.safetensors", "--device", "cpu").code == 0
        )
