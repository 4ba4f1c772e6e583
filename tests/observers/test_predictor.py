"""The compact predictor: equal to its numpy twin, independent of threads, well-behaved on any picture."""

from importlib import resources

import numpy as np
import pytest

from beholder import _core
from beholder.errors import InputError
from beholder.observers import PictureBlocks, load_profile
from beholder.observers._predictor import WEIGHTS, Predictor, TypicalLook, predict_block_sensitivity
from beholder.observers._safetensors import parse_float_tensors
from tests.observers.predictor_twin import Twin

SIZES = [(1, 1), (7, 9), (8, 8), (16, 333), (333, 16), (97, 131), (240, 427), (450, 437), (725, 800)]
SUBSAMPLINGS = ["4:4:4", "4:2:2", "4:2:0"]


def shipped_bytes() -> bytes:
    return resources.files("beholder.observers").joinpath(WEIGHTS).read_bytes()


def picture(height: int, width: int, channels: int = 3) -> np.ndarray:
    """Shapes of several sizes and contrasts."""
    random = np.random.default_rng(height * 1000 + width)
    y, x = np.indices((height, width))[..., None]
    waves = 60 * np.sin(x / (5 + 9 * np.arange(channels))) * np.cos(y / 17) + 50 * (
        np.hypot(x - 70, y - 60) < 50
    )
    return np.clip(110 + waves + random.normal(0, 12, (height, width, channels)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("subsampling", SUBSAMPLINGS)
@pytest.mark.parametrize("size", SIZES)
def test_equals_its_twin(size: tuple[int, int], subsampling: str) -> None:
    coefficients = _core.forward_transform(picture(*size), subsampling)
    expected = Twin(parse_float_tensors(shipped_bytes())).predict(coefficients)
    for weights, twin in zip(predict_block_sensitivity(coefficients), expected, strict=True):
        np.testing.assert_allclose(weights, twin, rtol=2e-3)


@pytest.mark.parametrize("size", SIZES)
def test_grey_equals_its_twin(size: tuple[int, int]) -> None:
    coefficients = _core.forward_transform(picture(*size, channels=1)[..., 0])
    (weights,) = predict_block_sensitivity(coefficients)
    (twin,) = Twin(parse_float_tensors(shipped_bytes())).predict(coefficients)
    np.testing.assert_allclose(weights, twin, rtol=2e-3)


def test_same_bits_for_any_number_of_threads() -> None:
    coefficients = _core.forward_transform(picture(450, 437))
    single = predict_block_sensitivity(coefficients)
    for threads in (2, 3, 8):
        for one, many in zip(single, predict_block_sensitivity(coefficients, threads=threads), strict=True):
            assert one.tobytes() == many.tobytes()


@pytest.mark.parametrize("subsampling", SUBSAMPLINGS)
@pytest.mark.parametrize("size", SIZES)
def test_positive_finite_and_of_mean_one(size: tuple[int, int], subsampling: str) -> None:
    coefficients = _core.forward_transform(picture(*size), subsampling)
    weights = predict_block_sensitivity(coefficients)
    assert len(weights) == coefficients.components
    for c, component in enumerate(weights):
        assert component.shape == coefficients.values(c).shape[:2]
        assert component.dtype == np.float32
        assert np.isfinite(component).all()
        assert (component > 0).all()
        assert component.mean(dtype=np.float64) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("value", [0, 255])
def test_flat_and_checkered_pictures(value: int) -> None:
    flat = np.full((64, 96, 3), value, np.uint8)
    checkered = flat.copy()
    checkered[::2, ::2] = 255 - value
    for pixels in (flat, checkered):
        for component in predict_block_sensitivity(_core.forward_transform(pixels)):
            assert np.isfinite(component).all()
            assert (component > 0).all()


def test_classifiers_do_not_see_the_far_sides() -> None:
    luma, *_ = predict_block_sensitivity(_core.forward_transform(picture(240, 480)))
    assert luma[:, 22:38].mean() > 10 * luma[:, [0, 1, 2, 3, -4, -3, -2, -1]].mean()


def test_weights_are_small() -> None:
    assert len(shipped_bytes()) < 300_000


def test_incomplete_weights_are_named() -> None:
    tensors = parse_float_tensors(shipped_bytes())
    with pytest.raises(_core.CoreError, match=r"lack the tensor 'stem\.weight'"):
        _core.BlockPredictor({name: values for name, values in tensors.items() if name != "stem.weight"})
    with pytest.raises(_core.CoreError, match=r"'stem\.bias' must have 24 values, got 23"):
        _core.BlockPredictor({**tensors, "stem.bias": tensors["stem.bias"][:-1]})
    with pytest.raises(_core.CoreError, match=r"'stem\.bias' must be finite"):
        _core.BlockPredictor({**tensors, "stem.bias": np.full(24, np.nan, np.float32)})
    with pytest.raises(_core.CoreError, match="no tensor 'more'"):
        _core.BlockPredictor({**tensors, "more": np.zeros(1, np.float32)})


def test_damaged_files_are_refused() -> None:
    data = shipped_bytes()
    with pytest.raises(InputError, match="do not hold the header"):
        parse_float_tensors(data[:100])
    with pytest.raises(InputError, match="does not fit its place"):
        parse_float_tensors(data[:-1])
    with pytest.raises(InputError, match="header cannot be read"):
        parse_float_tensors(b"\x02\0\0\0\0\0\0\0{]")
    with pytest.raises(InputError, match="header cannot be read"):
        parse_float_tensors(b"\x02\0\0\0\0\0\0\0[]")
    with pytest.raises(InputError, match="allowed are F16, F32"):
        parse_float_tensors(data.replace(b'"F16"', b'"I16"', 1))


def test_the_typical_look_of_a_profile_is_mixed_in() -> None:
    pixels = picture(90, 150)
    blocks = PictureBlocks(_core.forward_transform(pixels), lambda: pixels)
    profile = load_profile("machine")
    sampling = ((2, 2), (1, 1), (1, 1))
    mixed = Predictor(profile).block_sensitivity(blocks, sampling)
    alone = Predictor().block_sensitivity(blocks, sampling)
    typical = TypicalLook(profile).block_sensitivity(blocks, sampling)
    for both, one, other in zip(mixed, alone, typical, strict=True):
        rows, columns = other.shape
        assert both == pytest.approx(np.sqrt(one[:rows, :columns] * other))
