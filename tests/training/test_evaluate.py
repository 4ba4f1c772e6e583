"""Evaluation by classes, against WebP."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, features

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.errors import InputError
from beholder.learned.architecture import Architecture
from beholder.learned.networks import build_network
from beholder.training.against_webp import percent_against_webp
from beholder.training.classes import PictureClass
from beholder.training.evaluate import EvaluationSet
from beholder.training.pictures import find_stored_pictures
from tests.cli.program import photograph
from tests.training.folders import SIZES, make_pictures

pytestmark = pytest.mark.skipif(not features.check("webp"), reason="this Pillow has no WebP")


def test_each_class_is_reported_with_its_worst_picture(tmp_path: Path) -> None:
    classes = [
        PictureClass("photo", (str(make_pictures(tmp_path / "photo", 3, 70, 90)),)),
        PictureClass("screen", (str(make_pictures(tmp_path / "screen", 1, 64, 64)),)),
    ]
    torch.manual_seed(0)
    model = build_network(
        Architecture(**SIZES | {"latents": 640})
    )  # so that it starts as a DCT of most coefficients
    chosen = EvaluationSet(classes, 2, 3)
    chosen.check()
    record = chosen.evaluate(model, torch.device("cpu"))
    assert (record["quality"], record["pictures"]) == ([0, 32, 63], 3)
    found = record["classes"]
    assert [(name, own["pictures"]) for name, own in found.items()] == [("photo", 2), ("screen", 1)]
    mean = [
        (2 * a + b) / 3 for a, b in zip(found["photo"]["rate_bpp"], found["screen"]["rate_bpp"], strict=True)
    ]
    assert record["rate_bpp"] == pytest.approx(mean)
    photo = found["photo"]
    assert photo["worst_webp_percent"] >= photo["webp_percent"]
    assert Path(photo["worst_picture"]).parent.name == "photo"


def test_webp_itself_is_at_0_percent_and_twice_its_rate_at_100(tmp_path: Path) -> None:
    photograph(64, 64).save(tmp_path / "a.png")
    (stored,) = find_stored_pictures([str(tmp_path)])
    pixels, _ = stored.read()
    points = []
    for quality in (5, 34, 62, 82, 92):
        Image.fromarray(pixels).save(tmp_path / "a.webp", quality=quality, method=6)
        decoded = np.asarray(Image.open(tmp_path / "a.webp").convert("RGB")).astype(float)
        error = np.square(decoded - pixels).mean()
        points.append(((tmp_path / "a.webp").stat().st_size * 8 / 4096, 10 * np.log10(65025 / error)))
    assert percent_against_webp(stored, points) == pytest.approx(0, abs=2)
    doubled = [(2 * rate, psnr) for rate, psnr in points]
    assert percent_against_webp(stored, doubled) == pytest.approx(100, abs=4)
    assert percent_against_webp(stored, points[:2]) is None
    assert percent_against_webp(stored, [(rate, psnr + 100) for rate, psnr in points]) is None


def test_damaged_pictures_are_all_named_at_the_start(tmp_path: Path) -> None:
    folder = make_pictures(tmp_path / "a", 2)
    for name in ("x.png", "y.jpg"):
        (folder / name).write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"(?s)2 of the pictures to evaluate on .*x\.png.*y\.jpg"):
        EvaluationSet([PictureClass("pictures", (str(folder),))], 0, 2).check()
