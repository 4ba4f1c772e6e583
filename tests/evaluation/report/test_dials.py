import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from beholder.evaluation.report.dials import Dial, dials_of, scores_on_dials
from beholder.evaluation.score import Aggregate, Column, Scale
from tests.evaluation.report.dialled_runs import PSNR, psnr, run_of

KL = Column("kl:net", "nats", Scale.DECADES, Aggregate.MEANS)
CODECS = {"jpeg": 0.0, "learned+observer=1": 1.0, "learned": 0.0, "learned+observer=0.5": 0.5}


def only(dials: Sequence[Dial]) -> Dial:
    (dial,) = dials
    return dial


def test_means_are_read_at_the_rate_by_alpha(tmp_path: Path) -> None:
    dial = only(dials_of(run_of(tmp_path, CODECS), 0.7, [PSNR, KL]))
    assert dial.name == "learned"
    assert [place.alpha for place in dial.places] == [0, 0.5, 1]
    assert [place.codec for place in dial.places] == ["learned", "learned+observer=0.5", "learned+observer=1"]
    assert [column.name for column in dial.columns] == ["psnr", "kl:net"], "the run's first"
    for place in dial.places:
        mean = place.means["psnr"]
        values = [psnr(item, place.alpha, 0.7) for item in range(4)]
        assert mean.value == pytest.approx(np.mean(values))
        assert mean.change == pytest.approx(-3.5 * place.alpha)
        assert mean.items == 4
        assert mean.interval is not None
        assert mean.interval[0] < mean.value < mean.interval[1]


def test_changes_are_of_the_same_pictures_at_both_places(tmp_path: Path) -> None:
    """Pictures differ by 9 dB, and what the dial costs them by 3 dB: the interval of the cost knows it."""
    first, *_, last = only(dials_of(run_of(tmp_path, CODECS), 1.0, [])).places
    assert first.means["psnr"].change_interval == (0, 0)
    interval = last.means["psnr"].change_interval
    assert interval is not None
    # By hand: -2 - item for items drawn four times from 0 to 3.
    draws = -2 - np.random.default_rng(1).integers(0, 4, (20_000, 4)).mean(axis=1)
    assert interval == pytest.approx(np.percentile(draws, [2.5, 97.5]), abs=0.3)
    same = run_of(tmp_path / "same", CODECS, score=lambda item, alpha, rate: psnr(item, 0, rate) - alpha)
    *_, last = only(dials_of(same, 1.0, [])).places
    assert last.means["psnr"].change_interval == pytest.approx((-1, -1))


def test_what_curves_do_not_reach_is_left_out(tmp_path: Path) -> None:
    run = run_of(tmp_path, CODECS)
    assert all(not place.means for place in only(dials_of(run, 3.0, [])).places)
    shorter = [row for row in run.rows if row.codec != "learned" or row.rate_bpp != 2.0]
    first, second, _ = only(dials_of(replace(run, rows=shorter), 1.5, [])).places
    assert not first.means
    assert second.means["psnr"].change is None


def test_pictures_count_that_every_place_has(tmp_path: Path) -> None:
    run = run_of(tmp_path, CODECS)
    gone = [
        replace(row, scores={}) if (row.codec, row.item) == ("learned", "3.png") else row for row in run.rows
    ]
    for place in only(dials_of(replace(run, rows=gone), 1.0, [])).places:
        assert place.means["psnr"].items == 3
        assert place.means["psnr"].value == pytest.approx(
            np.mean([psnr(item, place.alpha, 1) for item in range(3)])
        )


def test_one_picture_has_no_interval_and_lossless_ones_no_number(tmp_path: Path) -> None:
    one = only(dials_of(run_of(tmp_path / "one", CODECS, items=1), 1.0, [])).places[0].means["psnr"]
    assert (one.interval, one.change_interval, one.items) == (None, None, 1)
    endless = run_of(
        tmp_path / "endless",
        CODECS,
        score=lambda item, alpha, rate: math.inf if item == 0 and rate == 1 else 30.0,
    )
    assert not any(place.means for place in only(dials_of(endless, 1.0, [])).places)


def test_a_run_with_one_observer_has_no_dial(tmp_path: Path) -> None:
    assert dials_of(run_of(tmp_path, {"jpeg": 0, "learned": 0, "beholder:machine": 0}), 1.0, []) == []


def test_pictures_on_a_dial_have_scores_for_people_and_for_the_networks_of_the_run() -> None:
    assert scores_on_dials([]) == ["psnr", "ms-ssim"]
    columns = [Column(name) for name in ("top5:a", "agreement:a", "top1", "kl:b", "ms-ssim", "map-box:c")]
    assert scores_on_dials(columns) == ["psnr", "kl:a", "kl"]
