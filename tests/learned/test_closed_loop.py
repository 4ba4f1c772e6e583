"""The closed loop of the learned codec, with a tiny codec and a tiny classifier that looks."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("safetensors", reason="safetensors is not installed")
pytest.importorskip("constriction", reason="constriction is not installed")

from beholder.errors import TargetError, UsageError
from beholder.image.picture import upright
from beholder.image.read import read_picture
from beholder.learned import closed_loop, container, load, tiled_network, tiles
from beholder.learned.coder import LearnedCoder
from beholder.learned.condition import Condition
from beholder.learned.container import read_container
from beholder.learned.freeze import freeze
from beholder.learned.networks import build_network
from beholder.learned.options import LearnedOptions
from beholder.learned.rounding import to_nearest
from beholder.learned.tables import gaussian_tables
from beholder.learned.weights import read_weights, write_weights
from beholder.metadata.metadata import Metadata
from beholder.observers import load_network
from tests.learned.files import header_of
from tests.learned.networks_that_look import gradual, network_file
from tests.learned.tiny import TINY, tiny_weights

COLOUR = gradual(80, 112)
GREY = COLOUR[..., 1]


@pytest.fixture(scope="module")
def codec() -> LearnedCoder:
    """Untrained, as training starts from: a DCT of few coefficients."""
    torch.manual_seed(0)
    return LearnedCoder(read_weights(write_weights(freeze(build_network(TINY)), gaussian_tables())))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return network_file(tmp_path_factory.mktemp("network"))


def divergence(codec: LearnedCoder, model: str, picture: NDArray[np.uint8], data: bytes) -> float:
    return load_network(model).distance(picture, codec.decode(data).pixels)


@pytest.mark.parametrize("picture", [COLOUR, GREY], ids=["colour", "grey"])
@pytest.mark.parametrize("rounding", ["cheapest", "nearest"])
def test_the_answer_stays_at_about_the_same_size(
    codec: LearnedCoder, model: str, picture: NDArray[np.uint8], rounding: str
) -> None:
    distances, sizes = np.zeros(2), np.zeros(2)
    for quality in (5, 15, 30):
        for number, more in enumerate(({}, {"effort": "loop", "model": model})):
            data = codec.encode(picture, quality=quality, rounding=rounding, **more).data
            assert read_container(data, "file").header.quality == quality
            distances[number] += divergence(codec, model, picture, data)
            sizes[number] += len(data)
    assert distances[1] < 0.6 * distances[0]
    assert sizes[1] < 1.03 * sizes[0]


def test_the_same_bytes_every_time(codec: LearnedCoder, model: str) -> None:
    first, again = (codec.encode(COLOUR, quality=10, effort="loop", model=model).data for _ in range(2))
    assert first == again
    assert first != codec.encode(COLOUR, quality=10).data


def test_callers_may_be_in_inference_mode(tmp_path: Path, model: str) -> None:
    (tmp_path / "tiny.safetensors").write_bytes(tiny_weights())
    files = []
    for mode in (torch.enable_grad(), torch.no_grad(), torch.inference_mode()):
        with mode:
            coder = load(tmp_path / "tiny.safetensors", device="cpu")
            files.append(coder.encode(COLOUR, quality=10, effort="loop", model=model).data)
    assert files[0] == files[1] == files[2]


def test_the_gradient_is_that_of_differences() -> None:
    """Of a random weighted sum of the decoded samples, in float64 and before they are rounded."""
    network = tiled_network.TiledNetwork(read_weights(tiny_weights()), torch.device("cpu"))
    random = np.random.default_rng(1)
    header = header_of(100, 70, quality=30)
    gradient = random.standard_normal((3, 70, 100)).astype(np.float32)
    latents = torch.from_numpy(random.standard_normal((1, TINY.latents, 8, 8)) * 3).float()
    found = network.latent_gradient(latents, header, gradient)
    parts = network._network.double()
    condition = Condition.of([header.quality])

    def total(values: torch.Tensor) -> float:
        with torch.no_grad():
            made = 255 * parts.synthesis(parts.inverse_gain(values, condition), condition)[0, :, :70, :100]
        return float((made * torch.from_numpy(gradient)).sum())

    for seed in range(3):
        direction = torch.from_numpy(np.random.default_rng(seed).standard_normal(latents.shape))
        slope = (total(latents + 1e-4 * direction) - total(latents - 1e-4 * direction)) / 2e-4
        assert float((found * direction).sum()) == pytest.approx(slope, rel=1e-3)


@pytest.mark.parametrize("grey", [False, True])
def test_tiles_give_the_picture_and_the_gradient_of_the_whole(
    monkeypatch: pytest.MonkeyPatch, grey: bool
) -> None:
    network = tiled_network.TiledNetwork(read_weights(tiny_weights()), torch.device("cpu"))
    header = header_of(500, 330, quality=20, grey=grey)
    random = np.random.default_rng(2)
    latents = torch.from_numpy(random.standard_normal((1, TINY.latents, 24, 32)) * 3).float()
    gradient = random.standard_normal((3, 330, 500)).astype(np.float32)
    if grey:
        gradient[:] = gradient[0]
    whole = network.picture(latents, header), network.latent_gradient(latents, header, gradient)
    monkeypatch.setattr(tiles, "TILE", 128)
    parts = network.picture(latents, header), network.latent_gradient(latents, header, gradient)
    assert np.abs(whole[0].astype(int) - parts[0]).max() <= 1
    torch.testing.assert_close(parts[1], whole[1], rtol=1e-3, atol=1e-3 * float(whole[1].abs().max()))


def test_decoded_latents_are_those_that_decoders_read(codec: LearnedCoder, model: str) -> None:
    """The network looks at the picture that a decoder shows, in colour and in grey."""
    seen: list[NDArray[np.uint8]] = []
    observer = load_network(model)

    class Looking:
        name = "looking"

        def reference(self, original: object, orientation: int) -> object:
            return observer.reference(original, orientation)

        def pixel_gradient(self, reference: object, decoded: NDArray[np.uint8], orientation: int) -> object:
            seen.append(decoded)
            return 0.0, np.zeros((3, *decoded.shape[:2]), np.float32)

    for pixels in (COLOUR, GREY):
        picture = read_picture(pixels)
        latents = list(codec._network.analyse([picture.pixels], 0.0))
        loop = closed_loop.LatentLoop(codec._network, latents, picture, Looking())
        data = loop.encode(codec._header(picture, LearnedOptions(quality=12), 12), to_nearest)
        np.testing.assert_array_equal(codec.decode(data).pixels, seen[-1])
    assert len(seen) == 2, "a distance of 0 ends the loop"


@pytest.mark.parametrize("orientation", [3, 6, 7])
def test_the_network_sees_pictures_upright(
    codec: LearnedCoder, tmp_path: Path, model: str, orientation: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(COLOUR).save(tmp_path / "a.png", exif=exif.tobytes())
    picture = read_picture(tmp_path / "a.png")
    assert picture.metadata.orientation == orientation
    network = load_network(model)
    turned = upright(COLOUR, orientation)
    shown = [
        upright(codec.decode(codec.encode_picture(picture, options).data).pixels, orientation)
        for options in (LearnedOptions(quality=8), LearnedOptions(quality=8, effort="loop", model=model))
    ]
    once, looped = (network.distance(turned, pixels) for pixels in shown)
    assert looped < 0.8 * once


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 3), (1, 70, 3), (65, 3)])
def test_small_pictures(codec: LearnedCoder, model: str, shape: tuple[int, ...]) -> None:
    picture = np.full(shape, 90, np.uint8)
    data = codec.encode(picture, quality=20, effort="loop", model=model).data
    assert codec.decode(data).pixels.shape == shape


def test_pictures_of_several_tiles(codec: LearnedCoder, model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "TILE", 128)
    monkeypatch.setattr(container, "TILE", 128)
    monkeypatch.setattr("beholder.learned.coder.TILE", 128)
    once, looped = 0.0, 0.0
    for seed in range(4):
        picture = gradual(200, 300, seed)
        once += divergence(codec, model, picture, codec.encode(picture, quality=8).data)
        data = codec.encode(picture, quality=8, effort="loop", model=model).data
        assert len(read_container(data, "file", tile=128).streams) == 6
        looped += divergence(codec, model, picture, data)
    assert looped < 0.3 * once


def test_targets_hold_with_the_loop(codec: LearnedCoder, model: str) -> None:
    result = codec.encode(COLOUR, size_bytes=700, effort="loop", model=model)
    assert 500 < len(result.data) <= 700
    assert result.quality is not None
    again = codec.encode(COLOUR, quality=int(result.quality), effort="loop", model=model)
    assert again.data == result.data
    bpp = 8 * 700 / (80 * 112)
    assert codec.encode(COLOUR, bpp=bpp, effort="loop", model=model).data == result.data


@pytest.mark.parametrize("picture", [COLOUR, GREY], ids=["colour", "grey"])
def test_a_divergence_is_met_by_the_lowest_quality(
    codec: LearnedCoder, model: str, picture: NDArray[np.uint8]
) -> None:
    found = [
        divergence(codec, model, picture, codec.encode(picture, quality=quality).data)
        for quality in range(0, 64, 3)
    ]
    limit = float(np.median(found))
    result = codec.encode(picture, kl=limit, model=model)
    assert divergence(codec, model, picture, result.data) <= limit
    assert result.quality is not None
    if result.quality > 0:
        below = codec.encode(picture, quality=int(result.quality) - 1).data
        assert divergence(codec, model, picture, below) > limit


def test_the_loop_meets_a_divergence_in_fewer_bytes(codec: LearnedCoder, model: str) -> None:
    limit = 1.01 * divergence(codec, model, COLOUR, codec.encode(COLOUR, quality=63).data)
    sizes = []
    for effort in ("normal", "loop"):
        data = codec.encode(COLOUR, kl=limit, model=model, effort=effort).data
        assert divergence(codec, model, COLOUR, data) <= limit
        sizes.append(len(data))
    assert sizes[1] < sizes[0]


def test_qualities_below_0_are_smaller_and_keep_the_answer(codec: LearnedCoder, model: str) -> None:
    results = [codec.encode(COLOUR, quality=q, effort="loop", model=model) for q in (0, -8, -16, -24)]
    sizes = [len(result.data) for result in results]
    assert sizes == sorted(set(sizes), reverse=True)
    assert [result.quality for result in results] == [0, -8, -16, -24]
    assert {read_container(result.data, "file").header.quality for result in results} == {0}
    once = codec.encode(COLOUR, quality=0).data
    assert divergence(codec, model, COLOUR, results[1].data) < divergence(codec, model, COLOUR, once)
    limit = (sizes[1] + sizes[2]) // 2
    found = codec.encode(COLOUR, size_bytes=limit, effort="loop", model=model)
    assert len(found.data) <= limit
    assert found.quality is not None
    assert -16 <= found.quality <= -8
    with pytest.raises(
        TargetError, match=f"no setting gives {limit} bytes: the smallest file has {len(once)}"
    ):
        codec.encode(COLOUR, size_bytes=limit)


def test_a_divergence_out_of_reach_is_told(codec: LearnedCoder, model: str) -> None:
    words = r"^array: a divergence of 1e-06 of tiny is out of reach .*; ask for less, or take the codec jpeg$"
    with pytest.raises(TargetError, match=words):
        codec.encode(COLOUR, kl=1e-6, model=model)


def test_a_model_that_is_not_there_is_told(codec: LearnedCoder) -> None:
    for more in ({"kl": 0.1}, {"effort": "loop"}):
        with pytest.raises(UsageError, match=r"no-such-net"):
            codec.encode(COLOUR, model="no-such-net", **more)


def test_weights_without_a_dial_take_no_other_observer(codec: LearnedCoder) -> None:
    words = (
        r"observer is '0.3', and the weights [0-9a-f]{8} know human alone; leave observer at human, or give "
        r"weights that were trained for other observers: --weights FILE, or weights=FILE in Python"
    )
    with pytest.raises(UsageError, match=words):
        codec.encode(COLOUR, observer=0.3)
    with pytest.raises(UsageError, match="know human alone"):
        codec.encode_batch([COLOUR], observer="machine")
    usual = codec.encode(COLOUR, quality=20).data
    for observer in ("human", "mse", 0, "0.001"):
        assert codec.encode(COLOUR, quality=20, observer=observer).data == usual


def test_metadata_stay(codec: LearnedCoder, model: str) -> None:
    picture = replace(read_picture(COLOUR), metadata=Metadata(xmp=b"x" * 60))
    data = codec.encode_picture(picture, LearnedOptions(quality=9, effort="loop", model=model)).data
    assert read_container(data, "file").header.xmp == b"x" * 60
