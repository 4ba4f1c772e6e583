"""JPEG files in: re-optimised from their own coefficients, re-coded without loss, passed on, or refused."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import beholder
from beholder import _core
from beholder.image.jpeg_pixels import decode_jpeg
from beholder.metrics import psnr_db
from tests.jpeg.conftest import block_counts, build_image, random_levels
from tests.jpeg.pictures import photograph

Levels = Callable[[bytes, _core.LevelImage], list[NDArray[np.int16]]]

PICTURE = photograph(61, 203, 147)


def jpeg(pixels: NDArray[np.uint8] = PICTURE, mode: str | None = None, **options: object) -> bytes:
    file = io.BytesIO()
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(file, "JPEG", **({"quality": 92} | options))
    return file.getvalue()


def with_sampling(factors: tuple[int, int], chroma: tuple[int, int] = (1, 1), **options: object) -> bytes:
    """A JPEG file with sampling factors that Pillow does not write, of a picture's real coefficients."""
    sampling = [factors, chroma, chroma]
    height, width = PICTURE.shape[:2]
    across, down = factors[0] // chroma[0], factors[1] // chroma[1]
    ycc = np.asarray(Image.fromarray(PICTURE).convert("YCbCr"))
    planes = []
    for c, (rows, columns) in enumerate(block_counts((width, height), sampling)):
        step = (1, 1) if c == 0 else (down, across)
        samples = ycc[:: step[0], :: step[1], c]
        samples = np.pad(
            samples, ((0, 8 * rows - samples.shape[0]), (0, 8 * columns - samples.shape[1])), mode="edge"
        )
        values = _core.forward_transform(np.ascontiguousarray(samples)).values(0)
        planes.append(np.rint(values / (8 * _core.COEFFICIENT_SCALE)).astype(np.int16))
    return _core.write_jpeg(build_image((width, height), planes, sampling, steps=8), **options)


KINDS: dict[str, Callable[[], bytes]] = {
    "4:2:0": lambda: jpeg(subsampling=2),
    "4:2:2": lambda: jpeg(subsampling=1),
    "4:4:4": lambda: jpeg(subsampling=0),
    "4:4:0": lambda: with_sampling((1, 2)),
    "4:1:1": lambda: with_sampling((4, 1)),
    "4:1:0": lambda: with_sampling((4, 2)),
    "4:4:4 as 2x2 each": lambda: with_sampling((2, 2), (2, 2)),
    "grey": lambda: jpeg(mode="L"),
    "progressive": lambda: jpeg(progressive=True),
    "restart markers": lambda: jpeg(restart_marker_blocks=3),
    "progressive with restart markers": lambda: jpeg(progressive=True, restart_marker_rows=1),
    "one scan a component": lambda: with_sampling((2, 2), script=[_core.Scan([c]) for c in range(3)]),
    "optimised": lambda: jpeg(optimize=True, quality=60),
    "1x1": lambda: jpeg(PICTURE[:1, :1], quality=98),
    "3x17": lambda: jpeg(PICTURE[:17, :3], quality=98),
    "Adobe's YCbCr": lambda: _core.write_jpeg(
        _core.read_levels(jpeg()).image, density=None, adobe_transform=1
    ),
}


@pytest.fixture(params=KINDS)
def source(request: pytest.FixtureRequest) -> bytes:
    return KINDS[request.param]()


def same_picture(first: _core.LevelImage, second: _core.LevelImage) -> bool:
    """Whether sizes, samplings, tables and levels are equal."""
    if (first.width, first.height, len(first.planes)) != (second.width, second.height, len(second.planes)):
        return False
    return all(
        a.sampling == b.sampling
        and np.array_equal(first.quant_tables[a.quant_index], second.quant_tables[b.quant_index])
        and np.array_equal(
            a.levels[: a.blocks_high, : a.blocks_wide], b.levels[: b.blocks_high, : b.blocks_wide]
        )
        for a, b in zip(first.planes, second.planes, strict=True)
    )


