"""The training of the compact predictor: its split, its targets, and that the core runs what was trained."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder import _core

torch = pytest.importorskip("torch", reason="torch is not installed (training needs it, nothing else does)")
pytest.importorskip("safetensors", reason="safetensors is not installed (training writes with it)")

from benchmarks.predictor.features import features  # noqa: E402
from benchmarks.predictor.network import PredictorNetwork, export, tensors  # noqa: E402
from benchmarks.predictor.targets import block_sums, pieces  # noqa: E402
from benchmarks.predictor.train import TARGET_FLOOR, central, log_target  # noqa: E402


@pytest.mark.parametrize("size", [(8, 8), (57, 91), (240, 320), (448, 720)])
def test_the_core_runs_what_was_trained(size: tuple[int, int]) -> None:
    torch.manual_seed(3)
    network = PredictorNetwork().eval()
    pixels = np.random.default_rng(1).integers(0, 256, (*size, 3), dtype=np.uint8)
    coefficients = _core.forward_transform(pixels, "4:4:4")
    with torch.no_grad():
        (trained,) = network([tensors(features(coefficients))])
    sensitivity = np.exp(trained.numpy())
    found = _core.BlockPredictor(export(network)).predict(coefficients)
    for c, weights in enumerate(found):
        np.testing.assert_allclose(weights, sensitivity[..., c] / sensitivity[..., c].mean(), rtol=2e-3)


def test_padding_of_a_batch_changes_nothing() -> None:
    network = PredictorNetwork().eval()
    random = np.random.default_rng(2)
    inputs = [
        tensors(features(_core.forward_transform(random.integers(0, 256, (*size, 3), dtype=np.uint8))))
        for size in [(100, 230), (333, 90), (500, 460)]
    ]
    with torch.no_grad():
        together = network(inputs)
        for one, alone in zip(together, (network([single])[0] for single in inputs), strict=True):
            torch.testing.assert_close(one, alone, rtol=1e-4, atol=1e-4)


def test_no_part_of_a_held_out_photograph_is_trained_on(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "train"
    folder.mkdir(parents=True)
    for index in range(17):
        Image.new("RGB", (300, 260), (index, 0, 0)).save(folder / f"{index:02}.png")
    found = list(pieces(tmp_path, [], rounds=3))
    held_out = {piece.path for piece in found if piece.held_out}
    assert {path.name for path in held_out} == {"00.png", "08.png", "16.png"}
    assert not held_out & {piece.path for piece in found if not piece.held_out}
    assert len(found) == 3 + 3 * 14
    assert len({piece.key for piece in found}) == len(found)
    for piece in found:
        pixels = piece.pixels()
        assert np.array_equal(pixels, piece.pixels())
        assert min(pixels.shape[:2]) >= 100


def test_block_sums_of_cut_blocks() -> None:
    np.testing.assert_array_equal(block_sums(np.ones((9, 20), np.float32)), [[64, 64, 32], [8, 8, 4]])


def test_target_is_a_mean_of_logarithms_of_shares() -> None:
    sensitivities = np.ones((2, 3, 4, 5), np.float32)
    sensitivities[0] *= 1e-6
    sensitivities[1, 0, 0, 0] = 0
    target = log_target(sensitivities)
    assert target.shape == (4, 5, 3)
    np.testing.assert_allclose(target[..., 1:], np.log(1 + TARGET_FLOOR), rtol=1e-5)
    expected = (np.log(1 + TARGET_FLOOR) + np.log(TARGET_FLOOR)) / 2
    assert target[0, 0, 0] == pytest.approx(expected, rel=1e-5)


def test_central_square() -> None:
    inside = central(20, 40)
    assert inside.sum() == 16 * 16
    assert inside[10, 20]
    assert not inside[10, 5]
