"""Calibration: what it sums up, and that an interruption leaves no trace."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.errors import InputError, UsageError
from beholder.observers._place import PlaceSums, central_mean
from beholder.observers.network import Embedding, Preprocessing
from beholder.observers.network.calibrate import CalibrationOptions, calibrate
from beholder.observers.network.gradient import coefficient_gradient
from tests.observers.network.tiny import Convolutions, noise, observer

CROP = Preprocessing(resize="shorter", size=40, canvas=(32, 32))


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Nine pictures of several sizes, one of them grey."""
    paths = []
    for number in range(9):
        path = tmp_path / f"{number}.png"
        pixels = noise(40 + 8 * number, 90 - 5 * number, seed=number)
        Image.fromarray(pixels[..., 0] if number == 4 else pixels).save(path)
        paths.append(path)
    return paths


def network():
    return observer(Convolutions(), CROP)


def test_is_the_mean_over_pictures_of_the_mean_over_blocks(pictures: list[Path]) -> None:
    draws = 64
    profile = calibrate(
        network(), pictures, data="noise", options=CalibrationOptions(draws=draws, batch=4)
    ).profile
    for name, sampling in (("4:4:4", ((1, 1),) * 3), ("4:2:0", ((2, 2), (1, 1), (1, 1)))):
        means = []
        for number, path in enumerate(pictures):
            pixels = np.asarray(Image.open(path).convert("RGB"))
            squares = network().squared_gradients(pixels, sampling, draws, seed=number)
            means.append([square.mean(axis=(0, 1)) for square in squares])
        # Other signs: a mean over 64 draws of one picture deviates by sqrt(2 / 64) = 18 %, and one picture
        # may outweigh the rest.
        assert profile.tables[name] == pytest.approx(
            np.mean(means, axis=0), rel=0.5, abs=1e-3 * float(np.mean(means))
        )
        assert profile.tables[name].mean() == pytest.approx(np.mean(means), rel=0.12)
    provenance = profile.provenance
    assert (profile.model, provenance["data"], provenance["pictures"]) == ("tiny", "noise", 9)
    assert (provenance["form"], provenance["draws"]) == ("Fisher", draws)


def test_the_map_tells_where_the_network_looks(pictures: list[Path]) -> None:
    """The crop of 32 of 40; noise is alike everywhere."""
    place = calibrate(
        network(), pictures, data="noise", options=CalibrationOptions(draws=8, batch=4)
    ).profile.place
    assert place is not None
    assert central_mean(place) == pytest.approx(1)
    assert place == pytest.approx(place[:, ::-1])
    inside, beyond = place[7:17, 7:17], np.concatenate([place[:3], place[-3:]])
    assert inside.mean() == pytest.approx(1 / 0.8**2, rel=0.15)
    assert beyond.max() < 0.05


def test_the_map_is_that_of_luma(pictures: list[Path]) -> None:
    draws = 64
    place = calibrate(
        network(), pictures[2:3], data="noise", options=CalibrationOptions(draws=draws)
    ).profile.place
    pixels = np.asarray(Image.open(pictures[2]))
    luma, *_ = network().squared_gradients(pixels, ((1, 1),) * 3, draws, seed=5)
    sums = PlaceSums()
    sums.add_picture(luma.mean(axis=2), pixels.shape[:2])
    expected = sums.cells()
    assert place is not None
    assert expected is not None
    # Other signs: see above; a cell averages few blocks.
    assert place == pytest.approx(expected, rel=0.6, abs=0.3)
    assert np.corrcoef(place.ravel(), expected.ravel())[0, 1] > 0.95


@pytest.mark.parametrize("batch", [1, 2])
def test_resumed_equals_uninterrupted_to_the_byte(pictures: list[Path], tmp_path: Path, batch: int) -> None:
    options = CalibrationOptions(draws=2, batch=batch)
    whole = calibrate(network(), pictures, data="noise", options=options).profile.to_json()
    state = tmp_path / "state"

    class InterruptedOnPurposeError(Exception):
        pass

    def interrupt_after(limit: int, seen: list[int]):
        def advance(done: int) -> None:
            seen.append(done)
            if done >= limit:
                raise InterruptedOnPurposeError

        return advance

    seen: list[int] = []
    for limit, workers in ((3, 1), (6, 3)):
        with pytest.raises(InterruptedOnPurposeError):
            calibrate(
                network(),
                pictures,
                data="noise",
                options=replace(options, workers=workers),
                state=state,
                advance=interrupt_after(limit, seen),
            )
    done_before = seen[-1]
    assert 0 < done_before < 9
    seen.clear()
    resumed = calibrate(network(), pictures, data="noise", options=options, state=state, advance=seen.append)
    assert (seen[0], seen[-1]) == (done_before, 9)
    assert resumed.profile.to_json() == whole


