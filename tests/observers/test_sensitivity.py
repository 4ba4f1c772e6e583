"""Sensitivities given as arrays: what is accepted, what is refused, what they do."""

import numpy as np
import pytest
from numpy.typing import NDArray

import beholder
from beholder.observers import FixedSensitivity, Masking, Sensitivity
from tests.jpeg.pictures import photograph

ONES = np.ones((3, 64), np.float32)
MASKING = Masking(knee=100, luma_exponent=0.5, chroma_exponent=0.3, step_share=1)
YCC = ((2, 2), (1, 1), (1, 1))


@pytest.mark.parametrize("name", ["frequency", "start_steps"])
@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.ones(64), "shape"),
        (np.ones((3, 63)), "shape"),
        (np.ones((3, 64, 1)), "shape"),
        (np.zeros((3, 64)), "positive"),
        (-np.ones((3, 64)), "positive"),
        (np.full((3, 64), np.nan), "positive and finite"),
        (np.full((3, 64), np.inf), "positive and finite"),
    ],
)
def test_wrong_arrays_are_refused(name: str, values: NDArray[np.float64], message: str) -> None:
    with pytest.raises(beholder.UsageError, match=rf"{name} must .*{message}"):
        Sensitivity(**({"frequency": ONES, "start_steps": ONES} | {name: values}))


def test_arrays_become_float32_in_order() -> None:
    tables = np.arange(1, 193, dtype=np.int64).reshape(64, 3).T
    sensitivity = Sensitivity(frequency=tables, start_steps=tables[::-1])
    assert sensitivity.frequency.dtype == np.float32
    assert sensitivity.frequency.flags.c_contiguous
    assert np.array_equal(sensitivity.frequency, tables)
    assert np.array_equal(sensitivity.start_steps, tables[::-1])


def test_masking_and_blocks_exclude_each_other() -> None:
    with pytest.raises(beholder.UsageError, match="not both"):
        Sensitivity(frequency=ONES, start_steps=ONES, masking=MASKING, blocks=(np.ones((4, 4), np.float32),))


@pytest.mark.parametrize("shape", [(1, 64), (2, 64), (4, 64), (64,)])
def test_fixed_arrays_for_other_components_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(beholder.UsageError, match=r"needs \(3, 64\)"):
        FixedSensitivity(np.ones(shape, np.float32)).sensitivity(YCC)


def test_fixed_arrays_are_used_as_given() -> None:
    weights = np.geomspace(4, 0.2, 192).reshape(3, 64)
    blocks = tuple(np.ones(shape, np.float32) for shape in ((4, 4), (2, 2), (2, 2)))
    sensitivity = FixedSensitivity(weights, blocks).sensitivity(YCC)
    np.testing.assert_allclose(sensitivity.frequency, weights, rtol=1e-6)
    assert sensitivity.blocks is blocks
    # Steps fall with the root of the weights, whatever unit these have.
    np.testing.assert_allclose(sensitivity.start_steps**2 * weights, weights.mean(), rtol=1e-5)
    scaled = FixedSensitivity(1000 * weights).sensitivity(YCC)
    np.testing.assert_allclose(scaled.start_steps, sensitivity.start_steps, rtol=1e-5)


def test_weights_move_error_to_where_they_are_low() -> None:
    pixels = photograph(31, 128, 128, noise=20)
    low_first = np.tile(np.geomspace(10, 0.1, 64), (3, 1))

    def luma_error(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        result = beholder.encode(pixels, bpp=1.0, observer=FixedSensitivity(weights))
        contents = beholder._core.read_levels(result.data)
        original = beholder._core.forward_transform(pixels).values(0)
        decoded = beholder._core.dequantise(contents.image).values(0)
        return np.asarray(((original - decoded.astype(float)) ** 2).mean(axis=(0, 1)))

    falling, rising = luma_error(low_first), luma_error(low_first[:, ::-1])
    assert falling[:10].sum() < rising[:10].sum()
    assert falling[50:].sum() > rising[50:].sum()


def test_block_weights_move_error_to_where_they_are_low() -> None:
    pixels = photograph(32, 128, 128, noise=20)
    blocks = [np.ones(shape, np.float32) for shape in ((16, 16), (8, 8), (8, 8))]
    for array in blocks:
        array[:, : array.shape[1] // 2] = 0.05
    steered = beholder.encode(pixels, bpp=1.5, observer=FixedSensitivity(ONES, tuple(blocks)))
    plain = beholder.encode(pixels, bpp=1.5, observer=FixedSensitivity(ONES))

    def error(result: beholder.EncodeResult) -> tuple[float, float]:
        from beholder.image.jpeg_pixels import decode_jpeg  # noqa: PLC0415 -- beside its only use

        squared = (decode_jpeg(result.data, "result").astype(float) - pixels) ** 2
        return float(squared[:, :64].mean()), float(squared[:, 64:].mean())

    assert error(steered)[0] > error(plain)[0]
    assert error(steered)[1] < error(plain)[1]


@pytest.mark.parametrize("observer", ["person", None, 3, object(), Sensitivity])
def test_what_is_no_observer_is_refused(observer: object) -> None:
    with pytest.raises(beholder.UsageError, match="observer"):
        beholder.JpegOptions(observer=observer)
