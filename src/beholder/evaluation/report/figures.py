"""Charts as PNG and numbers as CSV, for papers; the charts by matplotlib, which is optional."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from statistics import fmean
from typing import Any

import numpy as np

from beholder.evaluation.report.dials import Dial, format_dials
from beholder.evaluation.report.run_data import short_title
from beholder.evaluation.run_record import Run
from beholder.evaluation.score import Column, Scale
from beholder.evaluation.table import format_deltas, format_means

# Colours that the colour-blind tell apart, and markers for those who see none; those of the page.
_COLOURS = ("#0b62a4", "#c8500a", "#00795c", "#b0357c", "#8a6a00", "#2490c4", "#5a48b8", "#33363d")
_MARKERS = ("o", "s", "^", "D", "v", "P", "h", ">")
# Of the first eight curves, of the next, and so on.
_DASHES = ("-", "-.", ":")
_INCHES, _DPI = (6.4, 4.2), 200
# More names than this stand beside the chart, which grows for them by so much.
_MOST_NAMES_INSIDE, _NAMES_INCHES = 8, 2.4


def can_draw() -> bool:
    """Returns whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def file_name(run: str, *parts: str) -> str:
    """Returns a file's name that every system takes.

    >>> file_name("kodak", "kl:net/a", "curves.png")
    'kodak-kl_net_a-curves.png'
    """
    return "-".join(re.sub(r"[^A-Za-z0-9.+=]+", "_", part) for part in (run, *parts))


def csv_files(run: Run, name: str, dials: Sequence[Dial]) -> dict[str, bytes]:
    """Return the means and deltas of a run, and its dials where it has one, as CSV by the files' names."""
    tables = {
        "means.csv": format_means(run.means, run.columns),
        "deltas.csv": format_deltas(run.deltas),
    }
    if dials:
        tables["dial.csv"] = format_dials(dials)
    return {file_name(name, table): text.encode("utf-8", "surrogateescape") for table, text in tables.items()}


def chart_files(run: Run, name: str, dials: Sequence[Dial]) -> dict[str, bytes]:
    """Return curves, deltas and dials of each score, and times, as PNG by the files' names.

    It needs matplotlib.
    """
    drawn: dict[str, bytes] = {}
    for column in run.columns:
        if dials:
            drawn[file_name(name, short_title(column.name), "dial.png")] = _dials(run, column, dials)
        drawn[file_name(name, short_title(column.name), "curves.png")] = _curves(run, column)
        drawn[file_name(name, short_title(column.name), "deltas.png")] = _deltas(run, column)
    drawn[file_name(name, "time.png")] = _times(run)
    return drawn


