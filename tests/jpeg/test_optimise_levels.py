"""The level search on whole pictures: what it minimises never gets worse, and its knobs do what they say."""

import numpy as np
import pytest
from numpy.typing import NDArray

from beholder import _core
from beholder.observers import mse
from tests.jpeg.conftest import build_image
from tests.jpeg.pictures import photograph

YCC_420 = ((2, 2), (1, 1), (1, 1))
GREY = ((1, 1),)


def weights_of(sampling: tuple[tuple[int, int], ...]) -> NDArray[np.float32]:
    return mse().sensitivity(sampling).frequency


def optimise(
    coefficients: _core.CoefficientImage, scale: float, **options: object
) -> tuple[_core.LevelImage, list[_core.Scan]]:
    sampling = YCC_420 if coefficients.components == 3 else GREY
    weights = weights_of(sampling)
    settings: dict = {
        "weights": weights,
        "block_weights": [],
        "start_steps": weights**-0.5,
        "lambda_ratio": 0.1,
        "mode": "sequential",
    }
    return _core.optimise_levels(coefficients, scale, **(settings | options))


def plain_levels(coefficients: _core.CoefficientImage, image: _core.LevelImage) -> _core.LevelImage:
    """Every coefficient rounded to the nearest level of the image's own tables."""
    planes = []
    for c, plane in enumerate(image.planes):
        steps = image.quant_tables[plane.quant_index]
        values = coefficients.values(c) / _core.COEFFICIENT_SCALE
        planes.append(np.clip(np.rint(values / steps), -1023, 1023).astype(np.int16))
    sampling = [plane.sampling for plane in image.planes]
    plain = build_image((image.width, image.height), planes, sampling)
    return _core.LevelImage(
        image.width,
        image.height,
        [
            _core.Plane(
                p.levels.copy(), id=i + 1, sampling=p.sampling, quant_index=image.planes[i].quant_index
            )
            for i, p in enumerate(plain.planes)
        ],
        [table for table in image.quant_tables if table.any()],
    )


def cost(coefficients: _core.CoefficientImage, image: _core.LevelImage, scale: float, ratio: float) -> float:
    """J: weighted error and lambda times the bits of a sequential file with Huffman codes of its own."""
    weights = weights_of(YCC_420 if coefficients.components == 3 else GREY)
    script, size_bytes = _core.search_scan_script(image, "sequential")
    assert script
    return _core.weighted_error(coefficients, image, weights=weights) + ratio * scale**2 * 8 * size_bytes


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("scale", [3.0, 12.0, 50.0])
@pytest.mark.parametrize("ratio", [0.02, 0.1, 0.3])
def test_cheaper_than_plain_quantisation(grey: bool, scale: float, ratio: float) -> None:
    pixels = photograph(11, 160, 144)
    coefficients = _core.forward_transform(pixels[..., 1].copy() if grey else pixels)
    searched, _ = optimise(coefficients, scale, lambda_ratio=ratio, rounds=1, update_steps=False)
    plain = plain_levels(coefficients, searched)
    first = cost(coefficients, searched, scale, ratio)
    assert first < cost(coefficients, plain, scale, ratio)
    # More turns, and steps that follow, lower it further; costs are estimates, hence the half per cent.
    refined, _ = optimise(coefficients, scale, lambda_ratio=ratio, rounds=3)
    assert cost(coefficients, refined, scale, ratio) < 1.005 * first


def test_a_higher_price_of_bits_gives_fewer_bits_and_more_error() -> None:
    coefficients = _core.forward_transform(photograph(12, 160, 120))
    images = [
        optimise(coefficients, 15.0, lambda_ratio=ratio, rounds=1, update_steps=False)[0]
        for ratio in (0.0, 0.01, 0.03, 0.1, 0.3, 1.0)
    ]
    sizes = [_core.search_scan_script(image, "sequential")[1] for image in images]
    errors = [_core.weighted_error(coefficients, image, weights=weights_of(YCC_420)) for image in images]
    assert sizes == sorted(sizes, reverse=True)
    assert errors == sorted(errors)
    assert sizes[-1] < 0.6 * sizes[0]


def test_free_bits_give_plain_quantisation() -> None:
    coefficients = _core.forward_transform(photograph(13, 80, 72))
    image, _ = optimise(coefficients, 9.0, lambda_ratio=0.0, update_steps=False)
    plain = plain_levels(coefficients, image)
    for c, (searched, rounded) in enumerate(zip(image.planes, plain.planes, strict=True)):
        steps = image.quant_tables[searched.quant_index].astype(float)
        values = coefficients.values(c) / _core.COEFFICIENT_SCALE
        error = np.abs(values - steps * searched.levels)
        # Ties between two levels may go either way.
        np.testing.assert_allclose(error, np.abs(values - steps * rounded.levels), atol=1e-9)


