"""The tables of the machine benchmark, on curves whose answers are known."""

import json

import numpy as np
import pytest

from benchmarks.networks.machine_accuracy import accuracy_table
from benchmarks.networks.machine_curves import divergence_at, packed, rate_at, score_at, unpacked
from benchmarks.networks.machine_dial import dial_table
from benchmarks.networks.machine_report import divergence_table, machine_cost_table, saved

NET = "net"
ANCHOR = "libjpeg-turbo"


def row(rate: float, divergence: float, ssimulacra2: float, *, right: bool = True) -> dict:
    return {
        "rate_bpp": rate,
        "psnr_db": 30 + 3 * np.log2(rate),
        "ssimulacra2": ssimulacra2,
        "divergence": {NET: divergence},
        "right": {NET: right},
    }


def picture(**settings: list[dict]) -> dict:
    return {"split": "train", "right": {NET: True}, "rows": settings}


def power_law(factor: float) -> list[dict]:
    """Divergence 0.1 / rate, at `factor` times the rates of the anchor; a right answer from 0.2 bpp on."""
    rates = [0.1, 0.2, 0.4, 0.8, 1.6]
    return [row(factor * rate, 0.1 / rate, 40 * rate, right=rate >= 0.2) for rate in rates]


RECORD = {
    "adapts": NET,
    "others": [],
    "pictures": [picture(**{ANCHOR: power_law(1), "half the bits": power_law(0.5)})] * 3,
}
PICTURES = RECORD["pictures"]


def test_half_the_bits_are_half_the_bits() -> None:
    assert rate_at(PICTURES, ANCHOR, NET, 0.25) == pytest.approx(0.4)
    assert divergence_at(PICTURES, ANCHOR, NET, 0.3) == pytest.approx(0.1 / 0.3)
    assert saved(PICTURES, ANCHOR, "half the bits", NET) == pytest.approx([0.5, 0.5, 0.5])
    assert divergence_table(RECORD, PICTURES)[-1].startswith("| half the bits | 50 / 50 / 50 |")


def test_curves_are_not_extrapolated() -> None:
    assert np.isnan(rate_at(PICTURES, ANCHOR, NET, 2.0))
    assert np.isnan(score_at(PICTURES, ANCHOR, "psnr_db", 3.0))


def test_accuracy_reads_gains_and_divided_rates() -> None:
    (*_, ours, _, _) = accuracy_table(RECORD, PICTURES)
    cells = [cell.strip() for cell in ours.strip("|").split("|")]
    assert cells[0] == "half the bits"
    assert cells[1:3] == ["100.0 [+0.0, +0.0]", "100.0 [+0.0, +0.0]"]
    assert cells[3:5] == ["2.00 [2.00, 2.00]", "2.00 [2.00, 2.00]"]


def dial(divergence: float, ssimulacra2: float) -> dict:
    """The anchor has 0.2 nat and 60 points at every rate; the machine what is given."""
    flat = {
        ANCHOR: (0.2, 60.0),
        "human": (0.3, 70.0),
        "profile + network, m = 1": (divergence, ssimulacra2),
    }
    rows = {name: [row(rate, *values) for rate in (0.2, 2.0)] for name, values in flat.items()}
    return {"adapts": NET, "others": [], "pictures": [picture(**rows)]}


@pytest.mark.parametrize(("divergence", "ssimulacra2"), [(0.1, 50.0), (0.3, 70.0), (0.1, 70.0)])
def test_a_dial_that_gains_for_somebody_is_not_worse(divergence: float, ssimulacra2: float) -> None:
    record = dial(divergence, ssimulacra2)
    assert dial_table(record, record["pictures"])[-1] == "Worse for both observers: none."


def test_a_dial_that_loses_for_both_is_named() -> None:
    record = dial(0.3, 50.0)
    assert "m = 1 at 0.3 bpp than libjpeg-turbo" in dial_table(record, record["pictures"])[-1]


def test_costs_are_ratios_within_rounds() -> None:
    lines = machine_cost_table({"small": {"mse": [1.0, 2.0, 1.0], "machine": [2.0, 4.0, 3.0]}})
    assert lines[-1] == "| machine | 2.00 (3000.0) |"


def test_records_are_unpacked_as_they_were_packed() -> None:
    text = json.dumps(packed(RECORD))
    back = unpacked(json.loads(text))
    assert back["pictures"][0]["rows"].keys() == PICTURES[0]["rows"].keys()
    found, given = back["pictures"][0]["rows"][ANCHOR][0], PICTURES[0]["rows"][ANCHOR][0]
    assert found == {**given, "psnr_db": pytest.approx(given["psnr_db"], rel=1e-3)}
    assert divergence_table(back, back["pictures"]) == divergence_table(RECORD, PICTURES)
