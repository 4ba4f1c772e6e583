"""The transforms: their start as a DCT, their shapes."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from torch.nn import functional

from beholder.learned.block_transform import BLOCK, lowest_frequencies
from beholder.learned.transforms import Analysis, Synthesis
from tests.learned.tiny import pictures

SIZES = {"fine": 16, "coarse": 16, "fine_blocks": 1, "coarse_blocks": 1}


def test_the_basis_is_orthonormal() -> None:
    basis = lowest_frequencies(3 * BLOCK * BLOCK).double()
    torch.testing.assert_close(basis @ basis.T, torch.eye(768, dtype=torch.float64), atol=1e-5, rtol=0)


def test_the_first_row_is_the_mean_and_the_next_are_the_lowest_of_luma() -> None:
    basis = lowest_frequencies(3)
    torch.testing.assert_close(basis[0], torch.full((768,), 768**-0.5))
    rows = basis.reshape(3, 3, BLOCK, BLOCK)
    assert {tuple((row.std(dim=axis).amax() > 1e-4).item() for axis in (1, 2)) for row in rows[1:]} == {
        (True, False),
        (False, True),
    }


def test_a_cosine_has_one_coefficient() -> None:
    """Against SciPy's words of the DCT-II: element (0, 3) is a cosine of one and a half periods along x."""
    places = np.arange(BLOCK)
    wave = np.cos((2 * places + 1) * 3 * np.pi / 32)
    picture = torch.tensor(np.tile(wave, (3, BLOCK, 1)), dtype=torch.float32)[None]
    coefficients = lowest_frequencies(192) @ functional.pixel_unshuffle(picture, BLOCK)[0, :, 0, 0]
    assert int((coefficients.abs() > 1e-4).sum()) == 1
    assert coefficients.abs().max().item() == pytest.approx((3 * BLOCK * 8) ** 0.5, rel=1e-5)


@pytest.mark.parametrize("channels", [0, 769])
def test_more_channels_than_samples_are_refused(channels: int) -> None:
    with pytest.raises(ValueError, match=f"got {channels} channels"):
        lowest_frequencies(channels)


def test_a_fresh_codec_is_a_truncated_dct() -> None:
    torch.manual_seed(0)
    picture = pictures(1, 64)
    analysis, synthesis = Analysis(latents=96, **SIZES), Synthesis(latents=96, **SIZES)
    decoded = synthesis(analysis(picture))
    basis = lowest_frequencies(96)
    blocks = functional.pixel_unshuffle(picture, BLOCK).flatten(2)
    projected = (basis.T @ basis @ blocks).reshape(1, 768, 4, 4)
    torch.testing.assert_close(decoded, functional.pixel_shuffle(projected, BLOCK), atol=1e-5, rtol=0)


def test_the_linear_path_stays_in_single_precision() -> None:
    analysis = Analysis(latents=24, **SIZES)
    picture = pictures(1, 64)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        latents = analysis(picture)
    assert latents.dtype == torch.float32
    torch.testing.assert_close(latents, analysis(picture), atol=1e-6, rtol=0)
