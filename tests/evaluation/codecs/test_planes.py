"""Colour pictures as planes of Y, Cb and Cr."""

import numpy as np
import pytest

from beholder.evaluation.codecs.planes import Size, from_planes, to_planes
from beholder.metrics import psnr_db
from tests.evaluation.codecs.pictures import photograph


@pytest.mark.parametrize(
    ("colour", "expected"),
    # ITU-R BT.709-6, items 3.2 and 3.3, full range of 10 bits.
    [
        ((255, 255, 255), (1, 0.5, 0.5)),
        ((0, 0, 0), (0, 0.5, 0.5)),
        ((255, 0, 0), (0.2126, 0.5 - 0.2126 / 1.8556, 1)),
        ((0, 0, 255), (0.0722, 1, 0.5 - 0.0722 / 1.5748)),
    ],
)
def test_primaries(colour: tuple[int, int, int], expected: tuple[float, float, float]) -> None:
    pixels = np.full((16, 18, 3), colour, np.uint8)
    samples = np.frombuffer(to_planes(pixels), "<u2")
    luma, blue, red = np.split(samples, [16 * 18, 16 * 18 + 8 * 9])
    for plane, value in zip((luma, blue, red), expected, strict=True):
        assert np.unique(plane) == [round(value * 1023)]
    assert (from_planes(samples.tobytes(), Size(18, 16)) == pixels).all()


@pytest.mark.parametrize(("height", "width"), [(1, 1), (16, 16), (17, 33), (64, 96)])
def test_smooth_pictures_come_back(height: int, width: int) -> None:
    pixels = photograph(height, width)
    size = Size(width, height)
    columns, rows = size.padded
    data = to_planes(pixels)
    assert columns % 2 == rows % 2 == 0
    assert columns >= max(width, 16) and rows >= max(height, 16)
    assert len(data) == 2 * columns * rows * 3 // 2
    assert psnr_db(pixels, from_planes(data, size)) > 40


def test_a_chroma_sample_is_the_mean_of_its_four_pixels() -> None:
    pixels = np.zeros((16, 16, 3), np.uint8)
    pixels[0, 0] = (0, 0, 255)
    samples = np.frombuffer(to_planes(pixels), "<u2")
    assert samples[256] == round((0.5 + 0.5 / 4) * 1023)
    assert (samples[257:320] == round(0.5 * 1023)).all()
