import math
from dataclasses import replace

import numpy as np
import pytest

from beholder.evaluation.deltas import SetDelta
from beholder.evaluation.mean_curve import MeanCurve
from beholder.evaluation.presets.readings import (
    NOT_REACHED,
    NOTHING,
    CurveReading,
    DeltaReading,
    Measured,
    PublishedAnchorReading,
    above_people,
    anchor_score_at,
    gain_at,
    kept_at,
    least_rate_divided,
    loss_at,
    most_gain,
    rate_divided,
    score_at,
)
from beholder.evaluation.presets.set_curves import Comparison
from beholder.evaluation.published_curves import find_published
from beholder.evaluation.rows import Row
from beholder.evaluation.score import Column

PSNR = Column("psnr", "dB")


def curve(rates: list[float], scores: list[float]) -> MeanCurve:
    return MeanCurve(np.array(rates), np.array(scores))


ANCHOR = curve([0.25, 0.5, 1, 2], [0.2, 0.4, 0.6, 0.8])


def test_readings_of_two_curves() -> None:
    half = Comparison(ANCHOR, curve([0.125, 0.25, 0.5, 1], [0.2, 0.4, 0.6, 0.8]), original=0.9)
    assert score_at(0.5)(half) == pytest.approx(0.6)
    assert gain_at(0.5)(half) == pytest.approx(0.2)
    assert loss_at(0.5)(half) == pytest.approx(0.3)
    assert kept_at(0.5)(half) == pytest.approx(0.6 / 0.9)
    assert math.isnan(kept_at(0.5)(replace(half, original=0.0))), "of nothing no share is kept"
    assert rate_divided(score_at(0.5))(half) == pytest.approx(2)
    assert rate_divided(anchor_score_at(0.5))(half) == pytest.approx(2)
    assert most_gain(half) == pytest.approx(0.2)
    assert math.isnan(gain_at(1.5)(half))
    assert math.isnan(most_gain(Comparison(ANCHOR, curve([9, 10], [1, 1]), math.nan)))


def test_flat_curves_divide_no_rate() -> None:
    flat = curve([0.25, 0.5, 1, 2], [0.7, 0.7, 0.7, 0.7])
    assert rate_divided(score_at(1))(Comparison(flat, flat, 1)) == 1


def test_a_score_that_the_anchor_never_has_bounds_the_division() -> None:
    better = Comparison(ANCHOR, curve([0.25, 0.5, 1, 2], [0.3, 0.9, 0.95, 1]), 1)
    assert math.isnan(rate_divided(score_at(0.5))(better))
    assert least_rate_divided(score_at(0.5))(better) == pytest.approx(4)
    worse = Comparison(ANCHOR, curve([0.25, 0.5], [0.0, 0.1]), 1)
    assert math.isnan(least_rate_divided(score_at(0.5))(worse))


def measured(items: int = 8, originals: bool = False) -> Measured:
    """The anchor scores item/100 + quality, the codec 1 more, each picture alike."""

    def rows(codec: str, gain: float, qualities: tuple[int, ...] = (1, 2, 3, 4)) -> dict[str, list[Row]]:
        return {
            str(item): [
                Row(
                    item=str(item),
                    codec=codec,
                    quality=quality,
                    rate_bpp=float(2**quality),
                    scores={"psnr": item / 100 + quality + gain},
                )
                for quality in qualities
            ]
            for item in range(items)
        }

    return Measured(
        rows={"jpeg": rows("jpeg", 0), "ours": rows("ours", 1)},
        anchor="jpeg",
        column=PSNR,
        originals=rows("original", 9, (0,)) if originals else None,
        deltas=(
            SetDelta(
                codec="ours",
                column="psnr",
                kind="rate",
                of="items",
                value=-12.34,
                interval=(-13.0, -11.0),
                items=8,
                items_asked=8,
                overlap=1.0,
            ),
        ),
    )


def test_cells_have_number_and_interval() -> None:
    gain = CurveReading(title="gain", read=gain_at(8), places=2, signed=True)
    assert gain.of_codec(measured(), "ours") == "+1.00 [+1.00, +1.00]"
    assert gain.of_codec(measured(), "jpeg") == NOTHING
    at = CurveReading(title="at", read=score_at(8), places=1, times=100, of_anchor=True)
    cell = at.of_codec(measured(), "jpeg")
    assert cell.startswith("303.5 [30")
    low, high = (float(end) for end in cell.partition(" ")[2].strip("[]").split(", "))
    assert 300 < low < 303.5 < high < 307
    assert gain.of_published(measured(), find_published("hm")) == NOTHING


