"""The weights of `mse` against decoding one coefficient at a time."""

import numpy as np
import pytest
from numpy.typing import NDArray

from beholder.observers import mse
from tests.jpeg.conftest import ZIGZAG

# ITU-T T.871: R'G'B' = Y' + these times (Cb, Cr).
CHROMA_TO_RGB = np.array([[0, 1.402], [-0.344136, -0.714136], [1.772, 0]])


def basis_function(zigzag: int) -> NDArray[np.float64]:
    """(8, 8) samples of a unit coefficient."""
    row, column = divmod(int(ZIGZAG[zigzag]), 8)
    x = np.arange(8)

    def cosine(frequency: int) -> NDArray[np.float64]:
        scale = np.sqrt(1 / 8) if frequency == 0 else 0.5
        return np.asarray(scale * np.cos((2 * x + 1) * frequency * np.pi / 16))

    return np.outer(cosine(row), cosine(column))


def upsample(samples: NDArray[np.float64], factor: int, axis: int) -> NDArray[np.float64]:
    """libjpeg's: the triangle filter for 2, repetition else."""
    if factor != 2:
        return np.repeat(samples, factor, axis=axis)
    moved = np.moveaxis(samples, axis, 0)
    before = np.concatenate([moved[:1], moved[:-1]])
    after = np.concatenate([moved[1:], moved[-1:]])
    doubled = np.stack([0.75 * moved + 0.25 * before, 0.75 * moved + 0.25 * after], axis=1)
    return np.moveaxis(doubled.reshape(-1, *moved.shape[1:]), 0, axis)


@pytest.mark.parametrize("factors", [(1, 1), (2, 1), (2, 2), (1, 2), (4, 1)], ids=str)
@pytest.mark.parametrize("component", [1, 2])
def test_chroma_weights_are_the_energy_in_rgb(factors: tuple[int, int], component: int) -> None:
    weights = mse().sensitivity((factors, (1, 1), (1, 1))).frequency
    share = (CHROMA_TO_RGB[:, component - 1] ** 2).sum() / 3
    for zigzag in range(64):
        alone = np.zeros((24, 24))  # blocks beside are free of error
        alone[8:16, 8:16] = basis_function(zigzag)
        pixels = upsample(upsample(alone, factors[0], 1), factors[1], 0)
        assert weights[component, zigzag] == pytest.approx(share * (pixels**2).sum(), rel=1e-3)


@pytest.mark.parametrize("sampling", [((1, 1),), ((2, 2), (1, 1), (1, 1)), ((1, 1), (1, 1), (1, 1))], ids=str)
def test_luma_weighs_one(sampling: tuple[tuple[int, int], ...]) -> None:
    sensitivity = mse().sensitivity(sampling)
    assert sensitivity.frequency.shape == (len(sampling), 64)
    assert np.allclose(sensitivity.frequency[0], 1)
    assert np.allclose(sensitivity.start_steps, sensitivity.frequency**-0.5)
    assert sensitivity.masking is None
    assert sensitivity.blocks == ()
