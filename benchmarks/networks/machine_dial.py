"""The dial between person and machine: divergence against human quality at equal rates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.networks.machine_curves import Record, divergence_at, score_at
from benchmarks.script import table

RATES_BPP = (0.3, 0.5, 0.9)
_SETTING = "profile + network, m = "
_PERSON = "human"
_REFERENCE_COLOURS = ("tab:gray", "tab:orange")


def dial_names(pictures: Sequence[Record]) -> list[str]:
    """The settings of the dial from the person (m = 0) to the machine (m = 1)."""
    return [_PERSON, *(name for name in pictures[0]["rows"] if name.startswith(_SETTING))]


def references(pictures: Sequence[Record]) -> list[str]:
    """What the dial is held against: the anchor, and mozjpeg where it was measured."""
    names = list(pictures[0]["rows"])
    return [names[0], *(name for name in names if name.startswith("mozjpeg"))]


def dial_table(record: Record, pictures: Sequence[Record]) -> list[str]:
    """Divergence and SSIMULACRA2 at each rate, and whether a reference is better in both."""
    net = record["adapts"]
    points = {
        name: [
            (divergence_at(pictures, name, net, rate), score_at(pictures, name, "ssimulacra2", rate))
            for rate in RATES_BPP
        ]
        for name in (*references(pictures), *dial_names(pictures))
    }
    rows = [
        ["human, m = 0" if name == _PERSON else name, *(f"{d:.3f}, {s:.1f}" for d, s in row)]
        for name, row in points.items()
    ]
    worse = [
        f"{name} at {rate:g} bpp than {reference}"
        for name in dial_names(pictures)
        for reference in references(pictures)
        for rate, own, other in zip(RATES_BPP, points[name], points[reference], strict=True)
        if own[0] > other[0] and own[1] < other[1]
    ]
    return [
        f"The dial: divergence of {net} in nats, and SSIMULACRA2, at equal mean rates.",
        "",
        *table(["setting", *(f"{rate:g} bpp" for rate in RATES_BPP)], rows),
        "",
        f"Worse for both observers: {'; '.join(worse) or 'none'}.",
    ]


def draw_dial(record: Record, path: Path) -> None:
    """The same as a picture, one panel a rate."""
    from matplotlib.figure import Figure  # noqa: PLC0415 -- tables need no plot

    pictures = record["pictures"]
    net = record["adapts"]
    figure = Figure(figsize=(11, 3.8), layout="constrained")
    panels = figure.subplots(1, len(RATES_BPP))
    for panel, rate in zip(panels, RATES_BPP, strict=True):
        names = dial_names(pictures)
        scores = [score_at(pictures, name, "ssimulacra2", rate) for name in names]
        divergences = [divergence_at(pictures, name, net, rate) for name in names]
        panel.plot(scores, divergences, "o-", color="tab:blue", label="Beholder, m = 0 to 1")
        for name, score, divergence in zip(names, scores, divergences, strict=True):
            weight = name.removeprefix(_SETTING) if name != _PERSON else "0"
            panel.annotate(weight, (score, divergence), (4, 4), textcoords="offset points", fontsize=8)
        for name, marker, colour in zip(references(pictures), "sD", _REFERENCE_COLOURS, strict=False):
            panel.plot(
                score_at(pictures, name, "ssimulacra2", rate),
                divergence_at(pictures, name, net, rate),
                marker,
                color=colour,
                label=name.removesuffix(" (the anchor)"),
            )
        panel.set_yscale("log")
        panel.yaxis.set_major_formatter("{x:.2f}")
        panel.yaxis.set_minor_formatter("{x:.2f}")
        panel.margins(x=0.12)
        panel.set_title(f"{rate:g} bpp")
        panel.set_xlabel("SSIMULACRA2 (higher: better for people)")
        panel.grid(visible=True, alpha=0.3, which="both")
    panels[0].set_ylabel(f"KL divergence of {net}, nat\n(lower: better for the network)")
    panels[0].legend(fontsize=8)
    figure.savefig(path, dpi=110)