def test_a_codec_is_read_against_itself_for_people() -> None:
    two = measured()
    rows = {
        "jpeg": two.rows["jpeg"],
        "learned:a.st": two.rows["jpeg"],
        "learned:a.st+observer=0.5": two.rows["ours"],
        "learned:b.st+observer=1": two.rows["ours"],
    }
    reading = above_people(8, "dB")
    assert reading.title == "above alpha = 0 at 8 bpp, dB"
    cells = [reading.of_codec(replace(two, rows=rows), codec) for codec in rows]
    gone = "nobody measured learned:b.st"
    assert cells == [NOTHING, NOTHING, "+1.00 [+1.00, +1.00]", NOTHING], gone


def test_a_single_picture_has_no_interval() -> None:
    gain = CurveReading(title="gain", read=gain_at(8), places=1)
    assert gain.of_codec(measured(1), "ours") == "1.0"


def test_what_is_beyond_the_curves_is_told() -> None:
    beyond = CurveReading(title="gain", read=gain_at(99), places=1)
    assert beyond.of_codec(measured(), "ours") == NOT_REACHED
    assert beyond.of_codec(measured(0), "ours") == NOT_REACHED
    bound = CurveReading(title="times", read=lambda _: math.nan, least=lambda _: 4.9, places=1)
    assert bound.of_codec(measured(), "ours") == "more than 4.9"


def test_draws_that_do_not_reach_leave_no_interval() -> None:
    def sometimes(curves: Comparison) -> float:
        mean = float(curves.anchor.scores[0])
        return mean if abs(mean - 1.035) < 1e-9 else math.nan

    assert CurveReading(title="a", read=sometimes, places=3).of_codec(measured(), "ours") == "1.035"


def test_losses_are_against_the_originals() -> None:
    loss = CurveReading(title="loss", read=loss_at(8), places=1, of_anchor=True)
    assert loss.of_codec(measured(originals=True), "jpeg").startswith("6.0 [")
    assert loss.of_codec(measured(), "jpeg") == NOT_REACHED


def test_deltas_are_those_of_the_run() -> None:
    rate = DeltaReading(title="BD-rate", kind="rate", places=1)
    assert rate.of_codec(measured(), "ours") == "-12.3 [-13.0, -11.0]"
    assert rate.of_codec(measured(), "jpeg") == NOTHING
    assert DeltaReading(title="a", kind="score", places=1).of_codec(measured(), "ours") == "none"


# What table 1 of Zhu et al. says against HEVC intra, which is HM; its VTM curve differs a little from the
# published one.
@pytest.mark.parametrize(
    ("name", "paper", "within"),
    [
        ("vtm", -25.20, 1.5),
        ("bmshj2018-hyperprior_mse", 7.68, 1.0),
        ("mbt2018_mse", -13.85, 0.5),
        ("cheng2020-attn_mse", -19.76, 0.5),
    ],
)
def test_published_curves_give_the_papers_deltas(name: str, paper: float, within: float) -> None:
    reading = PublishedAnchorReading(title="a", anchor="hm", window_bpp=(0.12, 0.53))
    cell = reading.of_published(measured(), find_published(name))
    assert float(cell) == pytest.approx(paper, abs=within)
    assert reading.of_published(measured(), find_published("hm")) == "0"


def test_published_curves_are_for_the_whole_of_kodak_alone() -> None:
    hm = find_published("hm")
    rows = {
        str(item): [
            Row(item=str(item), codec="jpeg", quality=n, rate_bpp=rate, scores={"psnr": score})
            for n, (rate, score) in enumerate(zip(hm.rates_bpp, hm.scores["psnr"], strict=True))
        ]
        for item in range(24)
    }
    reading = PublishedAnchorReading(title="a", anchor="hm", window_bpp=(0.12, 0.53))
    whole = Measured(rows={"jpeg": rows}, anchor="jpeg", column=PSNR, originals=None, is_whole_kodak=True)
    assert float(reading.of_codec(whole, "jpeg")) == pytest.approx(0, abs=0.05)
    part = Measured(
        rows={"jpeg": {item: rows[item] for item in list(rows)[:23]}},
        anchor="jpeg",
        column=PSNR,
        originals=None,
    )
    assert reading.of_codec(part, "jpeg") == NOTHING
    assert DeltaReading(title="a", kind="rate", places=1).of_published(part, hm) == NOTHING
    failed = replace(part, is_whole_kodak=True)  # one of the 24 could not be measured
    assert reading.of_codec(failed, "jpeg") == "none"
