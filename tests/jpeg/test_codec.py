"""From pictures to files: qualities, samplings, scans, sizes, metadata, threads."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms, PngImagePlugin

import beholder
from beholder import _core
from beholder.image.jpeg_pixels import decode_jpeg
from beholder.metrics import psnr_db
from beholder.observers import Observer, PictureBlocks, Sampling, Sensitivity, mse
from tests.jpeg.pictures import photograph

PICTURE = photograph(41, 203, 147)


def decoded(result: beholder.EncodeResult) -> NDArray[np.uint8]:
    return decode_jpeg(result.data, "result")


@pytest.mark.parametrize("observer", ["human", "mse"])
def test_higher_quality_is_larger_and_nearer(observer: str) -> None:
    results = [
        beholder.encode(PICTURE, quality=q, observer=observer) for q in (1, 10, 30, 50, 70, 80, 90, 96, 100)
    ]
    sizes = [len(result.data) for result in results]
    scores = [result.psnr_db for result in results]
    assert sizes == sorted(set(sizes))
    assert scores == sorted(set(scores))
    assert scores[-1] > scores[0] + 12


def test_near_qualities_differ_little() -> None:
    sizes = [len(beholder.encode(PICTURE, quality=70 + tenths / 10).data) for tenths in range(0, 11, 2)]
    assert max(sizes) < 1.06 * min(sizes)


@pytest.mark.parametrize(
    "options", [{}, {"bpp": 1.0}, {"psnr": 33.0}, {"observer": "mse", "quality": 40}], ids=str
)
@pytest.mark.parametrize("grey", [False, True])
def test_threads_do_not_change_a_byte(options: dict, grey: bool) -> None:
    pixels = PICTURE[..., 1] if grey else PICTURE
    assert beholder.encode(pixels, **options).data == beholder.encode(pixels, **options, threads=4).data


@pytest.mark.parametrize(
    ("scans", "progressive"), [("sequential", {False}), ("progressive", {True}), ("auto", {False, True})]
)
def test_scans(scans: str, progressive: set[bool]) -> None:
    result = beholder.encode(PICTURE, scans=scans)
    assert result.progressive in progressive
    assert _core.read_levels(result.data).progressive == result.progressive


@pytest.mark.parametrize("quality", [30, 75, 95])
def test_auto_is_hardly_larger_than_either_kind(quality: int) -> None:
    sizes = {
        scans: len(beholder.encode(PICTURE, quality=quality, scans=scans).data)
        for scans in ("auto", "sequential")
    }
    # The choice is made for the levels before the last turn, hence the slack.
    assert sizes["auto"] <= 1.005 * sizes["sequential"]


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
def test_subsampling_is_as_asked(subsampling: str) -> None:
    result = beholder.encode(PICTURE, subsampling=subsampling)
    factors = {"4:4:4": (1, 1), "4:2:2": (2, 1), "4:2:0": (2, 2)}[subsampling]
    assert result.subsampling == subsampling
    assert [plane.sampling for plane in _core.read_levels(result.data).image.planes] == [
        factors,
        (1, 1),
        (1, 1),
    ]


def test_auto_keeps_chroma_where_it_carries_the_picture() -> None:
    rng = np.random.default_rng(5)
    stripes = np.zeros((96, 96, 3), np.uint8)
    stripes[..., 0] = np.where(np.arange(96) % 2, 220, 60)  # red and blue in turn, column by column
    stripes[..., 2] = np.where(np.arange(96) % 2, 60, 220)
    stripes[..., 1] = rng.integers(90, 110, (96, 96))
    result = beholder.encode(stripes, subsampling="auto", quality=85)
    assert result.subsampling == "4:4:4"
    assert result.quality == 85
    assert result.psnr_db > beholder.encode(stripes, subsampling="4:2:0", quality=85).psnr_db + 3


def test_auto_halves_chroma_that_nobody_misses() -> None:
    grey_in_color = np.repeat(photograph(42, 160, 120, noise=0)[..., :1], 3, axis=2)
    tinted = np.clip(grey_in_color * [1.0, 0.9, 0.8], 0, 255).astype(np.uint8)
    halved = beholder.encode(tinted, subsampling="4:2:0", quality=60)
    chosen = beholder.encode(tinted, subsampling="auto", quality=60)
    assert len(chosen.data) <= 1.05 * len(halved.data)


@pytest.mark.parametrize("target", [{"bpp": 1.2}, {"size_bytes": 4000}], ids=str)
def test_auto_keeps_to_a_size(target: dict) -> None:
    pixels = photograph(43, 160, 120, noise=2)
    result = beholder.encode(pixels, subsampling="auto", **target)
    assert len(result.data) <= target.get("size_bytes", 1.2 * pixels.shape[0] * pixels.shape[1] / 8)


def test_auto_of_a_picture_too_small_to_score() -> None:
    result = beholder.encode(photograph(44, 5, 3), subsampling="auto")
    assert result.subsampling in ("4:4:4", "4:2:0")


def test_grey_has_one_component() -> None:
    grey = PICTURE[..., 1]
    for options in ({}, {"subsampling": "4:2:0"}, {"subsampling": "auto"}):
        result = beholder.encode(grey, **options)
        assert result.subsampling == "grey"
        assert decoded(result).shape == grey.shape
        assert result.psnr_db > 30


@pytest.mark.parametrize(
    "size", [(1, 1), (3, 17), (17, 3), (8, 8), (9, 9), (16, 15), (1, 200), (200, 1)], ids=str
)
@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
def test_small_pictures(size: tuple[int, int], subsampling: str) -> None:
    pixels = photograph(45, *size, noise=2)
    result = beholder.encode(pixels, subsampling=subsampling, quality=95, observer="mse")
    assert decoded(result).shape == pixels.shape
    assert psnr_db(decoded(result).mean(axis=2).astype(np.uint8), pixels.mean(axis=2).astype(np.uint8)) > 30


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("longest", [65500, 65535])
def test_the_longest_side(longest: int, transposed: bool) -> None:
    ramp = (np.arange(longest) // 300 % 256).astype(np.uint8)
    pixels = np.repeat(ramp[None, :, None], 3, axis=2)
    pixels = pixels.swapaxes(0, 1) if transposed else pixels
    result = beholder.encode(pixels)
    assert (result.width, result.height) == pixels.shape[1::-1]
    contents = _core.read_levels(result.data)
    assert (contents.image.width, contents.image.height) == pixels.shape[1::-1]
    if longest == 65500:  # libjpeg's limit (JPEG_MAX_DIMENSION); the format's is 65535
        assert decoded(result).shape == pixels.shape
        assert result.psnr_db > 35
        assert result.notes == ()
    else:
        assert any("above 65500 pixels" in note for note in result.notes)
        with pytest.raises(beholder.UnsupportedImageError, match="libjpeg-turbo decodes sides up to 65500"):
            beholder.encode(pixels, psnr=30.0)


def test_one_pixel_more_is_refused() -> None:
    with pytest.raises(beholder.UnsupportedImageError, match="65536x1"):
        beholder.encode(np.zeros((1, 65536), np.uint8))


def test_a_flat_picture_is_exact_to_a_step() -> None:
    for color in ((0, 0, 0), (255, 255, 255), (120, 130, 140)):
        pixels = np.full((40, 50, 3), color, np.uint8)
        result = beholder.encode(pixels, quality=90)
        assert np.abs(decoded(result).astype(int) - pixels).max() <= 3
        assert len(result.data) < 900


def test_noise_of_the_full_range() -> None:
    noise = np.random.default_rng(46).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    for quality in (1, 50, 100):
        assert decoded(beholder.encode(noise, quality=quality, subsampling="4:4:4")).shape == noise.shape
    assert beholder.encode(noise, quality=100, subsampling="4:4:4").psnr_db > 35


def test_the_smoothest_colors_survive_the_lowest_quality() -> None:
    ramp = np.linspace(0, 255, 256).astype(np.uint8)
    pixels = np.stack(
        [np.tile(ramp, (64, 1)), np.tile(ramp[::-1], (64, 1)), np.full((64, 256), 90, np.uint8)], axis=2
    )
    assert beholder.encode(pixels, quality=1).psnr_db > 18


def exif_with_orientation(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Maker"
    return exif.tobytes()


PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF/></x:xmpmeta>'


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("scans", ["sequential", "progressive"])
def test_metadata_is_kept_or_stripped(kind: str, scans: str) -> None:
    file = io.BytesIO()
    notes = PngImagePlugin.PngInfo()
    notes.add_itxt("XML:com.adobe.xmp", XMP.decode())
    options = {"quality": 98, "subsampling": 0, "xmp": XMP} if kind == "JPEG" else {"pnginfo": notes}
    Image.fromarray(PICTURE).save(
        file, kind, icc_profile=PROFILE, exif=exif_with_orientation(6), dpi=(300, 300), **options
    )
    kept = beholder.encode(file.getvalue(), scans=scans)
    assert not kept.kept_input
    with Image.open(io.BytesIO(kept.data)) as image:
        assert image.info["icc_profile"] == PROFILE
        assert image.info["xmp"] == XMP
        assert image.getexif()[0x0112] == 6
        assert image.getexif()[0x010F] == "Maker"
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.5)
        assert image.size == (203, 147)  # orientation is said, not applied
    stripped = beholder.encode(file.getvalue(), scans=scans, metadata="strip")
    with Image.open(io.BytesIO(stripped.data)) as image:
        assert image.info["icc_profile"] == PROFILE
        assert image.getexif()[0x0112] == 6
        assert 0x010F not in image.getexif()
        assert "xmp" not in image.info
    assert len(stripped.data) < len(kept.data)


def test_any_observer_of_the_protocol_is_taken() -> None:
    class Twice:
        """Asks `mse` for a lower price of bits."""

        name = "twice"

        def __init__(self) -> None:
            self.asked: list[Sampling] = []

        def sensitivity(self, sampling: Sampling, picture: PictureBlocks | None = None) -> Sensitivity:
            assert picture is not None
            assert picture.pixels().shape[2] == 3
            self.asked.append(sampling)
            flat = mse().sensitivity(sampling)
            return Sensitivity(frequency=flat.frequency, start_steps=flat.start_steps, lambda_ratio=0.02)

    observer = Twice()
    checked: Observer = observer
    result = beholder.encode(PICTURE, quality=50, observer=checked, subsampling="4:2:2")
    assert observer.asked == [((2, 1), (1, 1), (1, 1))]
    # Steps of an observer without a fit of its own are those of `mse`; cheaper bits buy less error.
    flat = beholder.encode(PICTURE, quality=50, observer="mse", subsampling="4:2:2")
    assert len(result.data) > len(flat.data)
    assert result.psnr_db > flat.psnr_db


def test_pixels_cannot_be_coded_without_loss() -> None:
    with pytest.raises(beholder.UsageError, match="not a JPEG"):
        beholder.encode(PICTURE, lossless=True)


def test_the_result_says_which_quality_met_a_target() -> None:
    found = beholder.encode(PICTURE, bpp=1.5)
    assert found.quality is not None
    again = beholder.encode(PICTURE, quality=found.quality)
    assert len(again.data) == pytest.approx(len(found.data), rel=0.01)