def test_a_state_of_another_run_is_refused(pictures: list[Path], tmp_path: Path) -> None:
    state = tmp_path / "state"
    options = CalibrationOptions(draws=1)
    calibrate(network(), pictures[:2], data="noise", options=options, state=state)
    others = [
        (network(), pictures[1:3], options),
        (network(), pictures[:2], CalibrationOptions(draws=2)),
        (observer(Convolutions(), replace(CROP, size=50)), pictures[:2], options),
        (observer(torch.nn.Sequential(Convolutions(7)), CROP), pictures[:2], options),
    ]
    for other, paths, chosen in others:
        with pytest.raises(UsageError, match="another network, pictures or options; remove it"):
            calibrate(other, paths, data="noise", options=chosen, state=state)
    record = json.loads(state.read_text())
    for damage in ({"place": {}}, {"place": {"sensitivity": [[0.0]], "covered": [[0.0]]}}):
        state.write_text(json.dumps({**record, "state": {**record["state"], **damage}}))
        with pytest.raises(UsageError, match="damaged state of an earlier run"):
            calibrate(network(), pictures[:2], data="noise", options=options, state=state)
    state.write_text("{")
    with pytest.raises(UsageError, match="no state of an earlier run"):
        calibrate(network(), pictures[:2], data="noise", options=options, state=state)


def test_labels_give_the_gradient_of_the_cross_entropy(pictures: list[Path]) -> None:
    labels = {path: number % 6 for number, path in enumerate(pictures[:3])}
    result = calibrate(network(), pictures[:4], data="noise", options=CalibrationOptions(labels=labels))
    assert result.unusable == (f"{pictures[3]}: has no label",)
    assert (result.profile.provenance["form"], result.profile.provenance["pictures"]) == ("cross-entropy", 3)
    expected = np.zeros((3, 64))
    for path in pictures[:3]:
        label = torch.tensor([labels[path]])
        x = network().to_tensor(np.asarray(Image.open(path))).requires_grad_()
        (gradient,) = torch.autograd.grad(torch.nn.functional.nll_loss(network().answer([x]), label), x)
        parts = coefficient_gradient(gradient[0], ((1, 1),) * 3)
        expected += np.stack([part.square().mean(dim=(0, 1)).numpy() for part in parts]) / 3
    assert result.profile.tables["4:4:4"] == pytest.approx(expected, rel=1e-3)


def test_labels_must_fit_the_network(pictures: list[Path]) -> None:
    with pytest.raises(UsageError, match=r"must be 0 to 5, got 9\.\.9"):
        calibrate(network(), pictures[:1], data="", options=CalibrationOptions(labels={pictures[0]: 9}))
    embedding = replace(network(), task=Embedding())
    with pytest.raises(UsageError, match="labels are for classifiers, and tiny is for embedding"):
        calibrate(embedding, pictures, data="", options=CalibrationOptions(labels={}))


def test_pictures_that_cannot_be_read_are_told_and_left_out(pictures: list[Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"nothing")
    options = CalibrationOptions(draws=1)
    result = calibrate(network(), [broken, *pictures[:2]], data="noise", options=options)
    assert result.profile.provenance["pictures"] == 2
    assert len(result.unusable) == 1
    assert result.unusable[0].startswith(str(broken))
    with pytest.raises(InputError, match="none of 1 pictures is usable"):
        calibrate(network(), [broken], data="noise", options=options)


def test_a_network_that_sees_nothing_has_no_profile(pictures: list[Path]) -> None:
    class Blind(torch.nn.Module):
        def forward(self, x):
            return x.mean(dim=(2, 3)) * 0

    with pytest.raises(InputError, match="does not react to every frequency"):
        calibrate(observer(Blind(), CROP), pictures, data="noise")


@pytest.mark.parametrize("wrong", [{"draws": 0}, {"batch": -1}, {"workers": 0}])
def test_options_check_their_numbers(wrong) -> None:
    with pytest.raises(UsageError, match="at least 1"):
        CalibrationOptions(**wrong)


def test_the_caller_s_threads_are_left_as_they_were(pictures: list[Path]) -> None:
    torch.set_num_threads(2)
    calibrate(network(), pictures[:2], data="noise", options=CalibrationOptions(draws=1, workers=2))
    assert torch.get_num_threads() == 2
