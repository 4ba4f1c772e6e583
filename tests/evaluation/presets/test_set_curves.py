import math

import pytest

from beholder.evaluation.presets.set_curves import DRAWS, SetCurves
from beholder.evaluation.rows import Row
from beholder.evaluation.score import Aggregate, Column

COLUMN = Column("top1:net", aggregate=Aggregate.MEANS)


def rows(codec: str, scores: dict[str, list[float]]) -> dict[str, list[Row]]:
    return {
        item: [
            Row(item=item, codec=codec, quality=place, rate_bpp=2.0**place, scores={COLUMN.name: score})
            for place, score in enumerate(own)
        ]
        for item, own in scores.items()
    }


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
