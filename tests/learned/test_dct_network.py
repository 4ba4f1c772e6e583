"""The transforms: their start as a DCT, their shapes."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.learned.block_transform import BLOCK, BlockTransform, lowest_frequencies
from beholder.learned.condition import Condition
from beholder.learned.dct_network import Analysis, Synthesis
from tests.learned.tiny import pictures

SIZES = {"fine": 16, "coarse": 16, "fine_blocks": 1, "coarse_blocks": 1, "observers": 1}
CONDITION = Condition.of([0])


def own_size(transform: BlockTransform, coefficients: torch.Tensor) -> torch.Tensor:
    return coefficients * transform.size[:, None, None]


@pytest.mark.parametrize("side", [8, 16])
def test_the_transform_is_orthonormal(side: int) -> None:
    transform = BlockTransform(side)
    picture = pictures(2, 64)
    coefficients = own_size(transform, transform(picture))
    assert coefficients.shape == (2, 3 * side * side, 64 // side, 64 // side)
    torch.testing.assert_close(coefficients.square().sum(), picture.square().sum(), rtol=1e-5, atol=0)
    torch.testing.assert_close(transform.inverse(coefficients), picture, atol=1e-6, rtol=0)


def test_coefficients_of_photographs_have_a_common_size() -> None:
    size = np.concatenate([BlockTransform(16)(pictures(1, 128, seed)).flatten() for seed in range(8)])
    assert 0.1 < np.sqrt(np.square(size).mean()) < 10


def test_a_cosine_has_one_coefficient() -> None:
    """Against the definition of the DCT-II: element (0, 3) is a cosine of one and a half periods along x."""
    places = np.arange(BLOCK)
    wave = np.cos((2 * places + 1) * 3 * np.pi / 32)
    picture = torch.tensor(np.tile(wave, (3, BLOCK, 1)), dtype=torch.float32)[None]
    transform = BlockTransform(BLOCK)
    coefficients = own_size(transform, transform(picture)).flatten()
    assert int((coefficients.abs() > 1e-4).sum()) == 1
    assert coefficients[3].item() == pytest.approx((3 * BLOCK * 8) ** 0.5, rel=1e-5)


def test_the_first_coefficients_are_the_mean_and_the_lowest_of_luma() -> None:
    assert lowest_frequencies(4)[0] == 0
    assert set(lowest_frequencies(4).tolist()) == {0, 1, BLOCK, BLOCK + 1}


@pytest.mark.parametrize("channels", [0, 769])
def test_more_channels_than_samples_are_refused(channels: int) -> None:
    with pytest.raises(ValueError, match=f"got {channels} channels"):
        lowest_frequencies(channels)


def test_a_fresh_codec_is_a_truncated_dct() -> None:
    torch.manual_seed(0)
    picture = pictures(1, 64)
    analysis, synthesis = Analysis(latents=96, **SIZES), Synthesis(latents=96, **SIZES)
    decoded = synthesis(analysis(picture, CONDITION), CONDITION)
    transform = BlockTransform(BLOCK)
    kept = torch.zeros(768)
    kept[lowest_frequencies(96)] = 1
    truncated = transform.inverse(kept[:, None, None] * own_size(transform, transform(picture)))
    torch.testing.assert_close(decoded, truncated, atol=1e-5, rtol=0)


def test_the_linear_path_stays_in_single_precision() -> None:
    analysis = Analysis(latents=24, **SIZES)
    picture = pictures(1, 64)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        latents = analysis(picture, CONDITION)
    assert latents.dtype == torch.float32
    torch.testing.assert_close(latents, analysis(picture, CONDITION), atol=1e-6, rtol=0)
