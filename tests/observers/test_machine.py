"""The machine observer: a profile, whoever knows where a network looks, the mixture with a person."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import beholder
from beholder import _core
from beholder.image.jpeg_pixels import decode_jpeg
from beholder.observers import Adaptation, Machine, PictureBlocks, Profile, human, machine
from beholder.observers._sensitivity import FloatArray, Sampling
from tests.jpeg.pictures import photograph

SAMPLING = ((2, 2), (1, 1), (1, 1))
PIXELS = photograph(95, 208, 176)
PROFILE = Profile("flat", {name: np.ones((3, 64), np.float32) for name in ("4:4:4", "4:2:2", "4:2:0")})


class LeftHalf:
    """Looks at the left half of every picture only."""

    def block_sensitivity(self, picture: PictureBlocks, sampling: Sampling) -> list[FloatArray]:
        assert picture.coefficients.components == len(sampling)
        found = [np.zeros(counts, np.float32) for counts in picture.block_counts]
        for blocks in found:
            blocks[:, : blocks.shape[1] // 2] = 5
        return found


def blocks_of(pixels: np.ndarray) -> PictureBlocks:
    return PictureBlocks(_core.forward_transform(pixels), lambda: pixels)


def test_weights_follow_where_the_network_looks() -> None:
    machine = Machine(profile=PROFILE, supplier=LeftHalf(), adaptation=Adaptation(floor=0.2, gamma=1.0))
    picture = blocks_of(PIXELS)
    found = machine.sensitivity(SAMPLING, picture)
    assert [blocks.shape for blocks in found.blocks] == picture.block_counts
    for blocks in found.blocks:
        half = blocks.shape[1] // 2
        share = half / blocks.shape[1]
        assert blocks[:, :half] == pytest.approx(0.2 + 0.8 / share)
        assert blocks[:, half:] == pytest.approx(0.2)
    assert not machine.sensitivity(SAMPLING).blocks


CENTRE = np.zeros((24, 24), np.float32)
CENTRE[8:16, 8:16] = 1.0  # within a quarter of the shorter side from the centre


def noise(height: int, width: int) -> np.ndarray:
    """Alike everywhere, so that only places differ."""
    return np.random.default_rng(5).integers(0, 256, (height, width), np.uint8)


def test_without_a_supplier_weights_follow_the_map_of_places() -> None:
    machine = Machine(profile=replace(PROFILE, place=CENTRE))
    pixels = np.repeat(noise(256, 384)[..., None], 3, axis=2)
    picture = blocks_of(pixels)
    found = machine.sensitivity(SAMPLING, picture)
    assert [blocks.shape for blocks in found.blocks] == picture.block_counts
    for blocks in found.blocks:
        rows, columns = blocks.shape
        inside = np.zeros(blocks.shape, bool)
        inside[rows // 4 : rows * 3 // 4, columns // 3 : columns * 2 // 3] = True
        assert blocks[~inside] == pytest.approx(0.01)
        assert blocks[inside].mean() == pytest.approx(0.01 + 0.99 * 6, rel=1e-4)
    assert not machine.sensitivity(SAMPLING).blocks


def test_a_supplier_takes_the_place_of_the_map() -> None:
    picture = blocks_of(PIXELS)
    without, with_map = (
        Machine(profile=profile, supplier=LeftHalf()).sensitivity(SAMPLING, picture)
        for profile in (PROFILE, replace(PROFILE, place=CENTRE))
    )
    for a, b in zip(without.blocks, with_map.blocks, strict=True):
        assert np.array_equal(a, b)


def test_without_a_map_busy_blocks_weigh_less() -> None:
    pixels = np.full((128, 192), 128, np.uint8)
    pixels[:, 96:] = noise(128, 96)
    found = Machine(profile=PROFILE).sensitivity(((1, 1),), blocks_of(pixels))
    (blocks,) = found.blocks
    flat, busy = blocks[:, :12], blocks[:, 12:]
    assert flat == pytest.approx(flat[0, 0])
    assert 0.05 < busy.max() / flat[0, 0] < 0.5
    assert blocks.mean() == pytest.approx(1, rel=1e-3)


def test_grey_and_padded_pictures_have_places_too() -> None:
    pixels = noise(57, 131)
    picture = blocks_of(pixels)
    (blocks,) = Machine(profile=replace(PROFILE, place=CENTRE)).sensitivity(((1, 1),), picture).blocks
    assert blocks.shape == (8, 17) == picture.block_counts[0]
    assert blocks[4, 8] > 5 * blocks[0, 0]


def test_by_place_errors_go_to_the_margins() -> None:
    flat, centred = (
        decode_jpeg(beholder.encode(PIXELS, observer=Machine(profile=profile), bpp=0.9).data, "x")
        for profile in (PROFILE, replace(PROFILE, place=CENTRE))
    )
    errors = [(decoded.astype(float) - PIXELS) ** 2 for decoded in (flat, centred)]
    centre = np.s_[70:138, 54:122]  # of 208 x 176
    assert errors[1][centre].mean() < 0.8 * errors[0][centre].mean()
    assert errors[1][:40].mean() > 1.2 * errors[0][:40].mean()


def test_errors_go_where_nobody_looks() -> None:
    observer = Machine(profile=PROFILE, supplier=LeftHalf(), adaptation=Adaptation(floor=0.05))
    everywhere = Machine(profile=PROFILE)
    halves = [
        decode_jpeg(beholder.encode(PIXELS, observer=o, bpp=0.9).data, "x") for o in (observer, everywhere)
    ]
    middle = PIXELS.shape[1] // 2
    errors = [(decoded.astype(float) - PIXELS) ** 2 for decoded in halves]
    assert errors[0][:, : middle - 16].mean() < errors[1][:, : middle - 16].mean()
    assert errors[0][:, middle + 16 :].mean() > 1.5 * errors[1][:, middle + 16 :].mean()


def test_a_network_that_looks_at_nothing_leaves_all_blocks_alike() -> None:
    zeros = [np.zeros((4, 6), np.float32)]
    (weights,) = Adaptation().weights(zeros, [(4, 6)])
    assert np.all(weights == weights[0, 0])
    assert weights[0, 0] > 0


def test_blocks_beyond_the_picture_weigh_the_floor() -> None:
    (weights,) = Adaptation(floor=0.3).weights([np.ones((3, 5), np.float32)], [(4, 6)])
    assert weights[:3, :5] == pytest.approx(1.0)
    assert weights[3] == pytest.approx(0.3)
    assert weights[:, 5] == pytest.approx(0.3)


@pytest.mark.parametrize(("floor", "gamma"), [(0.0, 0.5), (1.5, 0.5), (0.1, -1.0), (0.1, 9.0)])
def test_adaptations_out_of_range(floor: float, gamma: float) -> None:
    with pytest.raises(beholder.UsageError, match=r"(floor|gamma) is .*; it must be a number"):
        Adaptation(floor=floor, gamma=gamma)


def profile_file(folder: Path) -> str:
    path = folder / "flat.json"
    path.write_text(PROFILE.to_json())
    return str(path)


@pytest.mark.parametrize("adapt", ["none", "predictor"])
@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_by_name(adapt: str, weight: float, tmp_path: Path) -> None:
    observer = f"machine:{profile_file(tmp_path)}"
    result = beholder.encode(PIXELS, observer=observer, machine_weight=weight, adapt=adapt, bpp=0.8)
    assert 0.7 < result.rate_bpp <= 0.8
    person = beholder.encode(PIXELS, bpp=0.8)
    assert (result.data == person.data) == (weight == 0)


def test_the_shipped_profile_is_the_default() -> None:
    mixture = machine()
    assert mixture.name == "machine"
    assert beholder.encode(PIXELS, observer="machine").data == beholder.encode(PIXELS, observer=mixture).data


@pytest.mark.parametrize("shape", [(1, 1), (9, 300), (64, 64)])
def test_small_and_grey_pictures(shape: tuple[int, int]) -> None:
    grey = np.full(shape, 90, np.uint8)
    assert beholder.encode(grey, observer="machine").width == shape[1]
    color = np.full((*shape, 3), 90, np.uint8)
    assert beholder.encode(color, observer="machine", subsampling="auto").width == shape[1]


def test_a_jpeg_as_input() -> None:
    source = beholder.encode(PIXELS, observer="mse", quality=95).data
    smaller = beholder.encode(source, observer="machine", quality=60)
    assert len(smaller.data) < len(source)


def test_threads_change_nothing() -> None:
    one, three = (beholder.encode(PIXELS, observer="machine", threads=n).data for n in (1, 3))
    assert one == three


def test_a_mixture_in_python_is_the_one_by_name() -> None:
    machine = Machine(profile=PROFILE)
    assert beholder.encode(PIXELS, observer=0.4 * human() + 0.6 * machine, bpp=0.5).rate_bpp <= 0.5


def test_encoding_with_a_profile_imports_no_torch(tmp_path: Path) -> None:
    code = """
import sys, numpy, beholder
beholder.encode(numpy.zeros((32, 48, 3), "uint8"), observer="machine", adapt="predictor")
assert not {name.partition(".")[0] for name in sys.modules} & {"torch", "torchvision", "timm"}
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, cwd=tmp_path)


def test_a_network_without_torch_is_a_clear_error(tmp_path: Path) -> None:
    code = """
import sys, numpy, beholder
sys.modules["torch"] = None
try:
    beholder.encode(numpy.zeros((32, 48, 3), "uint8"), observer="machine", adapt="network")
except beholder.UsageError as error:
    assert "need torch" in str(error) and "pip install 'beholder[machine]'" in str(error), error
else:
    raise AssertionError("no error")
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, cwd=tmp_path)
