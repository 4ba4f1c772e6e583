import numpy as np
import pytest
from scipy import stats

from beholder.evaluation.bootstrap import DRAWS, draw_means, mean_interval, percentile_interval


def test_the_interval_is_that_of_scipy() -> None:
    values = np.random.default_rng(1).gamma(2, size=24)
    theirs = stats.bootstrap(
        (values,),
        np.mean,
        n_resamples=DRAWS,
        method="percentile",
        rng=np.random.default_rng(2),
    ).confidence_interval
    spread = values.std() / 24**0.5
    assert mean_interval(values) == pytest.approx((theirs.low, theirs.high), abs=0.06 * spread)


def test_the_same_values_give_the_same_interval() -> None:
    values = np.arange(10.0)
    assert mean_interval(values) == mean_interval(values)
    assert mean_interval(np.full(5, 3.0)) == (3, 3)


@pytest.mark.parametrize("count", [1, 7, 300_000])
def test_numbers_of_a_picture_are_drawn_together(count: int) -> None:
    values = np.arange(count, dtype=np.float64)
    means = np.array(list(draw_means(np.stack([values, 2 * values + 1], axis=1), 12)))
    assert means.shape == (12, 2)
    np.testing.assert_allclose(means[:, 1], 2 * means[:, 0] + 1)


def test_percentiles_hold_the_middle_95_percent() -> None:
    assert percentile_interval(np.arange(1001.0)) == pytest.approx((25, 975))
