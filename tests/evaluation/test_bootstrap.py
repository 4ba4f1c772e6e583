import numpy as np
import pytest
from scipy import stats

from beholder.evaluation.bootstrap import DRAWS, draw_counts, mean_interval, percentile_interval


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
def test_each_draw_is_of_as_many_pictures_as_there_are(count: int) -> None:
    counts = np.concatenate(list(draw_counts(count, 12)))
    assert counts.shape == (12, count)
    assert (counts.sum(axis=1) == count).all()
    assert count == 1 or len(np.unique(counts, axis=0)) == 12


def test_percentiles_hold_the_middle_95_percent() -> None:
    assert percentile_interval(np.arange(1001.0)) == pytest.approx((25, 975))
