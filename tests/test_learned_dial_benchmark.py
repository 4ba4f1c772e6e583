"""What the benchmark of the observer dial reads, on curves whose answers are known."""

import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.evaluation.presets.set_curves import SetCurves
from beholder.evaluation.rows import Row, by_codec_and_item
from beholder.evaluation.score import Aggregate, Column, Scale
from benchmarks.learned.dial_curves import (
    Dial,
    monotone,
    on_curves,
    reading,
    saved,
    top1_lost,
    turned_back,
)
from benchmarks.learned.dial_plot import draw_dial
from benchmarks.learned.tables import (
    learned_dial,
    learned_dial_kodak,
    learned_dial_rates,
    learned_dial_saved,
    learned_dial_top1,
)

KL = Column("kl:net", "nats", Scale.DECADES, Aggregate.MEANS)
PSNR = Column("psnr", "dB")
TOP1 = Column("top1:net", aggregate=Aggregate.MEANS)
RATES = (0.1, 0.2, 0.4, 0.8, 1.6)


def row(item: str, codec: str, step: int, rate: float, **scores: float) -> Row:
    named = {"kl": "kl:net", "top1": "top1:net", "psnr": "psnr"}
    return Row(
        item=item,
        codec=codec,
        quality=step,
        rate_bpp=rate,
        scores={named[key]: value for key, value in scores.items()},
    )


def power_law(codec: str, factor: float, pictures: int = 4) -> list[Row]:
    """Divergence 0.1 / rate, at `factor` times the rates."""
    return [
        row(f"picture {number}", codec, step, factor * rate, kl=0.1 / rate)
        for number in range(pictures)
        for step, rate in enumerate(RATES)
    ]


def test_half_the_bits_are_half_the_bits() -> None:
    rows = power_law("human", 1) + power_law("machine", 0.5)
    for level in (0.15, 0.25, 0.4):
        found = saved(rows, "machine", "human", KL, level)
        assert found["value"] == pytest.approx(50)
        assert found["interval"] == pytest.approx([50, 50])
    assert saved(rows, "human", "machine", KL, 0.25)["value"] == pytest.approx(-100)


def test_the_rate_for_a_divergence_is_on_the_straight_line_of_logarithms() -> None:
    rows = power_law("human", 1)
    by_item = by_codec_and_item(rows)["human"]
    curves = on_curves(SetCurves(by_item, by_item, None, KL).comparison(), KL)
    assert curves.test.rate_for(KL.on_curve(0.3)) == pytest.approx(0.1 / 0.3)
    assert curves.test.score_at(0.3) == pytest.approx(-math.log10(0.1 / 0.3))


def test_curves_are_not_extrapolated() -> None:
    rows = power_law("human", 1) + power_law("machine", 0.5)
    beyond = saved(rows, "machine", "human", KL, 2.0)
    assert (beyond["value"], beyond["interval"]) == (None, None)
    lines = learned_dial_saved({"saved": [{"network": "net", **beyond}]})
    assert lines[-1] == "| `machine` | `human` | net | none |"


def test_smallest_files_that_are_better_save_at_least_so_much() -> None:
    """The machine's divergences are a hundredth, from 0.01 nat at 0.1 bpp on."""
    better = [
        row(f"picture {number}", "machine", step, rate, kl=0.001 / rate)
        for number in range(4)
        for step, rate in enumerate(RATES)
    ]
    found = saved(power_law("human", 1) + better, "machine", "human", KL, 0.25)
    assert found["is_least"]
    assert found["value"] == pytest.approx(75)  # 0.1 bpp, where the other needs 0.4
    assert found["interval"] == pytest.approx([75, 75])
    lines = learned_dial_saved({"saved": [{"network": "net", **found}]})
    assert lines[-1] == "| `machine` | `human` | net | at least 75 [75, 75] |"
    # The other way round the curve never gets so good, and there is no number.
    assert saved(power_law("human", 1) + better, "human", "machine", KL, 0.005)["value"] is None


def test_tables_name_weights_once() -> None:
    rows = power_law("learned:a++b.safetensors", 1) + power_law("learned:a++b.safetensors+observer=1", 0.5)
    names = "learned:a++b.safetensors+observer=1", "learned:a++b.safetensors"
    rows += power_law("learned:folder/fixed.safetensors+observer=1", 0.25)
    pairs = names, ("learned:folder/fixed.safetensors+observer=1", names[0])
    record = {"saved": [{"network": "net", **saved(rows, *pair, KL, 0.25)} for pair in pairs]}
    lines = learned_dial_saved({"weights": "a+b.safetensors", **record})
    assert lines[-2].startswith("| `learned+observer=1` | `learned` | net | 50 [")
    fixed = "| `learned:fixed.safetensors+observer=1` | `learned+observer=1` | net | 50 ["
    assert lines[-1].startswith(fixed)


def test_an_interval_covers_what_pictures_differ_by() -> None:
    """The machine saves half the bits of every second picture."""
    rows: list[Row] = []
    for number in range(8):
        for step, rate in enumerate(RATES):
            item, factor = f"picture {number}", 0.5 if number % 2 else 1.0
            rows.append(row(item, "human", step, rate, kl=0.1 / rate))
            rows.append(row(item, "machine", step, factor * rate, kl=0.1 / rate))
    found = saved(rows, "machine", "human", KL, 0.25)
    assert found["value"] == pytest.approx(25)
    low, high = found["interval"]
    assert 0 <= low < 12
    assert 38 < high <= 50


def answers(codec: str, wrong: tuple[int, ...], pictures: int = 10) -> list[Row]:
    """Right first answers but for some pictures, at every rate."""
    return [
        row(f"picture {number}", codec, step, rate, top1=float(number not in wrong))
        for number in range(pictures)
        for step, rate in enumerate(RATES)
    ]