@pytest.mark.parametrize("scans", ["auto", "sequential", "progressive"])
def test_lossless_keeps_every_coefficient(source: bytes, scans: str, libjpeg_levels: Levels) -> None:
    before = _core.read_levels(source).image
    result = beholder.encode(source, lossless=True, scans=scans)
    after = _core.read_levels(result.data)
    assert same_picture(before, after.image)
    if scans != "auto":
        assert after.progressive == (scans == "progressive") == result.progressive
    for ours, theirs in zip(before.planes, libjpeg_levels(result.data, before), strict=True):
        assert np.array_equal(ours.levels[: ours.blocks_high, : ours.blocks_wide], theirs)
    assert np.array_equal(decode_jpeg(result.data, "result"), decode_jpeg(source, "source"))
    assert result.quality is None


def test_lossless_is_never_larger(source: bytes) -> None:
    result = beholder.encode(source, lossless=True)
    assert len(result.data) <= len(source)
    if result.kept_input:
        assert result.data == source


@pytest.mark.parametrize("quality", [30, 75])
@pytest.mark.parametrize("observer", ["human", "mse"])
def test_levels_are_searched_anew(source: bytes, quality: int, observer: str) -> None:
    result = beholder.encode(source, quality=quality, observer=observer)
    before, after = (_core.read_levels(file).image for file in (source, result.data))
    assert [plane.sampling for plane in after.planes] == [plane.sampling for plane in before.planes]
    assert (result.width, result.height) == (before.width, before.height)
    pixels = decode_jpeg(source, "source")
    decoded = decode_jpeg(result.data, "result")
    assert decoded.shape == pixels.shape
    assert len(result.data) <= len(source)
    assert psnr_db(pixels, decoded) > 24


def test_a_lower_quality_is_smaller() -> None:
    source = jpeg(quality=96)
    sizes = [len(beholder.encode(source, quality=quality).data) for quality in (95, 85, 70, 50, 30, 10)]
    assert sizes == sorted(set(sizes), reverse=True)
    assert sizes[0] < len(source)


def test_from_coefficients_is_nearer_to_the_source_than_from_pixels() -> None:
    source = jpeg(quality=75)
    pixels = decode_jpeg(source, "source")
    direct = beholder.encode(source, observer="mse", quality=80)
    around = beholder.encode(pixels, observer="mse", size_bytes=len(direct.data))
    assert psnr_db(pixels, decode_jpeg(direct.data, "a")) > psnr_db(pixels, decode_jpeg(around.data, "b"))


def test_more_quality_than_the_source_has_keeps_its_levels() -> None:
    """Steps below the source's own would spend bits on nothing."""
    source = jpeg(quality=50)
    result = beholder.encode(source, quality=98, observer="mse")
    assert len(result.data) <= len(source)
    assert psnr_db(decode_jpeg(source, "source"), decode_jpeg(result.data, "result")) > 45


def test_encoding_again_and_again_does_not_grow_or_crash() -> None:
    data = jpeg(quality=85)
    for _ in range(5):
        result = beholder.encode(data, quality=75)
        assert len(result.data) <= len(data)
        data = result.data


def cmyk(**options: object) -> bytes:
    return jpeg(PICTURE, mode="CMYK", **options)


def adobe_rgb() -> bytes:
    sampling = [(1, 1)] * 3
    rng = np.random.default_rng(62)
    planes = [random_levels(rng, shape, 0.1, 40) for shape in block_counts((60, 44), sampling)]
    return _core.write_jpeg(build_image((60, 44), planes, sampling, steps=5), density=None, adobe_transform=0)


@pytest.mark.parametrize("make", [cmyk, lambda: cmyk(progressive=True), adobe_rgb])
@pytest.mark.parametrize(
    "options", [{}, {"quality": 20}, {"lossless": True}, {"scans": "sequential"}], ids=str
)
def test_cmyk_and_rgb_keep_their_levels(make: Callable[[], bytes], options: dict) -> None:
    source = make()
    result = beholder.encode(source, **options)
    before, after = _core.read_levels(source), _core.read_levels(result.data)
    assert same_picture(before.image, after.image)
    assert after.adobe_transform == before.adobe_transform
    with Image.open(io.BytesIO(source)) as original, Image.open(io.BytesIO(result.data)) as copy:
        assert copy.mode == original.mode
        assert np.array_equal(np.asarray(copy), np.asarray(original))
    if not result.kept_input:
        assert result.quality is None
        assert any("levels are kept" in note for note in result.notes) == ("lossless" not in options)


