"""The tables of benchmarks/machine.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Record = Mapping[str, Any]

DIVERGENCES = (0.15, 0.25, 0.40)
_RESAMPLINGS = 1000


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
        lines += accuracy_table(record, chosen)
    lines += ["", *(f"- {name}: `{value}`" for name, value in record["provenance"].items())]
    return "\n".join(lines)


def divergence_table(record: Record, pictures: Sequence[Record]) -> list[str]:
    """Bits saved at equal divergence, and PSNR and SSIMULACRA 2 above the anchor's at equal bits."""
    names = list(pictures[0]["rows"])
    networks = [record["adapts"], *record["others"]]
    titles = [f"{name}{' (adapts)' if name == record['adapts'] else ''}" for name in networks]
    levels = " / ".join(f"{level:.2f}" for level in DIVERGENCES)
    lines = [
        f"Bits saved, in percent, where the mean divergence is {levels} nat; scores against the anchor's at "
        "the bits of the middle one.",
        "",
        f"| setting | {' | '.join(titles)} | PSNR, dB | SSIMULACRA2 |",
        "|---" * (len(titles) + 3) + "|",
    ]
    anchor = names[0]
    for name in names[1:]:
        cells = []
        for net in networks:
            saved = [
                1 - _rate_at(pictures, name, net, level) / _rate_at(pictures, anchor, net, level)
                for level in DIVERGENCES
            ]
            cells.append(" / ".join(_percent(value) for value in saved))
        rate = _rate_at(pictures, name, record["adapts"], DIVERGENCES[1])
        for score in ("psnr_db", "ssimulacra2"):
            cells.append(
                f"{_score_at(pictures, name, score, rate) - _score_at(pictures, anchor, score, rate):+.2f}"
            )
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def accuracy_table(record: Record, pictures: Sequence[Record]) -> list[str]:
    """First answers right at two rates, with 95 % intervals of the gain by resampling pictures."""
    names = list(pictures[0]["rows"])
    net = record["adapts"]
    lines = [
        f"First answers of {net} that are right, in percent, at a mean rate; in brackets the 95 % interval "
        f"of the gain over the anchor at that rate, from {_RESAMPLINGS} resamplings of the pictures.",
        "",
        "| setting | 0.3 bpp | 0.6 bpp |",
        "|---|---|---|",
    ]
    random = np.random.default_rng(0)
    draws = random.integers(0, len(pictures), (_RESAMPLINGS, len(pictures)))
    for name in names:
        cells = []
        for rate in (0.3, 0.6):
            right = _right_at(pictures, name, net, rate)
            gain = right - _right_at(pictures, names[0], net, rate)
            low, high = np.percentile(gain[draws].mean(axis=1), (2.5, 97.5))
            interval = "" if name == names[0] else f" [{100 * low:+.1f}, {100 * high:+.1f}]"
            cells.append(f"{100 * right.mean():.1f}{interval}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _mean_curve(pictures: Sequence[Record], name: str, value: Callable[[Record], float]) -> np.ndarray:
    """(qualities, 2): mean rate and mean value."""
    rows = [[(row["rate_bpp"], value(row)) for row in picture["rows"][name]] for picture in pictures]
    return np.mean(np.array(rows), axis=0)


def _rate_at(pictures: Sequence[Record], name: str, net: str, level: float) -> float:
    """Mean rate where the mean divergence is `level`; nan beyond the curve."""
    curve = np.log(_mean_curve(pictures, name, lambda row: max(row["divergence"][net], 1e-9)))
    order = np.argsort(curve[:, 1])
    found = np.interp(np.log(level), curve[order, 1], curve[order, 0], left=np.nan, right=np.nan)
    return float(np.exp(found))


def _score_at(pictures: Sequence[Record], name: str, score: str, rate: float) -> float:
    curve = _mean_curve(pictures, name, lambda row: row[score])
    order = np.argsort(curve[:, 0])
    log_rates = np.log(curve[order, 0])
    return float(np.interp(np.log(rate), log_rates, curve[order, 1], left=np.nan, right=np.nan))


def _right_at(pictures: Sequence[Record], name: str, net: str, rate: float) -> np.ndarray:
    """For each picture, 0..1: its answers at the two qualities that enclose the mean rate, interpolated."""
    rates = np.log(_mean_curve(pictures, name, lambda row: 0.0)[:, 0])
    order = np.argsort(rates)
    right = np.array([[row["right"][net] for row in picture["rows"][name]] for picture in pictures], float)
    above = int(np.clip(np.searchsorted(rates[order], np.log(rate)), 1, len(rates) - 1))
    first, second = order[above - 1], order[above]
    share = (np.log(rate) - rates[first]) / (rates[second] - rates[first])
    share = float(np.clip(share, 0.0, 1.0))
    return np.asarray((1 - share) * right[:, first] + share * right[:, second])


def _percent(value: float) -> str:
    return "none" if np.isnan(value) else f"{100 * value:.0f}"
