"""What `quality` means as a scale."""

import pytest

from beholder.jpeg.quality import quality_of_scale, scale_of_quality


@pytest.mark.parametrize("observer", ["human", "mse", "an observer without a fit"])
def test_scales_fall_with_quality_and_lead_back(observer: str) -> None:
    qualities = [1, 2, 5, 10, 33.3, 50, 75, 90, 95, 99, 100]
    scales = [scale_of_quality(observer, quality) for quality in qualities]
    assert scales == sorted(scales, reverse=True)
    # libjpeg-turbo's qualities 1 and 2 are nearly the same tables; the scales of both may be.
    for quality, scale in list(zip(qualities, scales, strict=True))[2:]:
        assert quality_of_scale(observer, scale) == pytest.approx(quality, abs=1e-6)


def test_scales_beyond_the_fit_are_its_ends() -> None:
    assert quality_of_scale("human", 1e6) == 1
    assert quality_of_scale("human", 1e-6) == 100


def test_observers_without_a_fit_share_that_of_mse() -> None:
    assert scale_of_quality("camera", 60) == scale_of_quality("mse", 60)
