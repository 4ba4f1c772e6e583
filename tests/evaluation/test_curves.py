import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.errors import UsageError
from beholder.evaluation import RateScoreCurve


def test_points_are_ordered_by_rate():
    curve = RateScoreCurve.from_points([(2, 40), (0.5, 30), (1, 35)])
    assert curve == RateScoreCurve((0.5, 1, 2), (30, 35, 40))


def test_points_that_a_smaller_file_beats_are_not_efficient():
    curve = RateScoreCurve.from_points([(1, 30), (1, 31), (2, 31), (3, 29), (4, 35), (5, 35.5)])
    assert curve.efficient() == RateScoreCurve((1, 4, 5), (31, 35, 35.5))


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), min_size=1, max_size=30))
def test_the_efficient_points_are_those_that_no_other_beats(points):
    kept = RateScoreCurve.from_points(points).efficient()
    beaten = {
        (rate, score)
        for rate, score in points
        for other_rate, other_score in points
        if other_rate <= rate and other_score >= score and (other_rate, other_score) != (rate, score)
    }
    assert list(zip(kept.rates_bpp, kept.scores, strict=True)) == sorted(set(points) - beaten)


@pytest.mark.parametrize(
    "point", [(0, 30), (-1, 30), (math.nan, 30), (math.inf, 30), (1, math.inf), (1, math.nan)]
)
def test_refuses_points_without_a_place(point):
    with pytest.raises(UsageError, match="finite"):
        RateScoreCurve.from_points([point, (1, 2), (2, 3)])
