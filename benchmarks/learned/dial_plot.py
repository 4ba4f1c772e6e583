"""The plot of the dial: PSNR, MS-SSIM and the teacher's divergence against the rate, a line an alpha."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
        _logarithmic(panel.set_xscale, panel.xaxis)
        if score == "kl":
            _logarithmic(panel.set_yscale, panel.yaxis)
        panel.set_xlabel("rate, bpp")
        panel.set_ylabel(title.format(record["teacher"]))
        panel.grid(visible=True, alpha=0.3, which="major")
    figure.axes[0].legend(fontsize=8)
    figure.savefig(path, dpi=110)


def _logarithmic(set_scale: Callable[[str], object], axis: Any) -> None:
    """Make an axis logarithmic, with its numbers at 1, 2 and 5 of each decade."""
    from matplotlib.ticker import LogLocator, NullLocator  # noqa: PLC0415

    set_scale("log")
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter("{x:g}")
