import math

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from beholder.errors import UsageError
from beholder.metrics import psnr_db, psnr_luma_db
from tests.metrics.pictures import DISTORTIONS, astronaut, noisy, synthetic


@pytest.mark.parametrize("name", [name for name in DISTORTIONS if name != "same"])
def test_agrees_with_scikit_image(name):
    original = astronaut()
    decoded = DISTORTIONS[name](original)
    assert psnr_db(original, decoded) == pytest.approx(peak_signal_noise_ratio(original, decoded), abs=1e-9)


def test_equal_pictures_are_infinitely_close():
    assert psnr_db(astronaut(), astronaut()) == math.inf
    assert psnr_luma_db(astronaut(), astronaut()) == math.inf


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 3), (3, 5), (1300, 900, 3)])
def test_black_against_white_is_0_db(shape):
    black = np.zeros(shape, np.uint8)
    assert psnr_db(black, black + 255) == 0.0
    assert psnr_luma_db(black, black + 255) == 0.0


def test_luma_is_that_of_jpeg():
    original = synthetic(37, 50)
    decoded = noisy(original, 20)
    weights = [0.299, 0.587, 0.114]
    error = (original.astype(float) - decoded) @ weights
    assert psnr_luma_db(original, decoded) == pytest.approx(
        10 * math.log10(255**2 / np.mean(error**2)), abs=1e-9
    )


def test_strided_pictures_score_as_their_copies():
    original = astronaut()[::3, ::-2]
    decoded = noisy(original, 9)
    assert psnr_db(original, decoded) == psnr_db(original.copy(), decoded.copy())


@pytest.mark.parametrize(
    ("original", "decoded", "message"),
    [
        (
            np.zeros((4, 4), np.uint8),
            np.zeros((4, 5), np.uint8),
            r"one shape, got \(4, 4\) \(original\) and \(4, 5\)",
        ),
        (np.zeros((4, 4), np.float32), np.zeros((4, 4), np.float32), "8-bit pictures, got dtype float32"),
        (np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), "convert to RGB first"),
        (np.zeros((0, 4), np.uint8), np.zeros((0, 4), np.uint8), "at least one pixel"),
        ([[1, 2]], [[1, 2]], "numpy arrays, got list"),
    ],
)
def test_refuses_what_it_cannot_compare(original, decoded, message):
    for metric in (psnr_db, psnr_luma_db):
        with pytest.raises(UsageError, match=message):
            metric(original, decoded)
