"""Weighted mixtures of observers."""

import numpy as np
import pytest

import beholder
from beholder import _core
from beholder.observers import FixedSensitivity, Mixture, PictureBlocks, human, mse
from tests.jpeg.pictures import photograph

SAMPLING = ((2, 2), (1, 1), (1, 1))
PIXELS = photograph(91, 160, 120)


@pytest.fixture(scope="module")
def picture() -> PictureBlocks:
    return PictureBlocks(_core.forward_transform(PIXELS), lambda: PIXELS)


def random_observer(seed: int, picture: PictureBlocks) -> FixedSensitivity:
    random = np.random.default_rng(seed)
    blocks = tuple(random.uniform(0.2, 3, counts).astype(np.float32) for counts in picture.block_counts)
    return FixedSensitivity(random.uniform(0.1, 5, (3, 64)).astype(np.float32), blocks)


def product(weights: object) -> list[np.ndarray]:
    """Weights of every coefficient, by component, with mean 1 over frequencies and components."""
    means = [block.mean() for block in weights.blocks]
    scale = np.mean([row.mean() * mean for row, mean in zip(weights.frequency, means, strict=True)])
    return [
        block[..., None] * row / scale for row, block in zip(weights.frequency, weights.blocks, strict=True)
    ]


def test_marginals_are_those_of_the_sum(picture: PictureBlocks) -> None:
    parts = [random_observer(seed, picture) for seed in (1, 2)]
    mixed = product((0.3 * parts[0] + 0.7 * parts[1]).sensitivity(SAMPLING, picture))
    first, second = (product(part.sensitivity(SAMPLING, picture)) for part in parts)
    for component in range(3):
        exact = 0.3 * first[component] + 0.7 * second[component]
        assert mixed[component].mean((0, 1)) == pytest.approx(exact.mean((0, 1)), rel=1e-4)
        assert mixed[component].mean(2) == pytest.approx(exact.mean(2), rel=1e-4)


def test_masking_is_turned_into_blocks(picture: PictureBlocks) -> None:
    mixed = (0.5 * human() + 0.5 * mse()).sensitivity(SAMPLING, picture)
    assert mixed.masking is None
    assert [block.shape for block in mixed.blocks] == picture.block_counts
    assert mixed.blocks[0].std() > 0.05


@pytest.mark.parametrize("alone", [1.0 * human(), human() * 3, 1 * human() + 0 * mse()])
def test_one_observer_alone_stays_itself(alone: Mixture) -> None:
    assert beholder.encode(PIXELS, observer=alone, bpp=1.0).data == beholder.encode(PIXELS, bpp=1.0).data


def test_twice_the_same_observer_is_nearly_itself() -> None:
    twice = beholder.encode(PIXELS, observer=0.2 * human() + 0.8 * human(), psnr=34.0)
    once = beholder.encode(PIXELS, psnr=34.0)
    assert len(twice.data) == pytest.approx(len(once.data), rel=0.01)


def test_only_ratios_of_weights_count(picture: PictureBlocks) -> None:
    one = (1 * human() + 3 * mse()).sensitivity(SAMPLING, picture)
    other = (2 * (0.25 * human() + 0.75 * mse())).sensitivity(SAMPLING, picture)
    assert np.array_equal(one.frequency, other.frequency)
    assert one.lambda_ratio == pytest.approx(other.lambda_ratio)


def test_names_tell_the_shares() -> None:
    assert (1 * human() + 3 * mse()).name == "0.25 human + 0.75 mse"


def test_grey_pictures() -> None:
    grey = np.ascontiguousarray(PIXELS[..., 1])
    assert beholder.encode(grey, observer=human() + mse(), quality=70).width == grey.shape[1]


@pytest.mark.parametrize("weight", [-0.5, float("nan"), float("inf")])
def test_weights_that_make_no_sense(weight: float) -> None:
    with pytest.raises(beholder.UsageError, match="at least 0"):
        weight * human() + mse()


def test_somebody_must_look() -> None:
    with pytest.raises(beholder.UsageError, match="all weights of the observers are 0"):
        beholder.encode(PIXELS, observer=0 * human() + 0 * mse())
