import pytest

from beholder.errors import UsageError
from beholder.evaluation import bd_rate
from beholder.evaluation.curves_of_rows import Column
from beholder.evaluation.published_curves import find_published, published_curves

PSNR = Column("psnr", "dB", higher_is_better=True)


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
            assert len(published.curve(Column(name, "", higher_is_better=True)).efficient().scores) >= 3


def test_says_what_there_is() -> None:
    with pytest.raises(
        UsageError, match=r"no published curve is called 'vtm99'; there are av1, .*, vtm, webp"
    ):
        find_published("vtm99")
    with pytest.raises(UsageError, match="vtm was published in psnr, ms-ssim, not in top1"):
        find_published("vtm").curve(Column("top1", "", higher_is_better=True))