def test_first_answers_lost_are_points_below_the_originals() -> None:
    original = [row(f"picture {n}", "original", 0, 20.0, top1=float(n != 9)) for n in range(10)]
    rows = original + answers("machine", (9,)) + answers("human", (0, 9)) + answers("webp", (0, 1, 2))
    machine, human, webp = top1_lost(rows, "machine", "original", TOP1, 0.25)
    assert [each["codec"] for each in (machine, human, webp)] == ["machine", "human", "webp"]
    assert machine["original_percent"] == pytest.approx(90)
    assert [each["lost"]["value"] for each in (machine, human, webp)] == pytest.approx([0, 10, 20])
    assert machine["more_than_test"] is None
    assert [each["more_than_test"]["value"] for each in (human, webp)] == pytest.approx([10, 20])
    # Paired: of picture 0 alone, which no draw can make fewer than none of.
    assert human["more_than_test"]["interval"][0] >= 0
    # Of pictures 0 to 2 gained and 9 won back, draws go both ways.
    low, high = webp["more_than_test"]["interval"]
    assert low < 20 < high
    lines = learned_dial_top1({"top1": [{"classifier": "net", **each} for each in (machine, human, webp)]})
    assert "(90.0 % are right on the originals)" in lines[0]
    assert lines[4] == "| `machine` | +0.0 [+0.0, +0.0] |  |"


def test_a_rate_that_no_file_reaches_is_none() -> None:
    original = [row(f"picture {n}", "original", 0, 20.0, top1=1.0) for n in range(10)]
    (machine,) = top1_lost(original + answers("machine", ()), "machine", "original", TOP1, 0.05)
    assert machine["lost"] == {"value": None, "interval": None}


@pytest.mark.parametrize(
    ("values", "step"),
    [
        ([3.0, 2.0, 1.0], 0.0),
        ([3.0, 3.0, 1.0], 0.0),
        ([3.0, 3.5, 1.0], 0.5),
        ([1.0, 2.0, 1.75, 1.5], 0.25),
        ([1.0, None, 2.0], 0.0),
        ([None, 2.0], None),
    ],
)
def test_how_far_a_score_turns_back(values: list, step: float | None) -> None:
    assert turned_back(values) == step


def test_scores_along_the_dial_at_equal_rates() -> None:
    dial = Dial({0.0: "human", 0.5: "both", 1.0: "machine"})
    rows = [
        row("picture", codec, step, rate, psnr=30 + 3 * step - loss, kl=factor * 0.1 / rate)
        for codec, loss, factor in (("human", 0, 1.0), ("both", 1, 0.7), ("machine", 3, 0.8))
        for step, rate in enumerate(RATES)
    ]
    people = monotone(rows, dial, PSNR, (0.2, 0.4, 9.0))
    assert people["values"][0] == pytest.approx([33, 32, 30])
    assert people["values"][2] == [None, None, None]
    assert people["turns"] == [0.0, 0.0, None]
    networks = monotone(rows, dial, KL, (0.2, 0.4))
    assert networks["turns"] == pytest.approx([math.log10(0.8 / 0.7)] * 2)
    falling = monotone(rows, Dial({0.0: "human", 1.0: "both"}), KL, (0.2,))
    lines = learned_dial_rates({"monotone": [people, networks, falling]})
    assert "| 0.2 | 33.00 | 32.00 | 30.00 | falls |" in lines
    assert "| 0.2 | 0.500 | 0.350 | 0.400 | no, turns back by 0.058 decades |" in lines
    assert "| 0.2 | 0.500 | 0.350 | falls |" in lines
    assert "| 9 | none | none | none |  |" in lines


def test_a_dial_of_one_place_has_no_machine() -> None:
    assert Dial({0.0: "human"}).machine is None
    assert Dial({0.0: "human", 1.0: "machine"}).machine == "machine"


def test_readings_without_enough_draws_have_no_interval() -> None:
    by_item = by_codec_and_item(power_law("human", 1))["human"]
    curves = SetCurves(by_item, by_item, None, KL)
    chance = iter(np.arange(2000) % 2)
    found = reading(curves, lambda _: 1.0 if next(chance) == 0 else math.nan)
    assert (found.value, found.interval) == (1.0, None)


def test_the_page_leaves_out_what_was_not_measured() -> None:
    kodak = {
        "pictures": 24,
        "published": "bpg_444",
        "window_bpp": [0.1, 1.0],
        "scores": {"ms-ssim": {"percent": -3.14, "overlap": 0.9, "window_percent": None}},
    }
    record = {
        "pictures": 60,
        "split": "val",
        "weights": None,
        "saved": [],
        "top1": [],
        "monotone": [],
        "absent": ["bpg: not there"],
        "kodak": kodak,
    }
    lines = learned_dial(record)
    assert lines[0] == "60 pictures of ImageNet (val); weights that ship."
    assert learned_dial_kodak(record)[-1] == "| ms-ssim | -3.1 % | none |"
    assert lines[-2:] == ["- bpg: not there", ""]


def test_the_plot_has_a_line_for_each_place_of_the_dial(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    means = [
        {"rate_bpp": rate, "scores": {"psnr": 30 + rate, "ms-ssim": 1 - 0.01 / rate, "kl:net": 0.1 / rate}}
        for rate in RATES
    ]
    record = {"teacher": "net", "dial": [[0.0, "human"], [1.0, "machine"]]}
    draw_dial({**record, "means": {"human": means, "machine": means[1:]}}, tmp_path / "dial.png")
    with Image.open(tmp_path / "dial.png") as image:
        assert image.format == "PNG"
        assert min(image.size) > 300