def _figure() -> tuple[Any, Any]:
    """A figure and its axes, without the state that matplotlib keeps of windows."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 -- an optional dependency
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=_INCHES, dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.grid(visible=True, color="#e3e4e6", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _png(figure: Any) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


def _styles(run: Run) -> dict[str, Mapping[str, Any]]:
    codecs = list(dict.fromkeys(row.codec for row in run.rows))
    published = [each.title for each in run.published]
    return {
        name: {
            "color": _COLOURS[index % 8],
            "marker": _MARKERS[(index + 3 * (index // 8)) % 8],
            "markersize": 5,
            "linestyle": _DASHES[min(index // 8, len(_DASHES) - 1)],
        }
        for index, name in (*enumerate(codecs), *enumerate(published))
    }


def _plain(text: str) -> str:
    """Text without what matplotlib would take for mathematics, or its fonts cannot write."""
    return text.encode("ascii", "backslashreplace").decode("ascii").replace("$", r"\$")


def _axis_title(column: Column) -> str:
    name = _plain(short_title(column.name))
    if column.scale is Scale.DECADES:
        return f"-log10({name})"
    unit = f", {column.delta_unit}" if column.delta_unit else ""
    return f"-{name}{unit}" if column.scale is Scale.TURNED else f"{name}{unit}"


def _curves(run: Run, column: Column) -> bytes:
    figure, axes = _figure()
    styles = _styles(run)
    by_codec: dict[str, list[tuple[float, float]]] = {}
    for mean in run.means:
        if column.name in mean.scores:
            place = column.on_curve(mean.scores[column.name])
            by_codec.setdefault(mean.codec, []).append((mean.rate_bpp, place))
    for codec, points in by_codec.items():
        points.sort()
        axes.plot(*np.array(points).T, label=_plain(codec), **styles[codec])
    for each in run.published:
        if column.name in each.scores:
            places = [column.on_curve(score) for score in each.scores[column.name]]
            style = {**styles[each.title], "linestyle": "--", "markerfacecolor": "white"}
            axes.plot(each.rates_bpp, places, label=_plain(each.title), **style)
    axes.set_xscale("log")
    axes.set_xlabel("rate, bits a pixel")
    axes.set_ylabel(_axis_title(column))
    _number_ticks(axes)
    _name_curves(figure, axes)
    return _png(figure)


def _name_curves(figure: Any, axes: Any) -> None:
    """A legend in the chart, or beside it where it would cover the curves."""
    if len(axes.get_lines()) <= _MOST_NAMES_INSIDE:
        axes.legend(fontsize=8, frameon=False)
        return
    width, height = _INCHES
    figure.set_size_inches(width + _NAMES_INCHES, height)
    figure.legend(loc="outside right upper", fontsize=8, frameon=False)


def _number_ticks(axes: Any) -> None:
    """Rates as numbers rather than powers."""
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter  # noqa: PLC0415

    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())


def _deltas(run: Run, column: Column) -> bytes:
    """Rate deltas with their intervals, a line a codec."""
    figure, axes = _figure()
    deltas = [
        delta
        for delta in run.deltas
        if delta.column == column.name and delta.kind == "rate" and delta.value is not None
    ]
    styles = _styles(run)
    for place, delta in enumerate(reversed(deltas)):
        style = styles[delta.codec]
        if delta.interval is not None:
            axes.plot(delta.interval, (place, place), color=style["color"], linewidth=1.6)
        axes.plot([delta.value], [place], **{**style, "linestyle": "none"})
    axes.set_yticks(range(len(deltas)), [_plain(delta.codec) for delta in reversed(deltas)])
    axes.axvline(0, color="#5c6068", linewidth=0.8, linestyle=":")
    axes.set_xlabel(f"rate at equal {_plain(short_title(column.name))} against {_plain(run.anchor)}, %")
    return _png(figure)


def _dials(run: Run, column: Column, dials: Sequence[Dial]) -> bytes:
    """Mean scores against the observer at one rate, a line a codec."""
    figure, axes = _figure()
    styles = _styles(run)
    for dial in dials:
        points = [
            (place.alpha, column.on_curve(place.means[column.name].value))
            for place in dial.places
            if column.name in place.means
        ]
        if points:
            axes.plot(*np.array(points).T, label=_plain(dial.name), **styles[dial.places[0].codec])
    axes.set_xlabel(f"observer: 0 people, 1 networks; at {dials[0].rate_bpp:g} bits a pixel")
    axes.set_ylabel(_axis_title(column))
    if axes.get_lines():
        _name_curves(figure, axes)
    return _png(figure)


def _times(run: Run) -> bytes:
    """Seconds of encoding and decoding, a line a codec."""
    figure, axes = _figure()
    every = run.means
    codecs = list(dict.fromkeys(mean.codec for mean in every))
    for name, marker, colour in (("encode", "o", _COLOURS[0]), ("decode", "s", _COLOURS[1])):
        seconds = [
            fmean(mean.cpu_s[f"{name}_cpu_s"] for mean in every if mean.codec == codec) for codec in codecs
        ]
        axes.plot(seconds, range(len(codecs)), linestyle="none", marker=marker, color=colour, label=name)
    axes.set_yticks(range(len(codecs)), [_plain(codec) for codec in codecs])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("CPU seconds a picture, mean over pictures and qualities")
    axes.legend(fontsize=8, frameon=False)
    return _png(figure)