def test_steps_stay_unless_they_are_to_move() -> None:
    coefficients = _core.forward_transform(photograph(14, 96, 80))
    start = np.linspace(0.5, 3.0, 192, dtype=np.float32).reshape(3, 64)
    fixed, _ = optimise(coefficients, 10.0, start_steps=start, update_steps=False, lambda_ratio=0.01)
    assert np.abs(fixed.quant_tables[0] - 10 * start[0]).max() <= 1  # rounded up or down, in turn
    assert abs((fixed.quant_tables[0] - 10 * start[0]).mean()) < 0.1
    moved, _ = optimise(coefficients, 10.0, start_steps=start)
    assert not np.array_equal(moved.quant_tables[0], fixed.quant_tables[0])
    for table in (*fixed.quant_tables[:2], *moved.quant_tables[:2]):
        assert table.min() >= 1
        assert table.max() <= 255


def test_steps_move_to_what_their_levels_stand_for() -> None:
    """With the levels found, no other whole step of luma has less error."""
    coefficients = _core.forward_transform(photograph(15, 160, 120)[..., 0].copy())
    image, _ = optimise(coefficients, 14.0, rounds=2)
    plane = image.planes[0]
    values = coefficients.values(0) / _core.COEFFICIENT_SCALE
    steps = image.quant_tables[plane.quant_index].astype(float)
    levels = plane.levels.astype(float)
    error = ((values - steps * levels) ** 2).sum(axis=(0, 1))
    for change in (-1, 1):
        others = ((values - (steps + change) * levels) ** 2).sum(axis=(0, 1))
        assert np.all(error <= others * (1 + 1e-6))


def test_block_weights_steer_bits() -> None:
    coefficients = _core.forward_transform(photograph(16, 128, 128, noise=20)[..., 1].copy())
    halves = np.ones((16, 16), np.float32)
    halves[:, :8] = 0.1
    plain = optimise(coefficients, 12.0)[0].planes[0].levels[..., 1:]
    steered = optimise(coefficients, 12.0, block_weights=[halves])[0].planes[0].levels[..., 1:]
    assert np.count_nonzero(steered[:, :8]) < 0.7 * np.count_nonzero(plain[:, :8])
    assert np.count_nonzero(steered[:, 8:]) > 0.9 * np.count_nonzero(plain[:, 8:])


def test_a_surcharge_keeps_levels() -> None:
    coefficients = _core.forward_transform(photograph(17, 128, 96, noise=20))
    counts = [
        sum(
            np.count_nonzero(plane.levels)
            for plane in optimise(coefficients, 15.0, zeroing_surcharge=s)[0].planes
        )
        for s in (0.0, 0.3, 0.8)
    ]
    assert counts[0] < counts[1] < counts[2]


@pytest.mark.parametrize("mode", ["sequential", "progressive", "smallest"])
@pytest.mark.parametrize("size", [(1, 1), (9, 40), (200, 161)], ids=str)
def test_threads_change_nothing(mode: str, size: tuple[int, int]) -> None:
    coefficients = _core.forward_transform(photograph(18, *size))
    one, script = optimise(coefficients, 10.0, mode=mode)
    for threads in (2, 5):
        many, other_script = optimise(coefficients, 10.0, mode=mode, threads=threads)
        assert script == other_script
        assert _core.write_jpeg(one, script=script) == _core.write_jpeg(many, script=other_script)


def test_scans_are_of_the_mode() -> None:
    coefficients = _core.forward_transform(photograph(19, 200, 160))
    _, sequential = optimise(coefficients, 10.0, mode="sequential")
    _, progressive = optimise(coefficients, 10.0, mode="progressive")
    assert all((scan.ss, scan.se, scan.al) == (0, 63, 0) for scan in sequential)
    assert any(scan.se < 63 for scan in progressive)


def test_a_flat_picture_costs_next_to_nothing() -> None:
    coefficients = _core.forward_transform(np.full((64, 64, 3), (200, 30, 90), np.uint8))
    image, _ = optimise(coefficients, 20.0)
    assert not any(plane.levels[..., 1:].any() for plane in image.planes)


GOOD = np.ones((3, 64), np.float32)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weights": np.ones((2, 64), np.float32)}, "weights must have shape"),
        ({"weights": np.ones((3, 63), np.float32)}, "weights must have shape"),
        ({"weights": 0 * GOOD}, "positive"),
        ({"weights": np.nan * GOOD}, "positive"),
        ({"weights": np.inf * GOOD}, "positive"),
        ({"start_steps": -GOOD}, "positive"),
        ({"block_weights": [np.ones((4, 4), np.float32)]}, "every component"),
        ({"block_weights": [np.ones((4, 5), np.float32), *2 * [np.ones((2, 2), np.float32)]]}, r"\(4, 4\)"),
        ({"block_weights": [np.zeros((4, 4), np.float32), *2 * [np.ones((2, 2), np.float32)]]}, "positive"),
        ({"source_steps": [np.ones(64, np.uint16)]}, "every component"),
        ({"mode": "lossless"}, "mode"),
    ],
)
def test_wrong_arrays_are_refused(options: dict, message: str) -> None:
    coefficients = _core.forward_transform(photograph(20, 32, 32))
    with pytest.raises(_core.CoreError, match=message):
        optimise(coefficients, 10.0, **options)


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan")])
def test_a_scale_that_is_none_is_refused(scale: float) -> None:
    with pytest.raises(_core.CoreError, match="scale"):
        optimise(_core.forward_transform(photograph(20, 32, 32)), scale)
