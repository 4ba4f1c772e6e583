import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.errors import UsageError
from beholder.evaluation import RateScoreCurve, bd_rate, bd_score

ANCHOR = RateScoreCurve((0.15, 0.3, 0.55, 0.9, 1.5, 2.6), (27.1, 29.9, 32.4, 34.5, 37.0, 40.2))
TEST = RateScoreCurve((0.12, 0.26, 0.5, 0.8, 1.4, 2.1), (27.4, 30.0, 32.9, 34.9, 37.7, 39.5))


def scaled(curve, factor):
    return RateScoreCurve(tuple(rate * factor for rate in curve.rates_bpp), curve.scores)


@pytest.mark.parametrize("method", ["akima", "pchip"])
def test_agrees_with_the_bjontegaard_package(method):
    package = pytest.importorskip("bjontegaard", reason="the bjontegaard package is not installed")
    points = (ANCHOR.rates_bpp, ANCHOR.scores, TEST.rates_bpp, TEST.scores)
    rate = package.bd_rate(*points, method=method, min_overlap=0)
    score = package.bd_psnr(*points, method=method, min_overlap=0)
    assert bd_rate(ANCHOR, TEST, method=method).value == pytest.approx(rate, abs=1e-9)
    assert bd_score(ANCHOR, TEST, method=method).value == pytest.approx(score, abs=1e-9)


@pytest.mark.parametrize("window", [None, (0.15, 2.5), (1.0, 2.0), (0.3, 0.55)])
def test_a_codec_that_always_needs_a_fifth_less_is_at_minus_20_percent(window):
    delta = bd_rate(ANCHOR, scaled(ANCHOR, 0.8), anchor_window_bpp=window)
    assert delta.value == pytest.approx(-20)
    assert delta.overlap == pytest.approx(1)


def test_a_codec_that_always_scores_3_more_is_at_plus_3():
    better = RateScoreCurve(ANCHOR.rates_bpp, tuple(score + 3 for score in ANCHOR.scores))
    delta = bd_score(ANCHOR, better, window_bpp=(0.2, 2))
    assert delta.value == pytest.approx(3)
    assert delta.interval == (0.2, 2)
    assert delta.overlap == pytest.approx(1)


def test_a_window_compares_the_anchors_scores_over_it():
    line = RateScoreCurve((0.1, 1.0, 10.0), (20, 30, 40))  # 10 a decade: straight over the logarithm
    delta = bd_rate(line, scaled(line, 0.5), anchor_window_bpp=(1, 10**0.5))
    assert delta.interval == pytest.approx((30, 35))


def test_overlap_is_the_share_of_the_window_that_both_curves_reach():
    line = RateScoreCurve((0.1, 1.0, 10.0), (20, 30, 40))
    short = RateScoreCurve((0.1, 1.0, 10**0.5), (20, 30, 35))
    assert bd_rate(line, short, anchor_window_bpp=(1, 10)).overlap == pytest.approx(0.5)
    assert bd_rate(short, line, anchor_window_bpp=(1, 10)).overlap == pytest.approx(0.5)
    assert bd_score(line, short, window_bpp=(1, 10)).overlap == pytest.approx(0.5)
    assert bd_rate(line, short).overlap == pytest.approx(0.75)
    assert bd_score(line, short).overlap == pytest.approx(0.75)


@given(st.floats(0.05, 3), st.floats(1.01, 3))
def test_a_window_may_reach_past_both_ends_of_the_anchor(first_bpp, ratio):
    # Logarithms of the same rate by two routines differ in the last bit, on either side of the curve's end.
    anchor = RateScoreCurve(tuple(first_bpp * ratio**step for step in range(4)), (20, 30, 40, 50))
    delta = bd_rate(anchor, scaled(anchor, 0.8), anchor_window_bpp=(0.01, 1000))
    assert delta.value == pytest.approx(-20)
    assert 0 < delta.overlap < 1
    assert bd_score(anchor, anchor, window_bpp=(0.01, 1000)).value == 0


def test_points_that_a_smaller_file_beats_do_not_count():
    detour = RateScoreCurve.from_points(
        [*zip(TEST.rates_bpp, TEST.scores, strict=True), (1.0, 33.0), (1.1, 34.9)]
    )
    delta = bd_rate(ANCHOR, detour)
    assert delta.value == bd_rate(ANCHOR, TEST).value
    assert delta.points_left_out == (0, 2)


def test_swapping_the_curves_inverts_the_ratio():
    there, back = bd_rate(ANCHOR, TEST).value, bd_rate(TEST, ANCHOR).value
    assert (1 + there / 100) * (1 + back / 100) == pytest.approx(1)
    assert bd_score(ANCHOR, TEST).value == pytest.approx(-bd_score(TEST, ANCHOR).value)


def test_many_points_on_smooth_curves_approach_the_exact_integral():
    rates = np.geomspace(0.1, 4, 60)
    anchor = RateScoreCurve.from_points(zip(rates, 30 + 5 * np.log(rates), strict=True))
    test = RateScoreCurve.from_points(zip(rates, 30 + 6 * np.log(rates), strict=True))
    # At score s the rates are exp((s - 30) / 5) and exp((s - 30) / 6): the mean gap is the one at the
    # middle score.
    low, high = 30 + 5 * math.log(0.1), 30 + 5 * math.log(4)
    middle = (low + high) / 2 - 30
    assert bd_rate(anchor, test).value == pytest.approx(
        (math.exp(middle / 6 - middle / 5) - 1) * 100, abs=1e-4
    )


def test_refuses_to_compare_where_nothing_overlaps():
    with pytest.raises(UsageError, match="no score to compare at"):
        bd_rate(ANCHOR, RateScoreCurve((1, 2, 3), (50, 51, 52)))
    with pytest.raises(UsageError, match="no rate to compare at"):
        bd_score(ANCHOR, scaled(ANCHOR, 100))
    with pytest.raises(UsageError, match="no rate to compare at"):
        bd_score(ANCHOR, TEST, window_bpp=(5, 6))
    with pytest.raises(UsageError, match="does not touch the window of 5 to 6 bpp"):
        bd_rate(ANCHOR, TEST, anchor_window_bpp=(5, 6))
    with pytest.raises(UsageError, match="0 < LOW < HIGH"):
        bd_rate(ANCHOR, TEST, anchor_window_bpp=(2, 1))
    with pytest.raises(UsageError, match="0 < LOW < HIGH"):
        bd_score(ANCHOR, TEST, window_bpp=(0, 1))
    with pytest.raises(UsageError, match="the test curve has 2 points that no smaller file beats, of 3"):
        bd_rate(ANCHOR, RateScoreCurve((1, 2, 3), (30, 29, 31)))
    with pytest.raises(UsageError, match="the anchor curve has 1 points"):
        bd_score(RateScoreCurve((1,), (30,)), ANCHOR)
