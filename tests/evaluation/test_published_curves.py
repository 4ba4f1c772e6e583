import json
from pathlib import Path

import pytest

from beholder.errors import InputError, UsageError
from beholder.evaluation import bd_rate
from beholder.evaluation.published_curves import find_all_published, find_published, published_curves
from beholder.evaluation.score import Aggregate, Column, Scale

PSNR = Column("psnr", "dB")


@pytest.mark.parametrize(
    ("anchor", "test", "percent"),
    # The values that the issue states for CompressAI's published points.
    [("vtm", "bpg_444", 22.0), ("mbt2018-mean_mse", "cheng2020-anchor_mse", -16.5)],
)
def test_bd_rates_of_published_points(anchor: str, test: str, percent: float) -> None:
    delta = bd_rate(find_published(anchor).curve(PSNR), find_published(test).curve(PSNR))
    assert delta.value == pytest.approx(percent, abs=0.1)


def test_every_curve_says_where_it_is_from_and_can_be_drawn() -> None:
    curves = published_curves()
    assert len(curves) >= 30
    for published in curves.values():
        assert "Kodak" in published.source
        assert "BSD-3-Clause-Clear" in published.licence
        assert published.scores
        for name in published.scores:
            assert len(published.curve(Column(name)).efficient().scores) >= 3


def test_says_what_there_is() -> None:
    with pytest.raises(
        UsageError, match=r"no published curve is called 'vtm99'; there are av1, .*, vtm, webp, and files"
    ):
        find_published("vtm99")
    with pytest.raises(UsageError, match="vtm was published in psnr, ms-ssim, not in top1"):
        find_published("vtm").curve(Column("top1", aggregate=Aggregate.MEANS))


def test_reads_a_curve_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    results = {"bpp": [0.1, 0.2, 0.4], "psnr-rgb": [28, 30, 32], "ms-ssim-db-rgb": [10, 13, 16.5]}
    path.write_text(json.dumps({"name": "x", "description": "Mine", "results": results}))
    published = find_published(str(path))
    assert (published.title, published.description) == ("mine (published)", "Mine")
    assert published.rates_bpp == (0.1, 0.2, 0.4)
    assert published.scores["psnr"] == (28, 30, 32)
    assert published.scores["ms-ssim"][0] == pytest.approx(0.9)
    # On the curve MS-SSIM is in decibels again.
    assert published.curve(Column("ms-ssim", "", Scale.DECIBELS)).scores[2] == pytest.approx(16.5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "no curve as CompressAI writes them"),
        ('{"results": {"psnr-rgb": [30]}}', "KeyError: 'bpp'"),
        ('{"results": {"bpp": [0.1]}}', "has none of the scores psnr-rgb"),
        ('{"results": {"bpp": [0.1, 0.2], "psnr-rgb": [30]}}', "one score a rate"),
        ('{"results": {"bpp": [0.1], "psnr-rgb": [NaN]}}', "must be finite numbers"),
        ('{"results": {"bpp": [0.0], "psnr-rgb": [30]}}', "must be above 0"),
    ],
)
def test_refuses_a_file_that_holds_no_curve(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.json"
    path.write_text(text)
    with pytest.raises(InputError, match=message) as caught:
        find_published(str(path))
    assert str(caught.value).startswith(str(path))


def test_says_that_a_file_of_a_curve_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"mine\.json: No such file"):
        find_published(str(tmp_path / "mine.json"))


def test_two_curves_of_one_name_are_refused(tmp_path: Path) -> None:
    assert [each.name for each in find_all_published(["vtm", "webp", "vtm"])] == ["vtm", "webp"]
    path = tmp_path / "vtm.json"
    path.write_text('{"results": {"bpp": [0.1, 0.2, 0.4], "psnr-rgb": [28, 30, 32]}}')
    with pytest.raises(UsageError, match=r"two published curves are called vtm: .*; rename the file"):
        find_all_published(["vtm", str(path)])
