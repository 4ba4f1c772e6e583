"""Every kind of file that `encode` writes, in libjpeg (Pillow, jpeglib) and in ffmpeg's decoder (PyAV)."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy.fft import idctn

import beholder
from beholder import _core
from beholder.metrics import psnr_db
from tests.jpeg.conftest import ZIGZAG
from tests.jpeg.pictures import photograph

Levels = Callable[[bytes, _core.LevelImage], list[NDArray[np.int16]]]


def reoptimised(**options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(photograph(71, 181, 99, noise=2)).save(file, "JPEG", quality=95)
    return beholder.encode(file.getvalue(), **options).data


def encoded(size: tuple[int, int] = (181, 99), **options: object) -> bytes:
    return beholder.encode(photograph(71, *size, noise=2), **options).data


FILES: dict[str, Callable[[], bytes]] = {
    **{
        f"{subsampling} {scans}": lambda subsampling=subsampling, scans=scans: encoded(
            subsampling=subsampling, scans=scans
        )
        for subsampling in ("4:2:0", "4:2:2", "4:4:4")
        for scans in ("sequential", "progressive")
    },
    "grey sequential": lambda: beholder.encode(photograph(72, 97, 131)[..., 0], scans="sequential").data,
    "grey progressive": lambda: beholder.encode(photograph(72, 97, 131)[..., 0], scans="progressive").data,
    "lowest quality": lambda: encoded(quality=1),
    "highest quality": lambda: encoded(quality=100, subsampling="4:4:4"),
    "mse": lambda: encoded(observer="mse", bpp=2.0),
    "16 x 16": lambda: encoded((16, 16)),
    "17 x 33": lambda: encoded((17, 33)),
    "re-optimised": reoptimised,
    "re-optimised, progressive": lambda: reoptimised(scans="progressive", quality=50),
    "re-coded": lambda: reoptimised(lossless=True),
}


@pytest.fixture(params=FILES)
def file(request: pytest.FixtureRequest) -> bytes:
    return FILES[request.param]()


def decoded_planes(file: bytes) -> list[NDArray[np.float64]]:
    """The samples of each component at its own resolution: T.81's equations in float64."""
    image = _core.read_levels(file).image
    planes = []
    for plane in image.planes:
        rows, columns = plane.levels.shape[:2]
        blocks = np.zeros((rows, columns, 64))
        blocks[..., ZIGZAG] = plane.levels.astype(float) * image.quant_tables[plane.quant_index]
        samples = idctn(blocks.reshape(rows, columns, 8, 8), axes=(2, 3), norm="ortho").swapaxes(1, 2)
        planes.append(np.clip(samples.reshape(8 * rows, 8 * columns) + 128, 0, 255))
    return planes


def test_pillow_sees_the_picture(file: bytes) -> None:
    with Image.open(io.BytesIO(file)) as image:
        image.draft("L", image.size)  # luma alone, as it is stored
        luma = np.asarray(image.convert("L"))
    expected = decoded_planes(file)[0][: luma.shape[0], : luma.shape[1]]
    assert np.abs(luma - expected).max() < 2  # libjpeg's integer transform is not exact


def ffmpeg_planes(file: bytes) -> list[NDArray[np.uint8]]:
    """The samples of each component as ffmpeg's decoder gives them, which shares no code with libjpeg."""
    av = pytest.importorskip("av", reason="PyAV is not installed")
    with av.open(io.BytesIO(file), format="jpeg_pipe") as container:
        frame = next(container.decode(video=0))
    return [
        np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        for plane in frame.planes
    ]


def test_ffmpeg_sees_the_picture(file: bytes) -> None:
    """Component by component: upsampling and colour conversion are each decoder's own."""
    for samples, expected in zip(ffmpeg_planes(file), decoded_planes(file), strict=True):
        assert np.abs(samples - expected[: samples.shape[0], : samples.shape[1]]).max() < 2


@pytest.mark.parametrize("groups", [[[0, 1, 2]], [[0], [1, 2]], [[0], [1], [2]], None], ids=str)
@pytest.mark.parametrize("subsampling", ["4:2:0", "4:4:4"])
def test_ffmpeg_sees_the_same_in_every_script(subsampling: str, groups: list[list[int]] | None) -> None:
    image = _core.read_levels(encoded(subsampling=subsampling)).image
    script = _core.standard_progressive_script(image)
    if groups is not None:
        script = [_core.Scan(group) for group in groups]
    expected = ffmpeg_planes(encoded(subsampling=subsampling))
    for samples, others in zip(ffmpeg_planes(_core.write_jpeg(image, script=script)), expected, strict=True):
        assert np.array_equal(samples, others)


def test_both_show_the_same_colors(file: bytes) -> None:
    av = pytest.importorskip("av", reason="PyAV is not installed")
    with av.open(io.BytesIO(file), format="jpeg_pipe") as container:
        shown = next(container.decode(video=0)).to_ndarray(format="rgb24")
    with Image.open(io.BytesIO(file)) as image:
        expected = np.asarray(image.convert("RGB"))
        halved = image.mode == "RGB" and _core.read_levels(file).image.planes[0].sampling != (1, 1)
    # At edges ffmpeg's upsampling of chroma differs from libjpeg's; elsewhere little may.
    assert psnr_db(expected, shown) > (28 if halved else 40)


def test_libjpeg_reads_the_coefficients_that_were_written(file: bytes, libjpeg_levels: Levels) -> None:
    image = _core.read_levels(file).image
    for plane, theirs in zip(image.planes, libjpeg_levels(file, image), strict=True):
        assert np.array_equal(plane.levels[: plane.blocks_high, : plane.blocks_wide], theirs)


@pytest.mark.parametrize("mode", ["sequential", "progressive", "smallest"])
@pytest.mark.parametrize("subsampling", ["4:2:0", "4:4:4"])
def test_what_was_searched_is_what_is_written(mode: str, subsampling: str, libjpeg_levels: Levels) -> None:
    coefficients = _core.forward_transform(photograph(73, 150, 121), subsampling)
    ones = np.ones((3, 64), np.float32)
    image, script = _core.optimise_levels(
        coefficients, 8.0, weights=ones, block_weights=[], start_steps=ones, lambda_ratio=0.1, mode=mode
    )
    file = _core.write_jpeg(image, script=script)
    for plane, theirs in zip(image.planes, libjpeg_levels(file, image), strict=True):
        assert np.array_equal(plane.levels[: plane.blocks_high, : plane.blocks_wide], theirs)
    again = _core.read_levels(file).image
    for plane, copy in zip(image.planes, again.planes, strict=True):
        table = image.quant_tables[plane.quant_index]
        assert np.array_equal(again.quant_tables[copy.quant_index], table)


def test_libjpeg_warns_of_nothing(file: bytes) -> None:
    """Pillow raises for truncated data; with its tolerance off, every byte that a decoder needs is there."""
    with Image.open(io.BytesIO(file)) as image:
        image.load()
        assert image.size == (_core.read_levels(file).image.width, _core.read_levels(file).image.height)
    assert _core.read_levels(file).warnings == []
    assert file.endswith(b"\xff\xd9")
