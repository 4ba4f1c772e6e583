"""Changed colours."""

import math

import numpy as np
import pytest
from PIL import Image

from beholder.training.augment import Augmentation, colour_matrix
from tests.cli.program import photograph

CROP = np.asarray(photograph(64, 64))


def chroma(pixels: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(pixels).convert("YCbCr")).astype(int)


def test_grey_is_the_luma_of_pillow() -> None:
    grey = Augmentation(grey=1.0).apply(CROP, np.random.default_rng(0))
    luma = np.asarray(Image.fromarray(CROP).convert("L")).astype(int)
    assert np.abs(grey.astype(int) - luma[:, :, None]).max() <= 1


def test_hues_are_turned_with_their_luma_kept() -> None:
    soft = (CROP // 4 + 96).astype(np.uint8)  # far from what clipping changes
    turned = np.clip(np.rint(soft @ colour_matrix(angle=math.pi).T), 0, 255).astype(np.uint8)
    before, after = chroma(soft), chroma(turned)
    assert np.abs(before[..., 0] - after[..., 0]).max() <= 2
    assert np.abs((before[..., 1:] - 128) + (after[..., 1:] - 128)).max() <= 3


def test_colours_are_made_stronger_and_darker() -> None:
    assert colour_matrix(brightness=0.5) == pytest.approx(0.5 * np.eye(3))
    strong = colour_matrix(saturation=2.0)
    assert strong @ np.ones(3) == pytest.approx(np.ones(3))  # grey stays
    assert strong @ [1, 0, 0] == pytest.approx([2 - 0.299, -0.299, -0.299])
    dark = Augmentation(dark=1.0).apply(CROP, np.random.default_rng(0))
    assert 0.15 < dark.mean() / CROP.mean() < 0.75


def test_a_part_of_the_crops_is_changed_and_the_generator_decides() -> None:
    some = Augmentation(hue=0.25, saturation=0.25)
    changed = [not np.array_equal(some.apply(CROP, np.random.default_rng(seed)), CROP) for seed in range(200)]
    assert np.mean(changed) == pytest.approx(1 - 0.75**2, abs=0.1)
    first, second = (some.apply(CROP, np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(first, second)


def test_without_any_part_nothing_is_drawn() -> None:
    random = np.random.default_rng(0)
    before = random.bit_generator.state
    assert Augmentation().apply(CROP, random) is CROP
    assert random.bit_generator.state == before
