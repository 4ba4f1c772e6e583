"""The plot of the dial: PSNR, MS-SSIM and the teacher's divergence against the rate, a line an alpha."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from beholder.evaluation.score import Scale

_PANELS = (
    ("psnr", Scale.LINEAR, "PSNR (RGB), dB\n(higher: better for people)"),
    ("ms-ssim", Scale.DECIBELS, "MS-SSIM, dB\n(higher: better for people)"),
    ("kl", Scale.LINEAR, "KL divergence of {}, nats\n(lower: better for the network)"),
)


def draw_dial(record: Mapping[str, Any], path: Path) -> None:
    """Draw the curves of a record of benchmarks/learned/dial.py into a file."""
    from matplotlib import colormaps  # noqa: PLC0415 -- tables need no plot
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(13, 4.2), layout="constrained")
    colours = colormaps["viridis"]
    for panel, (score, scale, title) in zip(figure.subplots(1, len(_PANELS)), _PANELS, strict=True):
        column = f"kl:{record['teacher']}" if score == "kl" else score
        for alpha, codec in record["dial"]:
            points = sorted((mean["rate_bpp"], mean["scores"][column]) for mean in record["means"][codec])
            rates, scores = zip(*points, strict=True)
            drawn = [scale.on_curve(each) for each in scores]
            panel.plot(
                rates, drawn, "o-", markersize=3, color=colours(0.9 * alpha), label=f"alpha = {alpha:g}"
            )
        panel.set_xscale("log")
        panel.xaxis.set_major_formatter("{x:g}")
        panel.xaxis.set_minor_formatter("{x:g}")
        panel.tick_params(axis="x", which="minor", labelsize=7)
        if score == "kl":
            panel.set_yscale("log")
            panel.yaxis.set_major_formatter("{x:g}")
        panel.set_xlabel("rate, bpp")
        panel.set_ylabel(title.format(record["teacher"]))
        panel.grid(visible=True, alpha=0.3, which="both")
    figure.axes[0].legend(fontsize=8)
    figure.savefig(path, dpi=110)
