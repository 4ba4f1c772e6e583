"""How a codec comes: by name, by path or by what a file names; on which device."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from beholder import learned
from beholder.errors import InputError, UnsupportedImageError, UsageError

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("safetensors", reason="safetensors is not installed")
pytest.importorskip("constriction", reason="constriction is not installed")

import beholder
from beholder.learned import weight_files
from beholder.learned.coder import LearnedCoder
from beholder.learned.inspect import inspect_learned
from beholder.learned.weights import read_weights
from beholder.metrics import psnr_db
from tests.cli.program import photograph
from tests.learned.tiny import tiny_weights

PIXELS = np.asarray(photograph(40, 50))


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in the place of that with the package's weights: usual ones and others."""
    monkeypatch.setattr(weight_files, "_folder", lambda: tmp_path)
    (tmp_path / "photograph.safetensors").write_bytes(tiny_weights(0))
    (tmp_path / "drawing.safetensors").write_bytes(tiny_weights(1))
    learned.load_once.cache_clear()
    yield tmp_path
    learned.load_once.cache_clear()


def file_of(seed: int) -> bytes:
    return LearnedCoder(read_weights(tiny_weights(seed))).encode(PIXELS).data


def test_weights_that_ship_come_by_name(shipped: Path) -> None:
    assert learned.load(device="cpu").encode(PIXELS).data == file_of(0)
    assert learned.load("photograph", device="cpu").encode(PIXELS).data == file_of(0)
    assert learned.load("drawing", device="cpu").encode(PIXELS).data == file_of(1)


def test_a_file_is_decoded_with_the_weights_that_it_names(shipped: Path, tmp_path: Path) -> None:
    for seed, name in ((0, "photograph"), (1, "drawing")):
        (tmp_path / "a.bhd").write_bytes(file_of(seed))
        expected = learned.load(name, device="cpu").decode(file_of(seed)).pixels
        for file in (tmp_path / "a.bhd", str(tmp_path / "a.bhd"), file_of(seed)):
            assert (beholder.decode(file, device="cpu").pixels == expected).all()
        assert inspect_learned(file_of(seed), "file").weights == name


def test_weights_that_do_not_ship_are_asked_for(shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "own.weights").write_bytes(tiny_weights(2))
    data = file_of(2)
    message = r"^bytes: was written with weights [0-9a-f]{8}, not installed here; give that file"
    with pytest.raises(InputError, match=message):
        beholder.decode(data)
    given = beholder.decode(data, weights=tmp_path / "own.weights", device="cpu")
    assert given.pixels.shape == PIXELS.shape
    with pytest.raises(InputError, match=r"^bytes: was written with weights .*, not with "):
        beholder.decode(data, weights="photograph", device="cpu")


def test_other_files_are_refused_before_any_weights_are_read() -> None:
    with pytest.raises(InputError, match=r"^bytes: not a file of the codecs"):
        beholder.decode(b"\x89PNG")


def test_one_codec_serves_one_file_after_another(shipped: Path) -> None:
    first = learned.load_once("drawing", device="cpu")
    assert learned.load_once("drawing", device="cpu") is first
    assert learned.load_once("photograph", device="cpu") is not first


@pytest.mark.parametrize("device", ["", "gpu", "cpu:x", "cuda:4096", "meta", "hpu", "vulkan"])
def test_a_device_that_cannot_be_used_is_named(shipped: Path, device: str) -> None:
    with pytest.raises(UsageError) as caught:
        learned.load(device=device)
    message = str(caught.value)
    assert message.startswith(f"device {device!r} cannot be used (")
    assert len(message) < 400
    assert "\n" not in message


def test_damaged_weights_are_named(shipped: Path) -> None:
    (shipped / "drawing.safetensors").write_bytes(tiny_weights()[:-9])
    with pytest.raises(
        InputError, match=r"drawing.safetensors: no weights of the learned codec \(.*fetch the"
    ):
        learned.load("drawing")


def test_compare_takes_files_of_the_learned_codec(shipped: Path) -> None:
    data = file_of(0)
    scores = beholder.compare(PIXELS, data)
    assert scores.psnr_db == psnr_db(PIXELS, beholder.decode(data, device="cpu").pixels)
    assert (scores.width, scores.height, scores.size_bytes) == (50, 40, len(data))
    assert scores.rate_bpp == 8 * len(data) / (50 * 40)
    assert scores.notes == ()


def test_compare_turns_them_upright_and_notes_profiles(shipped: Path, tmp_path: Path) -> None:
    image = photograph(40, 50)
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(tmp_path / "a.png", exif=exif, icc_profile=bytes(16) + b"RGB " + bytes(200))
    data = learned.load(device="cpu").encode(tmp_path / "a.png").data
    scores = beholder.compare(tmp_path / "a.png", data)
    assert (scores.width, scores.height) == (40, 50)
    assert scores.notes == ()
    assert "colour profiles differ" in beholder.compare(image.transpose(5), data).notes[0]


def test_compare_refuses_other_sizes_and_unknown_weights(shipped: Path) -> None:
    with pytest.raises(UsageError, match=r"^bytes: 50x40 pixels, but array has 40x40"):
        beholder.compare(PIXELS[:, :40], file_of(0))
    with pytest.raises(InputError, match="not installed here"):
        beholder.compare(PIXELS, file_of(2))


def test_compare_obeys_the_limit_of_pixels(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("PIL.Image.MAX_IMAGE_PIXELS", 999)
    with pytest.raises(UnsupportedImageError, match="50x40 pixels, more than the 1998 allowed"):
        beholder.compare(PIXELS[:2], file_of(0))
