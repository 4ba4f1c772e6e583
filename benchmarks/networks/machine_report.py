"""The tables of benchmarks/networks/machine.py and machine_cost.py."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.networks.machine_accuracy import accuracy_table
from benchmarks.networks.machine_curves import Record, rate_at, score_at
from benchmarks.networks.machine_dial import dial_table
from benchmarks.script import table

DIVERGENCES = (0.15, 0.25, 0.40)


def markdown(record: Record) -> str:
    """All tables: for all pictures, and for those of the validation set alone."""
    pictures = record["pictures"]
    sections = [("all pictures", pictures)]
    validation = [picture for picture in pictures if picture["split"] == "val"]
    if validation and len(validation) < len(pictures):
        sections.append(("validation pictures", validation))
    lines = ["# What networks understand of JPEG files"]
    for title, chosen in sections:
        lines += ["", f"## {len(chosen)} {title}", "", *divergence_table(record, chosen), ""]
        lines += [*dial_table(record, chosen), "", *accuracy_table(record, chosen)]
    lines += ["", *(f"- {name}: `{value}`" for name, value in record["provenance"].items())]
    return "\n".join(lines)


def divergence_table(record: Record, pictures: Sequence[Record]) -> list[str]:
    """Bits saved at equal divergence, and PSNR and SSIMULACRA 2 above the anchor's at equal bits."""
    names = list(pictures[0]["rows"])
    networks = [record["adapts"], *record["others"]]
    titles = [f"{name}{' (adapts)' if name == record['adapts'] else ''}" for name in networks]
    levels = " / ".join(f"{level:.2f}" for level in DIVERGENCES)
    anchor, rows = names[0], []
    for name in names[1:]:
        cells = [
            " / ".join(_percent(value) for value in saved(pictures, anchor, name, net)) for net in networks
        ]
        rate = rate_at(pictures, name, record["adapts"], DIVERGENCES[1])
        for score in ("psnr_db", "ssimulacra2"):
            gain = score_at(pictures, name, score, rate) - score_at(pictures, anchor, score, rate)
            cells.append("none" if np.isnan(gain) else f"{gain:+.2f}")
        rows.append([name, *cells])
    return [
        f"Bits saved, in percent, where the mean divergence is {levels} nat; scores against the anchor's at "
        "the bits of the middle one.",
        "",
        *table(["setting", *titles, "PSNR, dB", "SSIMULACRA2"], rows),
    ]


def saved(pictures: Sequence[Record], anchor: str, name: str, net: str) -> list[float]:
    """Share of the anchor's bits saved at each divergence; nan beyond a curve."""
    return [
        1 - rate_at(pictures, name, net, level) / rate_at(pictures, anchor, net, level)
        for level in DIVERGENCES
    ]


def _percent(value: float) -> str:
    return "none" if np.isnan(value) else f"{100 * value:.0f}"


def machine_cost_table(measured: Mapping[str, Mapping[str, Sequence[float]]]) -> list[str]:
    """Return CPU seconds by picture, setting and round as ratios to `mse` in the same round."""
    rows = []
    for name in next(iter(measured.values())):
        cells = []
        for seconds in measured.values():
            ratios = [own / mse for own, mse in zip(seconds[name], seconds["mse"], strict=True)]
            cells.append(f"{statistics.median(ratios):.2f} ({1000 * statistics.median(seconds[name]):.1f})")
        rows.append([name, *cells])
    return [
        "CPU time over that of `mse` encoding, medians of rounds in which the settings take turns; in "
        "brackets milliseconds.",
        "",
        *table(["setting", *measured], rows),
    ]
