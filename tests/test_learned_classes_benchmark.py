"""The comparison by class of pictures, on curves whose deltas are known."""

import math
from pathlib import Path

import pytest

from beholder.evaluation.rows import Row
from benchmarks.learned.classes import class_pictures, of_class
from benchmarks.learned.tables import learned_classes, learned_worst_pictures


def rows(item: str, codec: str, factor: float, *, first_db: float = 30) -> list[Row]:
    """PSNR rises by 3 dB where the rate doubles; rates are `factor` times 0.1, 0.2, ... 1.6 bpp."""
    return [
        Row(
            item=item,
            codec=codec,
            quality=step,
            rate_bpp=factor * 0.1 * 2**step,
            scores={"psnr": first_db + 3 * step},
        )
        for step in range(5)
    ]


def pictures(**factors: float) -> list[Row]:
    found = []
    for item, factor in factors.items():
        found += rows(item, "webp", 1) + rows(item, "learned", factor)
    return found


def record(own: dict) -> dict:
    return {"codec": "learned", "classes": {"screens": own}}


def test_pictures_are_sorted_by_what_they_lose() -> None:
    own = of_class(pictures(better=0.5, worse=1.25, same=1.0), "webp", "learned")
    assert [(each["picture"], each["percent"]) for each in own["pictures"]] == [
        ("worse", pytest.approx(25)),
        ("same", pytest.approx(0, abs=1e-9)),
        ("better", pytest.approx(-50)),
    ]
    assert own["percent"] == pytest.approx(-25 / 3)
    assert own["median_percent"] == pytest.approx(0, abs=1e-9)
    low, high = own["interval"]
    assert -50 <= low < own["percent"] < high == pytest.approx(25)
    assert own["refused"] == {}
    (*_, line) = learned_classes(record(own))
    assert line.startswith("| screens | 3 | -8.3 % [")
    assert line.endswith("| -50.0 % | +25.0 %, worse | 1 / 1 | 30.0 to 42.0 |")
    assert learned_worst_pictures(record(own), 1)[-1] == "| screens | worse | +25.0 % | 30.0 to 42.0 | 100% |"


def test_only_scores_that_both_reach_are_compared() -> None:
    """WebP goes on from 42 dB to 57 and to no error at all."""
    webp = rows("flat", "webp", 1) + [
        Row(item="flat", codec="webp", quality=5 + step, rate_bpp=9.0 + step, scores={"psnr": score})
        for step, score in enumerate((57.0, math.inf))
    ]
    own = of_class(webp + rows("flat", "learned", 0.5), "webp", "learned")
    (only,) = own["pictures"]
    assert only["percent"] == pytest.approx(-50, abs=0.5)
    assert only["psnr_db"] == [30, 42]
    assert only["overlap"] == pytest.approx(12 / 27)
    assert own["interval"] is None


def test_a_picture_whose_curves_do_not_meet_is_named() -> None:
    apart = rows("apart", "webp", 1) + rows("apart", "learned", 1, first_db=60)
    own = of_class(apart, "webp", "learned")
    assert own["pictures"] == [] and own["percent"] is None
    assert "no score to compare at" in own["refused"]["apart"]
    lines = learned_classes(record(own))
    assert any(line.startswith("| screens | 0 | none |") for line in lines)
    assert "screens: apart could not be compared" in lines[-1]


def test_a_class_without_pictures_ends_the_script(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no such folder"):
        class_pictures(tmp_path / "screens")
    with pytest.raises(SystemExit, match="has no pictures"):
        class_pictures(tmp_path)
