"""The machine observer: a profile, whoever knows where a network looks, the mixture with a person."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import beholder
from beholder import _core
from beholder.image import decode_jpeg
from beholder.observers import Adaptation, Machine, MachineChoice, PictureBlocks, Profile, human
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
    with pytest.raises(beholder.UsageError, match="floor must be in"):
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
    mixture = MachineChoice().observer()
    assert mixture.name == "0.5 human + 0.5 machine"
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
