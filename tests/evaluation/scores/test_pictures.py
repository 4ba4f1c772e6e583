"""Scores of pictures against other implementations, and what holds for all of them."""

import math
import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.errors import UnsupportedImageError, UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.item import Item
from beholder.evaluation.score import Score
from beholder.evaluation.scores.registry import SCORES, find_score
from beholder.image.pixels import Pixels
from beholder.metrics import ms_ssim, ssimulacra2
from tests.evaluation.codecs.pictures import photograph

USUAL = [name for name, score in SCORES.items() if not score.needs_network]
OF_PICTURES = ("psnr", "psnr-y", "ms-ssim", "ssimulacra2")


def item_of(folder: Path, pixels: Pixels, label: int | None = None) -> Item:
    path = folder / "picture.png"
    Image.fromarray(pixels).save(path)
    return Item(name="picture.png", path=path, label=label)


def there(name: str) -> Score:
    score = find_score(name)
    if isinstance(score, Absent):
        pytest.skip(str(score))
    return score


def worse(pixels: Pixels, step: int = 16) -> Pixels:
    return pixels // step * step + step // 2


def value(name: str, item: Item, decoded: Pixels) -> float:
    return float(there(name).prepare(item)(decoded))


def test_psnr_is_that_of_scikit_image(tmp_path: Path) -> None:
    metrics = pytest.importorskip("skimage.metrics", reason="scikit-image is not installed")
    pixels = photograph()
    item = item_of(tmp_path, pixels)
    expected = metrics.peak_signal_noise_ratio(pixels, worse(pixels))
    assert value("psnr", item, worse(pixels)) == pytest.approx(expected, abs=1e-9)


def test_psnr_of_luma_by_hand(tmp_path: Path) -> None:
    pixels = photograph()
    difference = pixels.astype(float) - worse(pixels)
    # JFIF: Y = 0.299 R + 0.587 G + 0.114 B.
    error = np.mean((difference @ [0.299, 0.587, 0.114]) ** 2)
    expected = 10 * math.log10(255**2 / error)
    assert value("psnr-y", item_of(tmp_path, pixels), worse(pixels)) == pytest.approx(expected, abs=1e-9)


def test_the_others_are_the_metrics(tmp_path: Path) -> None:
    pixels = photograph(170, 180)
    item = item_of(tmp_path, pixels)
    assert value("ms-ssim", item, worse(pixels)) == ms_ssim(pixels, worse(pixels))
    assert value("ssimulacra2", item, worse(pixels)) == ssimulacra2(pixels, worse(pixels))


@pytest.mark.parametrize("name", OF_PICTURES)
def test_worse_pictures_score_worse(name: str, tmp_path: Path) -> None:
    pixels = photograph(170, 180)
    item = item_of(tmp_path, pixels)
    score = there(name)
    scorer = score.prepare(item)
    values = [
        score.scale.on_curve(float(scorer(decoded)))
        for decoded in (pixels, worse(pixels, 8), worse(pixels, 32))
    ]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == 3
    if score.unit == "dB":
        assert values[0] == math.inf


@pytest.mark.parametrize("name", USUAL)
def test_survives_the_way_to_another_process(name: str) -> None:
    score = there(name)
    twin = pickle.loads(pickle.dumps(score))
    assert (twin.name, twin.column) == (name, score.column)
    assert twin.fingerprint() == score.fingerprint()


def test_no_two_share_a_fingerprint() -> None:
    found = [score for score in map(find_score, USUAL) if not isinstance(score, Absent)]
    assert len({score.fingerprint() for score in found}) == len(found)


@pytest.mark.parametrize(("name", "side"), [("ms-ssim", 160), ("ssimulacra2", 7)])
def test_pictures_too_small_to_score(name: str, side: int, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedImageError, match=r"picture\.png|at least"):
        there(name).prepare(item_of(tmp_path, photograph(side, 200)))


def test_unknown_names() -> None:
    with pytest.raises(UsageError, match=r"unknown score 'vmaf'; known are psnr, .*kl:MODEL"):
        find_score("vmaf")
