import math

import numpy as np
import pytest

from beholder.evaluation.mean_curve import MeanCurve


def curve(points: list[tuple[float, float]]) -> MeanCurve:
    rates, scores = zip(*points, strict=True)
    return MeanCurve.through(np.array(rates), np.array(scores))


def test_a_score_is_linear_in_the_logarithm_of_the_rate() -> None:
    found = curve([(1, 10), (4, 30)])
    assert found.score_at(2) == pytest.approx(20)
    assert (found.score_at(1), found.score_at(4)) == (10, 30)
    assert math.isnan(found.score_at(0.99))
    assert math.isnan(found.score_at(4.01))


def test_a_rate_is_the_least_from_which_on_the_score_is_reached() -> None:
    wobbling = curve([(1, 0.2), (2, 0.6), (4, 0.4), (8, 0.8)])
    # 0.5 is first reached before 2, but lost again at 4: only the last crossing counts.
    assert wobbling.rate_for(0.5) == pytest.approx(4 * 2**0.25)
    assert wobbling.rate_for(0.3) == pytest.approx(2**0.5)
    assert wobbling.rate_for(0.8) == pytest.approx(8)
    assert wobbling.rate_for(0.2) == 1
    assert math.isnan(wobbling.rate_for(0.81))
    assert math.isnan(wobbling.rate_for(0.19))
    assert math.isnan(wobbling.rate_for(math.nan))
    assert curve([(1, 1), (2, 1)]).rate_for(1) == 1


def test_points_stand_in_any_order() -> None:
    assert curve([(4, 30), (1, 10)]).rates_bpp.tolist() == [1, 4]
    assert curve([(4, 30), (1, 10)]).score_at(2) == pytest.approx(20)
