"""Preprocessing against Pillow, its gradient, and its files."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.errors import UsageError
from beholder.observers.network import Preprocessing, load_preprocessing
from beholder.option_files import to_toml
from tests.cli.program import photograph

FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


def applied(preprocessing: Preprocessing, image: Image.Image) -> np.ndarray:
    pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float()
    return preprocessing.apply(pixels)[0].permute(1, 2, 0).numpy()


@pytest.mark.parametrize("interpolation", FILTERS)
@pytest.mark.parametrize(("height", "width"), [(200, 331), (331, 200), (90, 61)])
def test_resize_and_crop_are_those_of_pillow(interpolation: str, height: int, width: int) -> None:
    image = photograph(height, width)
    preprocessing = Preprocessing(resize="shorter", size=64, interpolation=interpolation, canvas=(56, 56))
    side = min(height, width)
    resized = image.resize((width * 64 // side, height * 64 // side), FILTERS[interpolation])
    left, top = (resized.width - 56) // 2, (resized.height - 56) // 2
    expected = np.asarray(resized.crop((left, top, left + 56, top + 56)), np.float32)
    difference = np.abs(applied(preprocessing, image) - expected)
    assert difference.max() <= 1.01, "Pillow rounds to whole numbers, twice"
    assert difference.mean() < 0.35


@pytest.mark.parametrize("placement", ["center", "top-left"])
def test_letterbox_fills_what_the_picture_leaves(placement: str) -> None:
    image = photograph(60, 100)
    preprocessing = Preprocessing(
        resize="longer", size=50, canvas=(50, 50), placement=placement, fill=(114, 0, 255), scale=0.5
    )
    found = applied(preprocessing, image)
    top = 10 if placement == "center" else 0
    expected = np.full((50, 50, 3), np.array([57, 0, 127.5]), np.float32)
    expected[top : top + 30] = np.asarray(image.resize((50, 30), Image.Resampling.BILINEAR)) / 2
    assert np.abs(found - expected).max() <= 0.51


def test_exact_size_order_and_normalisation() -> None:
    image = photograph(20, 30)
    plain = applied(Preprocessing(resize="exact", size=(10, 12)), image)
    assert plain.shape == (10, 12, 3)
    options = {"scale": 1 / 255, "mean": (0.1, 0.2, 0.3), "std": (1.0, 2.0, 4.0)}
    found = applied(Preprocessing(resize="exact", size=(10, 12), channels="bgr", **options), image)
    assert found == pytest.approx(((plain / 255 - [0.1, 0.2, 0.3]) / [1, 2, 4])[..., ::-1], abs=1e-6)


@pytest.mark.parametrize(
    ("shape", "resized", "padded"),
    [
        ((480, 640), (300, 400), (320, 416)),
        ((200, 640), (156, 500), (160, 512)),
        ((300, 320), (300, 320), (320, 320)),
    ],
)
def test_longest_side_and_multiple(shape, resized, padded) -> None:
    preprocessing = Preprocessing(resize="shorter", size=300, longest=500, multiple=32, placement="top-left")
    assert preprocessing.resized(*shape) == resized
    x = preprocessing.apply(torch.full((1, 3, *shape), 9.0))
    assert tuple(x.shape[2:]) == padded
    assert float(x.sum()) == pytest.approx(3 * 9 * resized[0] * resized[1], rel=1e-5)


def test_gradient_passes_where_bicubic_meets_white() -> None:
    pixels = torch.full((1, 3, 40, 40), 255.0, requires_grad=True)
    preprocessing = Preprocessing(resize="exact", size=(10, 10), interpolation="bicubic")
    (gradient,) = torch.autograd.grad(preprocessing.apply(pixels).sum(), pixels)
    assert gradient.sum() == pytest.approx(300, rel=1e-4)


def test_another_input_size_scales_all_sides() -> None:
    lite = Preprocessing(resize="shorter", size=256, canvas=(224, 224))
    assert lite.with_input_size(112) == replace(lite, size=128, canvas=(112, 112))
    both = Preprocessing(resize="exact", size=(320, 640))
    assert both.with_input_size(320).size == (160, 320)
    with pytest.raises(UsageError, match="takes pictures as they are"):
        Preprocessing().with_input_size(64)


def test_a_file_gives_the_same_back(tmp_path: Path) -> None:
    preprocessing = Preprocessing(
        resize="exact", size=(30, 40), interpolation="nearest", std=(1.0, 2.0, 3.0), channels="bgr"
    )
    path = tmp_path / "p.toml"
    path.write_text(to_toml(preprocessing))
    assert load_preprocessing(path) == preprocessing


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("resise = 'shorter'", "unknown option 'resise'; did you mean resize"),
        ("resize = 'wider'", "resize is 'wider'; it must be one of 'none', 'shorter'"),
        ("resize = 'shorter'", "size must be a number of pixels"),
        ("resize = 'exact'\nsize = 3", "size must be \\(height, width\\)"),
        ("size = 3", "size must be left out"),
        ("std = [1, 0, 1]", "must not be 0"),
        ("mean = [1, 2]", "three numbers"),
        ("canvas = [0, 3]", "canvas is \\[0, 3\\]; it must be"),
        ("canvas = [8, 8]\nmultiple = 4", "without a canvas"),
        ("longest = 9", "longest is for resize 'shorter'"),
        ("antialias = 1", "true or false"),
        ("= 3", "not a TOML file"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "p.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=message):
        load_preprocessing(path)
