"""Masking weights and the weighted error against NumPy."""

import numpy as np
import pytest
from numpy.typing import NDArray

from beholder import _core
from tests.jpeg.pictures import photograph

MODEL = {"knee": 70.0, "luma_exponent": 0.6, "chroma_exponent": 0.25, "step_share": 0.8}


def expected_weights(coefficients: _core.CoefficientImage) -> list[NDArray[np.float64]]:
    """(1 + activity / knee) ** -exponent, activity averaged over the luma blocks under a chroma block."""
    luma = coefficients.values(0) / _core.COEFFICIENT_SCALE
    energy = (luma[..., 1:] ** 2).mean(axis=2)
    means = np.pad(luma[..., 0] / 8, 1, mode="edge")
    centre = means[1:-1, 1:-1]
    neighbours = (means[1:-1, :-2], means[1:-1, 2:], means[:-2, 1:-1], means[2:, 1:-1])
    energy += MODEL["step_share"] * sum((other - centre) ** 2 for other in neighbours) / 4
    weights = []
    for c in range(coefficients.components):
        rows, columns = coefficients.values(c).shape[:2]
        down, across = energy.shape[0] // rows, energy.shape[1] // columns
        activity = energy.reshape(rows, down, columns, across).mean(axis=(1, 3))
        exponent = MODEL["luma_exponent"] if c == 0 else MODEL["chroma_exponent"]
        weights.append((1 + activity / MODEL["knee"]) ** -exponent)
    return weights


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
@pytest.mark.parametrize("size", [(1, 1), (8, 8), (16, 3), (77, 120), (160, 90)], ids=str)
def test_masking_equals_numpy(subsampling: str, size: tuple[int, int]) -> None:
    coefficients = _core.forward_transform(photograph(21, *size, noise=30), subsampling)
    weights = _core.masking_weights(coefficients, **MODEL)
    for got, expected in zip(weights, expected_weights(coefficients), strict=True):
        assert got.dtype == np.float32
        # The core drops two bits of a coefficient before it squares it.
        np.testing.assert_allclose(got, expected, rtol=0.02)


def test_masking_of_grey() -> None:
    coefficients = _core.forward_transform(photograph(22, 60, 50)[..., 0].copy())
    (got,) = _core.masking_weights(coefficients, **MODEL)
    np.testing.assert_allclose(got, expected_weights(coefficients)[0], rtol=0.02)


def test_flat_blocks_weigh_one_and_busy_blocks_less() -> None:
    pixels = np.full((64, 64, 3), 128, np.uint8)
    pixels[:, 40:] = photograph(23, 24, 64, noise=60)
    luma, blue, _ = _core.masking_weights(_core.forward_transform(pixels), **MODEL)
    assert np.all(luma[:, :4] > 0.999)
    assert np.all(luma[:, 5:7] < 0.6)
    assert np.all(blue[:, :2] > 0.999)
    assert np.all(blue[:, 3:] < 0.9)


def test_masking_does_not_depend_on_threads() -> None:
    coefficients = _core.forward_transform(photograph(24, 130, 170))
    one = _core.masking_weights(coefficients, **MODEL)
    many = _core.masking_weights(coefficients, **MODEL, threads=3)
    assert all(np.array_equal(a, b) for a, b in zip(one, many, strict=True))


def test_weights_outlive_what_they_came_from() -> None:
    weights = _core.masking_weights(_core.forward_transform(photograph(25, 64, 64)), **MODEL)
    copies = [array.copy() for array in weights]
    for _ in range(20):
        _core.masking_weights(_core.forward_transform(photograph(26, 64, 64)), **MODEL)
    assert all(np.array_equal(a, b) for a, b in zip(weights, copies, strict=True))


@pytest.mark.parametrize("size", [(1, 1), (33, 70), (120, 81)], ids=str)
@pytest.mark.parametrize("threads", [1, 3])
def test_weighted_error_equals_numpy(size: tuple[int, int], threads: int) -> None:
    rng = np.random.default_rng(27)
    coefficients = _core.forward_transform(photograph(27, *size, noise=20))
    weights = rng.uniform(0.2, 3, (3, 64)).astype(np.float32)
    image, _ = _core.optimise_levels(
        coefficients,
        12.0,
        weights=weights,
        block_weights=[],
        start_steps=weights**-0.5,
        lambda_ratio=0.1,
        mode="sequential",
    )
    expected = 0.0
    for c, plane in enumerate(image.planes):
        steps = image.quant_tables[plane.quant_index].astype(float)
        error = coefficients.values(c) / _core.COEFFICIENT_SCALE - steps * plane.levels
        # Padding does not count.
        expected += float((weights[c] * error[: plane.blocks_high, : plane.blocks_wide] ** 2).sum())
    got = _core.weighted_error(coefficients, image, weights=weights, threads=threads)
    assert got == pytest.approx(expected, rel=1e-5)


def test_weighted_error_of_its_own_levels_is_zero() -> None:
    image, _ = _core.optimise_levels(
        _core.forward_transform(photograph(28, 70, 50)),
        6.0,
        weights=np.ones((3, 64), np.float32),
        block_weights=[],
        start_steps=np.ones((3, 64), np.float32),
        lambda_ratio=0.1,
    )
    weights = np.ones((3, 64), np.float32)
    assert _core.weighted_error(_core.dequantise(image), image, weights=weights) == 0


def test_levels_of_another_picture_are_refused() -> None:
    grey = _core.forward_transform(photograph(29, 40, 40)[..., 0].copy())
    color = _core.forward_transform(photograph(29, 40, 40))
    small = _core.forward_transform(photograph(29, 24, 40))
    ones = np.ones((3, 64), np.float32)
    image, _ = _core.optimise_levels(
        color, 9.0, weights=ones, block_weights=[], start_steps=ones, lambda_ratio=0.1
    )
    for coefficients, message in ((grey, "components"), (small, "sizes")):
        with pytest.raises(_core.CoreError, match=message):
            _core.weighted_error(coefficients, image, weights=ones)