def test_metadata_of_a_jpeg_goes_along() -> None:
    exif = Image.Exif()
    exif[0x0112] = 8
    source = jpeg(quality=97, exif=exif.tobytes(), comment=b"by hand", dpi=(72, 72))
    for options in ({"lossless": True}, {"quality": 60}):
        result = beholder.encode(source, **options)
        assert not result.kept_input
        with Image.open(io.BytesIO(result.data)) as image:
            assert image.getexif()[0x0112] == 8
            assert image.info["dpi"] == (72, 72)


def header_end(data: bytes) -> int:
    """Where the entropy-coded data of the first scan begin."""
    start = data.index(b"\xff\xda")
    return start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")


def damaged() -> dict[str, bytes]:
    data = jpeg()
    body = header_end(data)
    dqt = data.index(b"\xff\xdb")
    sof = data.index(b"\xff\xc0")
    dht = data.index(b"\xff\xc4")
    return {
        "cut in the scan": data[: (body + len(data)) // 2],
        "cut in the header": data[: dht + 5],
        "two bytes": data[:2],
        "no tables": data[:dqt] + data[dqt + 2 + int.from_bytes(data[dqt + 2 : dqt + 4], "big") :],
        "no scan": data[: data.index(b"\xff\xda")] + b"\xff\xd9",
        "scan of zeros": data[:body] + bytes(len(data) - body - 2) + b"\xff\xd9",
        "width of zero": data[: sof + 7] + b"\0\0" + data[sof + 9 :],
        "arithmetic coding": data[: sof + 1] + b"\xc9" + data[sof + 2 :],
        "twelve bits": data[: sof + 4] + b"\x0c" + data[sof + 5 :],
    }


@pytest.mark.parametrize("name", damaged())
@pytest.mark.parametrize("options", [{}, {"lossless": True}, {"psnr": 30.0}, {"bpp": 1.0}], ids=str)
def test_damage_is_an_input_error(name: str, options: dict) -> None:
    with pytest.raises(beholder.InputError, match=r"^bytes: "):
        beholder.encode(damaged()[name], **options)


def test_a_marker_segment_too_short_is_an_input_error() -> None:
    data = jpeg()
    sof = data.index(b"\xff\xc0")
    for length in (0, 1, 2, 5):
        with pytest.raises(beholder.InputError):
            beholder.encode(data[: sof + 2] + length.to_bytes(2, "big") + data[sof + 4 :])


def test_levels_that_no_file_may_have_are_an_input_error() -> None:
    """DC differences of a damaged file can add up to too much, and RGB levels are kept as they were read."""
    planes = [np.zeros((1, 2, 64), np.int16) for _ in range(3)]
    for plane in planes:
        plane[0, :, 0] = (1500, 300)
    source = _core.write_jpeg(
        build_image((16, 8), planes, [(1, 1)] * 3),
        script=[_core.Scan([c]) for c in range(3)],
        density=None,
        adobe_transform=0,
    )
    body = header_end(source)
    found = 0
    for bit in range(8 * body, 8 * (body + 6)):
        damaged_file = bytearray(source)
        damaged_file[bit // 8] ^= 0x80 >> bit % 8
        try:
            read = _core.read_levels(bytes(damaged_file)).image
        except _core.CoreError:
            continue
        if np.abs(read.planes[0].levels).max() <= 2047:
            continue
        found += 1
        for options in ({"quality": 50}, {"lossless": True}):
            with pytest.raises(beholder.InputError, match="damaged JPEG: component 0, block 1: DC level"):
                beholder.encode(bytes(damaged_file), **options)
    assert found > 0


def test_grey_with_sampling_factors() -> None:
    """Factors of a single component mean nothing (T.81, A.2.2), but some files have them."""
    data = bytearray(jpeg(mode="L"))
    sof = bytes(data).index(b"\xff\xc0")
    data[sof + 11] = 0x22
    source = bytes(data)
    for options in ({"quality": 50}, {"lossless": True}):
        result = beholder.encode(source, **options)
        assert psnr_db(decode_jpeg(source, "source"), decode_jpeg(result.data, "result")) > 30
