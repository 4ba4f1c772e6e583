import math
from dataclasses import replace
from pathlib import Path

import pytest

from beholder.evaluation.curves_of_rows import means
from beholder.evaluation.deltas import set_deltas
from beholder.evaluation.item import Item
from beholder.evaluation.report import run_data as module
from beholder.evaluation.report.bands import mean_bands
from beholder.evaluation.report.run_data import RunData, run_data
from beholder.evaluation.run_record import Run, read_run
from beholder.evaluation.score import Aggregate, Column, Scale
from tests.evaluation.report.run_folders import rows_of, write_folder

ITEMS = [Item(name=f"{number}.png", path=Path(f"/gone/{number}.png")) for number in range(3)]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return read_run(write_folder(tmp_path / "run", ITEMS))


@pytest.fixture
def data(run: Run) -> RunData:
    return run_data(run, "a run", ["jpeg", "fine"])


def test_means_are_those_of_the_tables(run: Run, data: RunData) -> None:
    jpeg, fine, vtm = data.curves
    assert [jpeg.codec, fine.codec, vtm.codec] == ["jpeg", "fine", "vtm (published)"]
    assert [jpeg.published, fine.published, vtm.published] == [False, False, True]
    expected = {(mean.codec, mean.quality): mean for mean in means(run.rows)}
    for curve in (jpeg, fine):
        assert [point.rate for point in curve.points] == sorted(point.rate for point in curve.points)
        for point in curve.points:
            assert point.quality is not None
            mean = expected[curve.codec, point.quality]
            assert (point.rate, point.scores, point.items) == (mean.rate_bpp, mean.scores, 3)
    assert vtm.points[0].scores.keys() == {"psnr", "ms-ssim"}


def test_bands_hold_their_means_and_are_of_several_pictures(run: Run, data: RunData) -> None:
    for point in data.curves[0].points:
        # Of three pictures 1 dB apart, each is drawn three times in 1 of 27 draws: beyond 2.5 % either way.
        mean = point.scores["psnr"]
        assert point.bands["psnr"] == pytest.approx((mean - 1, mean + 1))
    assert mean_bands([row for row in run.rows if row.item == "0.png"], run.columns) == {}


def test_a_mean_that_is_not_finite_has_no_band(run: Run) -> None:
    rows = [replace(row, scores={"psnr": math.inf}) if row.quality == 4 else row for row in run.rows]
    bands = mean_bands(rows, run.columns)
    assert "psnr" not in bands.get(("jpeg", 4.0), {})
    assert "psnr" in bands["jpeg", 8.0]


def test_deltas_are_those_against_each_anchor(run: Run, data: RunData) -> None:
    assert data.anchor == "jpeg"
    for anchor, other in (("jpeg", "fine"), ("fine", "jpeg")):
        shown = {(each.codec, each.column, each.kind): each for each in data.deltas[anchor]}
        for delta in set_deltas(run.rows, anchor, run.columns, None):
            each = shown[other, delta.column, delta.kind]
            assert (each.value, each.interval, each.items) == (delta.value, delta.interval, delta.items)
        assert ("vtm (published)", "psnr", "rate") in shown


def test_reasons_of_refusals_are_counted_and_shortened(tmp_path: Path) -> None:
    items = [Item(name=f"{number}.png", path=Path("/gone")) for number in range(7)]
    rows = rows_of(items, lambda number, codec, quality: quality if codec == "fine" else 1e-3 * quality)
    rows = [replace(row, scores={"psnr": row.quality + 100 * (row.codec == "fine")}) for row in rows]
    data = run_data(read_run(write_folder(tmp_path / "run", items, rows)), "run", ["jpeg"])
    delta = next(each for each in data.deltas["jpeg"] if each.codec == "fine" and each.kind == "rate")
    assert delta.value is None
    assert (delta.refused, delta.items_asked) == (7, 7)
    assert len(delta.reasons) == 5
    assert delta.reasons[0].startswith("0.png: ")


def test_single_pictures_keep_what_is_missing(tmp_path: Path) -> None:
    rows = rows_of(ITEMS)
    rows[0] = replace(rows[0], scores={})
    rows[1] = replace(rows[1], rate_bpp=None, error="failed")
    data = run_data(read_run(write_folder(tmp_path / "run", ITEMS, rows)), "run", ["jpeg"])
    curve = data.pictures["0.png"]["jpeg"]
    assert list(curve.quality) == [4, 16, 32]
    assert curve.scores["psnr"][0] is None
    assert data.failed == 1


def test_of_large_runs_some_pictures_have_curves(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_NUMBERS", 70)
    data = run_data(run, "run", ["jpeg"])
    assert (len(data.pictures), data.pictures_left_out) == (2, 1)


def test_costs_are_means_and_the_most_memory(data: RunData) -> None:
    cost = data.curves[0].cost
    assert cost is not None
    assert (cost.encode_cpu_s, cost.decode_cpu_s) == (0.5, 0.25)
    assert (cost.encode_memory_bytes, cost.decode_memory_bytes) == (2000, None)
    assert data.curves[-1].cost is None


def test_titles_leave_folders_out_where_they_still_differ(tmp_path: Path, run: Run) -> None:
    names = ["kl:a/net.pt", "kl:b/net.pt", "top1:a/net.toml", "kl:torchvision:resnet50", "psnr"]
    columns = [Column(name) for name in names]
    data = run_data(replace(run, columns=columns), "run", ["jpeg"])
    titles = [column.title for column in data.columns]
    assert titles == ["kl:a/net.pt", "kl:b/net.pt", "top1:net", "kl:torchvision:resnet50", "psnr"]


@pytest.mark.parametrize(
    ("column", "scale", "on_curve"),
    [
        (Column("psnr", "dB"), "linear", lambda value: value),
        (Column("ms-ssim", "", Scale.DECIBELS), "decibels", lambda value: -10 * math.log10(1 - value)),
        (
            Column("kl:net", "nats", Scale.DECADES, Aggregate.MEANS),
            "decades",
            lambda value: -math.log10(value),
        ),
        (Column("lpips", "", Scale.TURNED), "turned", lambda value: -value),
    ],
)
def test_scales_are_those_of_the_curves(column: Column, scale: str, on_curve: object) -> None:
    assert column.scale == scale
    assert column.on_curve(0.25) == pytest.approx(on_curve(0.25))  # type: ignore[operator]
