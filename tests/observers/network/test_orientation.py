"""Networks see pictures upright whatever way they are stored."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch", reason="torch is not installed")

import beholder
from beholder import _core
from beholder.image.jpeg_pixels import ZIGZAG, decode_jpeg
from beholder.image.picture import upright as upright_array
from beholder.image.read import read_picture
from beholder.jpeg import observer_choice
from beholder.jpeg.heatmap import block_map
from beholder.jpeg.options import JpegOptions
from beholder.observers import PictureBlocks, mse
from beholder.observers.network import NetworkObserver, Preprocessing
from beholder.observers.network.calibrate import CalibrationOptions, calibrate
from beholder.observers.network.geometry import upright
from beholder.targets import goal
from tests.observers.network.tiny import Convolutions, noise, observer

S420 = ((2, 2), (1, 1), (1, 1))
INVERSE = {6: 8, 8: 6}

# A part of the picture that no turn maps to itself.
CORNER = Preprocessing(canvas=(32, 48), placement="top-left")


def network() -> NetworkObserver:
    return observer(Convolutions(), CORNER)


def stored(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """The picture as a camera with this orientation stores it."""
    return upright_array(pixels, INVERSE.get(orientation, orientation))


def file_of(pixels: np.ndarray, orientation: int, kind: str, **options: object) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, exif=exif.tobytes(), **options)
    return file.getvalue()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turns_as_arrays_are_turned_and_gradients_back(orientation: int) -> None:
    pixels = noise(5, 7)
    tensor = torch.from_numpy(pixels).permute(2, 0, 1)[None].double().requires_grad_()
    turned = upright(tensor, orientation)
    expected = upright_array(pixels, orientation)
    np.testing.assert_array_equal(turned[0].permute(1, 2, 0).detach().numpy(), expected)
    (turned * torch.from_numpy(expected.copy()).permute(2, 0, 1)).sum().backward()
    np.testing.assert_array_equal(tensor.grad[0].permute(1, 2, 0).numpy(), pixels)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_sensitivities_are_those_of_the_upright_picture(orientation: int) -> None:
    pixels = noise(64, 96)
    plain = PictureBlocks(_core.forward_transform(pixels), lambda: pixels)
    lying = stored(pixels, orientation)
    turned = PictureBlocks(_core.forward_transform(lying), lambda: lying, orientation=orientation)
    for one, other in zip(
        network().block_sensitivity(plain, S420), network().block_sensitivity(turned, S420), strict=True
    ):
        np.testing.assert_allclose(upright_array(other, orientation), one, rtol=1e-4, atol=1e-6 * one.max())
    expected, found = (network().sensitivity(S420, picture).blocks for picture in (plain, turned))
    np.testing.assert_allclose(upright_array(found[0], orientation), expected[0], rtol=1e-3)
    if orientation != 1:
        ignored = PictureBlocks(turned.coefficients, lambda: lying)
        assert not np.allclose(network().sensitivity(S420, ignored).blocks[0], found[0], rtol=0.1, atol=0)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_distances_are_those_of_the_upright_pictures(orientation: int) -> None:
    pair = noise(64, 96), noise(64, 96, 1)
    lying = [stored(pixels, orientation) for pixels in pair]
    assert network().distance(*lying, orientation) == pytest.approx(network().distance(*pair), rel=1e-5)


@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_the_closed_loop_looks_upright(orientation: int) -> None:
    pixels = noise(64, 96)
    picture = file_of(stored(pixels, orientation), orientation, "PNG")
    far, near = (
        network().distance(
            stored(pixels, orientation),
            decode_jpeg(beholder.encode(picture, observer=network(), quality=30, **effort).data, "result"),
            orientation,
        )
        for effort in ({}, {"effort": "loop"})
    )
    assert near < 0.3 * far


@pytest.mark.parametrize("orientation", range(1, 9))
def test_gradients_of_distances_come_back_as_stored(orientation: int) -> None:
    pair = noise(64, 96), noise(64, 96, 1)
    expected, plain = network().distance_gradient(network().reference(pair[0]), pair[1], S420)
    original, decoded = (stored(pixels, orientation) for pixels in pair)
    reference = network().reference(original, orientation)
    found, turned = network().distance_gradient(reference, decoded, S420, orientation)
    assert found == pytest.approx(expected, rel=1e-5)
    for one, other in zip(plain, turned, strict=True):
        energy, same = np.square(one).sum(axis=2), upright_array(np.square(other).sum(axis=2), orientation)
        np.testing.assert_allclose(same, energy, rtol=1e-3, atol=1e-6 * energy.max())


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_file_is_turned_by_its_exif(kind: str) -> None:
    pixels = noise(64, 96)
    options = JpegOptions(observer=network())
    quality = {"quality": 98, "subsampling": "4:4:4"} if kind == "JPEG" else {}
    plain = block_map(read_picture(file_of(pixels, 1, kind, **quality)), options).weights
    turned = block_map(read_picture(file_of(stored(pixels, 6), 6, kind, **quality)), options).weights
    assert turned.shape == (12, 8)
    np.testing.assert_allclose(upright_array(turned, 6), plain, rtol=0.1, atol=0.02)
    assert np.corrcoef(upright_array(turned, 6).ravel(), plain.ravel())[0, 1] > 0.99


def test_the_encoder_tells_its_observer_and_its_network(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []

    class Looking:
        name = "looking"

        def sensitivity(self, sampling, picture=None):
            told.append(picture.orientation)
            return mse().sensitivity(sampling)

        def distance(self, original, decoded, orientation):
            told.append(-orientation)
            return mse().distance(original, decoded) / 2000  # within reach of a KL divergence

    for module in (observer_choice, goal):
        monkeypatch.setattr(module, "load_network", lambda model: Looking())
    picture = file_of(noise(64, 96), 8, "PNG")
    beholder.encode(picture, observer=Looking(), kl=1.5)
    assert set(told) == {8, -8}


def test_calibration_sees_upright_and_counts_as_stored(tmp_path: Path) -> None:
    tables = []
    for orientation in (1, 6):
        paths = []
        for number in range(3):
            pixels = stored(noise(64, 96, number), orientation)
            paths.append(tmp_path / f"{orientation} {number}.png")
            paths[-1].write_bytes(file_of(pixels, orientation, "PNG"))
        labels = dict.fromkeys(paths, 2)
        for options in (CalibrationOptions(draws=2), CalibrationOptions(labels=labels)):
            tables.append(calibrate(network(), paths, data="noise", options=options).profile.tables["4:2:0"])
    raster = np.empty((4, 3, 64), np.float32)
    raster[..., ZIGZAG] = tables
    for plain, turned in (raster[[0, 2]], raster[[1, 3]]):
        np.testing.assert_allclose(turned.reshape(3, 8, 8).swapaxes(1, 2).reshape(3, 64), plain, rtol=1e-3)
        assert not np.allclose(turned, plain, rtol=0.1, atol=0)
