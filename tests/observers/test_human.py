"""What holds for the weights of `human` whatever constants were fitted."""

import numpy as np
import pytest

from beholder.observers import human

SAMPLINGS = {
    "grey": ((1, 1),),
    "4:4:4": ((1, 1), (1, 1), (1, 1)),
    "4:2:2": ((2, 1), (1, 1), (1, 1)),
    "4:4:0": ((1, 2), (1, 1), (1, 1)),
    "4:2:0": ((2, 2), (1, 1), (1, 1)),
    "4:1:1": ((4, 1), (1, 1), (1, 1)),
}


@pytest.mark.parametrize("name", SAMPLINGS)
def test_arrays_for_every_sampling(name: str) -> None:
    sampling = SAMPLINGS[name]
    sensitivity = human().sensitivity(sampling)
    for array in (sensitivity.frequency, sensitivity.start_steps):
        assert array.shape == (len(sampling), 64)
        assert array.dtype == np.float32
        assert np.all(np.isfinite(array))
        assert np.all(array > 0)
    assert sensitivity.masking is not None
    assert sensitivity.masking.knee > 0
    assert sensitivity.lambda_ratio > 0


def test_luma_is_the_same_whatever_the_chroma() -> None:
    tables = [human().sensitivity(sampling) for sampling in SAMPLINGS.values()]
    for other in tables[1:]:
        assert np.array_equal(other.frequency[0], tables[0].frequency[0])


def test_grey_starts_from_the_luma_steps_of_color() -> None:
    grey = human().sensitivity(SAMPLINGS["grey"]).start_steps[0]
    color = human().sensitivity(SAMPLINGS["4:2:0"]).start_steps[0]
    np.testing.assert_allclose(grey, color, rtol=1e-5)


def test_half_sampling_lies_between_none_and_both() -> None:
    full, halved, both = (
        human().sensitivity(SAMPLINGS[name]).frequency[1:] for name in ("4:4:4", "4:2:2", "4:2:0")
    )
    np.testing.assert_allclose(halved, np.sqrt(full * both), rtol=1e-5)
    vertical = human().sensitivity(SAMPLINGS["4:4:0"]).frequency[1:]
    assert np.array_equal(vertical, halved)


def test_people_see_low_frequencies_better() -> None:
    luma = human().sensitivity(SAMPLINGS["4:2:0"]).frequency[0]
    assert luma[:6].mean() > 2 * luma[36:].mean()
