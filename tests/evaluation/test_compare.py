"""One picture against its original."""

import io
import math

import numpy as np
import pytest
from PIL import Image

import beholder
from beholder.metrics import ms_ssim, psnr_db, ssimulacra2
from tests.cli.program import photograph


def saved(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def test_scores_are_those_of_the_metrics() -> None:
    image = photograph(170, 200)
    data = saved(image, quality=60)
    scores = beholder.compare(image, data)
    original, decoded = np.asarray(image), np.asarray(Image.open(io.BytesIO(data)))
    assert scores.psnr_db == psnr_db(original, decoded)
    assert scores.ms_ssim == ms_ssim(original, decoded)
    assert scores.ssimulacra2 == ssimulacra2(original, decoded)
    assert (scores.width, scores.height, scores.size_bytes) == (200, 170, len(data))
    assert scores.rate_bpp == 8 * len(data) / (200 * 170)
    assert scores.notes == ()


def test_equal_pictures() -> None:
    scores = beholder.compare(photograph(), saved(photograph(), "PNG"))
    assert scores.psnr_db == math.inf
    assert scores.ssimulacra2 == pytest.approx(100)
    assert scores.ms_ssim is None, "not defined below 161 pixels"


def test_different_sizes_are_an_error() -> None:
    with pytest.raises(beholder.UsageError, match="48x64 pixels, but Pillow image has 64x48"):
        beholder.compare(photograph(), saved(photograph(64, 48)))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_compared_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = photograph()
    inverse = {6: 8, 8: 6}.get(orientation, orientation)
    operation = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }.get(inverse)
    lying = upright if operation is None else upright.transpose(operation)
    assert beholder.compare(upright, saved(lying, "PNG", exif=exif)).psnr_db == math.inf


def test_grey_counts_as_colour() -> None:
    grey = photograph().convert("L")
    assert beholder.compare(grey.convert("RGB"), saved(grey, "PNG")).psnr_db == math.inf


def test_different_profiles_are_noted() -> None:
    profile = bytes(16) + b"RGB " + bytes(200)
    png = saved(photograph(), "PNG", icc_profile=profile)
    assert "colour profiles differ" in beholder.compare(photograph(), png).notes[0]


def test_transparency_needs_a_background() -> None:
    transparent = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
    white = saved(Image.new("RGB", (32, 32), "white"), "PNG")
    with pytest.raises(beholder.UnsupportedImageError, match="transparent"):
        beholder.compare(transparent, white)
    assert beholder.compare(transparent, white, background="#ffffff").psnr_db == math.inf
