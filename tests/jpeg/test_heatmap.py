"""Heat maps: the encoder's own weights, drawn where they belong."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

import beholder
from beholder import _core
from beholder._core import LevelImage
from beholder.errors import UnsupportedImageError
from beholder.image.picture import Picture, upright
from beholder.image.read import read_picture
from beholder.jpeg.colour_map import colour_map
from beholder.jpeg.heatmap import BlockMap, block_map, draw_heatmap
from beholder.jpeg.options import JpegOptions
from beholder.metadata.metadata import Metadata
from beholder.observers import FixedSensitivity
from tests.jpeg.pictures import photograph

PIXELS = photograph(7, 301, 203, noise=3)


def jpeg(pixels: np.ndarray, **options: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=95, **options)
    return file.getvalue()


@pytest.mark.parametrize("source", ["colour", "grey", "4:2:0 JPEG", "4:4:4 JPEG"])
@pytest.mark.parametrize("observer", ["human", "machine", "mse"])
def test_weights_are_those_of_the_encoder(
    source: str, observer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = {
        "colour": PIXELS,
        "grey": PIXELS[..., 0],
        "4:2:0 JPEG": jpeg(PIXELS, subsampling="4:2:0"),
        "4:4:4 JPEG": jpeg(PIXELS, subsampling="4:4:4"),
    }
    used: list[list[np.ndarray]] = []
    search = _core.optimise_levels

    def remember(*arguments: Any, **options: Any) -> Any:
        used.append(options["block_weights"])
        return search(*arguments, **options)

    monkeypatch.setattr(_core, "optimise_levels", remember)
    beholder.encode(sources[source], observer=observer)
    found = block_map(read_picture(sources[source]), JpegOptions(observer=observer))
    assert found.weights.shape == (26, 38)
    assert found.block_size == (8, 8)
    expected = used[0][0][:26, :38].astype(float) if used[0] else np.ones((26, 38))
    np.testing.assert_allclose(found.weights, expected / expected.mean(), rtol=1e-6)
    assert (found.weights.min() == found.weights.max()) == (observer == "mse")


def test_luma_of_fewer_samples_than_chroma_has_larger_blocks(draw_image: Callable[..., LevelImage]) -> None:
    levels = draw_image(1, (100, 50), [(1, 2), (2, 1), (1, 1)], 0.1, 20)
    picture = read_picture(_core.write_jpeg(levels))
    found = block_map(picture, JpegOptions(observer="human"))
    assert found.block_size == (8, 16)
    assert found.weights.shape == (7, 7)
    assert draw_heatmap(picture, found).width == 700


def stepped() -> tuple[Picture, BlockMap]:
    """A flat picture of 12 x 20 blocks, of which one weighs much and one little."""
    weights = np.ones((12, 20))
    weights[2, 5], weights[9, 15] = 4.0, 0.25
    picture = read_picture(np.full((96, 160, 3), 128, np.uint8))
    return picture, BlockMap("steps", weights, (8, 8))


def colour_at(image: Image.Image, x: float, y: float) -> np.ndarray:
    return np.asarray(image.getpixel((round(x), round(y))), int)


def test_blocks_have_the_colours_of_the_scale() -> None:
    picture, blocks = stepped()
    image = draw_heatmap(picture, blocks)
    assert image.width == 640, "160 pixels, four times as large"
    for row, column, place in ((2, 5, 255), (9, 15, 0), (0, 0, 128), (11, 19, 128)):
        for corner in (1, 30):
            found = colour_at(image, 32 * column + corner, 32 * row + corner)
            assert np.abs(found - colour_map()[place]).max() <= 1
    bar = [colour_at(image, x, 384 + 32) for x in range(28, 612)]
    for place in (0, 128, 255):
        assert np.abs(bar[round(place / 255 * 583)] - colour_map()[place]).max() <= 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_drawn_upright(orientation: int) -> None:
    stored, blocks = stepped()
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = replace(stored, metadata=Metadata(exif=exif.tobytes()[6:]))
    assert picture.metadata.orientation == orientation
    image = draw_heatmap(picture, blocks)
    expected = upright(np.asarray(draw_heatmap(stored, blocks))[:384, :640], orientation)
    height, width = expected.shape[:2]
    left = (image.width - width) // 2
    np.testing.assert_array_equal(np.asarray(image)[:height, left : left + width], expected)


@pytest.mark.parametrize("shape", [(1, 1), (3, 700), (700, 3), (17, 9), (2000, 1100)], ids=str)
def test_any_size(shape: tuple[int, int]) -> None:
    picture = read_picture(photograph(8, *shape))
    image = draw_heatmap(picture, block_map(picture, JpegOptions(observer="human")))
    assert max(image.size) <= 1700
    assert image.width >= 300


def test_long_names_are_cut() -> None:
    picture, blocks = stepped()
    image = draw_heatmap(picture, replace(blocks, observer="machine:" + "folder/" * 60))
    caption = np.asarray(image.convert("L"))[384:412]
    assert (caption[:, :7] == 255).all()
    assert (caption[:, -7:] == 255).all()
    assert (caption[:, 20:-20] < 128).any()


def test_blocks_of_no_weight_and_strays_do_not_stretch_the_scale() -> None:
    picture, _ = stepped()
    weights = np.ones((12, 20))
    weights[0, 0] = 0.0
    image = draw_heatmap(picture, BlockMap("zero", weights, (8, 8)))
    assert np.abs(colour_at(image, 300, 300) - colour_map()[128]).max() <= 1, "one octave to either side"
    assert np.abs(colour_at(image, 5, 5) - colour_map()[0]).max() <= 1


def test_levels_that_are_kept_have_no_weights() -> None:
    cmyk = io.BytesIO()
    Image.fromarray(PIXELS).convert("CMYK").save(cmyk, "JPEG")
    with pytest.raises(UnsupportedImageError, match="CMYK or RGB JPEG, whose levels the encoder keeps"):
        block_map(read_picture(cmyk.getvalue()), JpegOptions())


def test_an_observer_of_the_callers_own() -> None:
    blocks = np.random.default_rng(0).uniform(0.5, 2, (26, 38)).astype(np.float32)
    chroma = np.ones((13, 19), np.float32)
    own = FixedSensitivity(np.ones((3, 64), np.float32), (blocks, chroma, chroma), name="own")
    found = block_map(read_picture(PIXELS), JpegOptions(observer=own))
    assert found.observer == "own"
    np.testing.assert_allclose(found.weights, blocks / blocks.mean(dtype=float), rtol=1e-6)


def test_from_python_in_one_call() -> None:
    found = beholder.heatmap(PIXELS, observer="machine", machine_weight=1.0)
    picture = read_picture(PIXELS)
    options = JpegOptions(observer="machine", machine_weight=1.0)
    assert np.array_equal(found, draw_heatmap(picture, block_map(picture, options)))
    with pytest.raises(TypeError, match="unexpected keyword argument 'observr'"):
        beholder.heatmap(PIXELS, observr="human")  # type: ignore[call-arg]
