import math

import numpy as np
import pytest

from beholder.evaluation.presets.set_curves import DRAWS, MeanCurve, SetCurves
from beholder.evaluation.rows import Row
from beholder.evaluation.score import Aggregate, Column

COLUMN = Column("top1:net", aggregate=Aggregate.MEANS)


def curve(points: list[tuple[float, float]]) -> MeanCurve:
    rates, scores = zip(*points, strict=True)
    return MeanCurve(np.array(rates), np.array(scores))


def rows(codec: str, scores: dict[str, list[float]]) -> dict[str, list[Row]]:
    return {
        item: [
            Row(item=item, codec=codec, quality=place, rate_bpp=2.0**place, scores={COLUMN.name: score})
            for place, score in enumerate(own)
        ]
        for item, own in scores.items()
    }


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


def test_curves_are_over_the_pictures_that_all_have() -> None:
    anchor = rows("a", {"1": [0, 1], "2": [0, 1], "3": [1, 1]})
    test = rows("t", {"1": [1, 1], "2": [0, 0], "4": [1, 1]})
    curves = SetCurves(anchor, test, rows("original", {"1": [1], "2": [0], "3": [1]}), COLUMN)
    comparison = curves.comparison()
    assert curves.count == 2
    assert comparison.anchor.scores.tolist() == [0, 1]
    assert comparison.test.scores.tolist() == [0.5, 0.5]
    assert comparison.test.rates_bpp.tolist() == [1, 2]
    assert comparison.original == 0.5
    assert SetCurves(anchor, rows("t", {"9": [1, 1]}), None, COLUMN).count == 0


def test_rates_stand_in_order_whatever_the_qualities() -> None:
    falling = {"1": [*reversed(rows("a", {"1": [0.25, 0.75]})["1"])]}
    comparison = SetCurves(falling, falling, None, COLUMN).comparison()
    assert comparison.anchor.rates_bpp.tolist() == [1, 2]
    assert comparison.anchor.scores.tolist() == [0.25, 0.75]
    assert math.isnan(comparison.original)


def test_draws_are_of_pictures_of_all_curves_together() -> None:
    anchor = rows("a", {str(number): [number, number] for number in range(5)})
    test = rows("t", {str(number): [number + 1, number + 1] for number in range(5)})
    original = rows("original", {str(number): [number + 2] for number in range(5)})
    draws = list(SetCurves(anchor, test, original, COLUMN).draws())
    assert len(draws) == DRAWS
    for draw in draws:
        assert draw.test.scores == pytest.approx(draw.anchor.scores + 1)
        assert draw.original == pytest.approx(draw.anchor.scores[0] + 2)
    assert len({float(draw.anchor.scores[0]) for draw in draws}) > 10
