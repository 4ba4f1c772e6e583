import math

import numpy as np
import pytest
from scipy.ndimage import correlate1d

from beholder import _core
from beholder.errors import UnsupportedImageError, UsageError
from beholder.metrics import ms_ssim, ms_ssim_db
from tests.metrics.pictures import DISTORTIONS, astronaut, coffee, noisy, quantised, synthetic


def twin(original, decoded):
    """MS-SSIM by its definition: float64, whole images, scipy's convolution."""
    window = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    window /= window.sum()
    weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]

    def windowed(plane):
        for axis in (0, 1):
            plane = correlate1d(plane, window, axis=axis, mode="constant")
        return plane[5:-5, 5:-5]

    def halved(plane):
        plane = np.pad(plane, [(side % 2, side % 2) for side in plane.shape])
        height, width = plane.shape[0] // 2, plane.shape[1] // 2
        return plane[: 2 * height, : 2 * width].reshape(height, 2, width, 2).mean(axis=(1, 3))

    scores = []
    for channel in range(3):
        a, b = original[..., channel].astype(float), decoded[..., channel].astype(float)
        score = 1.0
        for scale, weight in enumerate(weights):
            if scale:
                a, b = halved(a), halved(b)
            mean_a, mean_b = windowed(a), windowed(b)
            covariance = windowed(a * b) - mean_a * mean_b
            variances = windowed(a * a) - mean_a**2 + windowed(b * b) - mean_b**2
            quality = (2 * covariance + 7.65**2) / (variances + 7.65**2)
            if scale == 4:
                quality = quality * (2 * mean_a * mean_b + 2.55**2) / (mean_a**2 + mean_b**2 + 2.55**2)
            score *= max(quality.mean(), 0) ** weight
        scores.append(score)
    return np.mean(scores)


@pytest.mark.parametrize("name", DISTORTIONS)
@pytest.mark.parametrize(
    "make", [astronaut, coffee, lambda: synthetic(161, 233), lambda: synthetic(200, 162)]
)
def test_agrees_with_the_definition(make, name):
    original = make()
    decoded = DISTORTIONS[name](original)
    assert ms_ssim(original, decoded) == pytest.approx(twin(original, decoded), abs=1e-13)


@pytest.mark.parametrize("name", ["nudged", "quantised 40", "noisy 60", "blurred 3"])
def test_agrees_with_pytorch_msssim(name):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    pytorch_msssim = pytest.importorskip("pytorch_msssim", reason="pytorch_msssim is not installed")
    original = coffee()
    decoded = DISTORTIONS[name](original)
    a, b = (
        torch.from_numpy(p.astype(np.float64).transpose(2, 0, 1)[np.newaxis].copy())
        for p in (original, decoded)
    )
    # Its window is rounded to single precision, whatever the precision of the pictures: 1e-6 in the score.
    assert ms_ssim(original, decoded) == pytest.approx(
        float(pytorch_msssim.ms_ssim(a, b, data_range=255)), abs=3e-6
    )


def test_equal_pictures_are_infinitely_close_in_db():
    assert ms_ssim(astronaut(), astronaut()) == 1.0
    assert ms_ssim_db(astronaut(), astronaut()) == math.inf


def test_db_is_the_logarithm_of_the_rest():
    original, decoded = astronaut(), quantised(astronaut(), 30)
    assert ms_ssim_db(original, decoded) == -10 * math.log10(1 - ms_ssim(original, decoded))


def test_a_negative_picture_scores_0():
    original = noisy(np.full((170, 170, 3), 128, np.uint8), 100)
    assert ms_ssim(original, 255 - original) == 0.0


def test_more_noise_scores_lower():
    scores = [ms_ssim(astronaut(), noisy(astronaut(), amplitude)) for amplitude in (1, 2, 5, 12, 30, 80)]
    assert scores == sorted(scores, reverse=True)


def test_grey_scores_as_three_equal_components():
    grey = coffee()[..., 0]
    decoded = quantised(grey, 20)
    stacked = np.stack([grey] * 3, axis=2), np.stack([decoded] * 3, axis=2)
    assert ms_ssim(grey, decoded) == ms_ssim(*stacked)


def test_strided_pictures_score_as_their_copies():
    original = astronaut()[::2, ::-2]
    decoded = quantised(original, 12)
    assert ms_ssim(original, decoded) == ms_ssim(original.copy(), decoded.copy())


def test_refuses_what_it_cannot_compare():
    picture = synthetic(170, 170)
    with pytest.raises(UnsupportedImageError, match="at least 161 x 161 pixels, this picture has 170 x 160"):
        ms_ssim(picture[:160], picture[:160])
    with pytest.raises(UsageError, match="one shape"):
        ms_ssim(picture, picture[:165])
    with pytest.raises(_core.CoreError, match="170 x 165 pixels, the original 170 x 170"):
        _core.ms_ssim(picture, picture[:165].copy())
    with pytest.raises(_core.CoreError, match="at least 161 x 161"):
        _core.ms_ssim(picture[:160].copy(), picture[:160].copy())
