"""The summary of a run: means as CSV; Markdown tables of deltas against the anchor and of means by rate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from beholder.evaluation.curves_of_rows import Mean
from beholder.evaluation.deltas import LEAST_OVERLAP, SetDelta
from beholder.evaluation.rows import csv_of
from beholder.evaluation.score import Column, Scale

if TYPE_CHECKING:
    from beholder.evaluation.run_record import Run

_COUNTS = {
    Scale.DECIBELS: "-10 log10(1 - x)",
    Scale.DECADES: "-log10(x)",
    Scale.TURNED: "-x, since lower is better",
}


def format_means(means: Sequence[Mean], columns: Sequence[Column]) -> str:
    """Returns the means as CSV: a row for each codec and quality; relatives of columns follow them."""
    names = [column.name for column in columns]
    names += dict.fromkeys(name for mean in means for name in mean.scores if name not in names)
    costs = ["encode_cpu_s", "decode_cpu_s"]
    lines: list[Iterable[object]] = [["codec", "quality", "items", "rate_bpp", *names, *costs]]
    for mean in means:
        scores, cpu_s = map(mean.scores.get, names), map(mean.cpu_s.get, costs)
        lines.append([mean.codec, mean.quality, mean.items, mean.rate_bpp, *scores, *cpu_s])
    return csv_of(lines)


def format_deltas(deltas: Sequence[SetDelta]) -> str:
    """Return the deltas as CSV."""
    lines: list[Iterable[object]] = [
        ["codec", "score", "kind", "of", "value", "low", "high", "items", "items_asked", "least_overlap"]
    ]
    for delta in deltas:
        measured = (delta.value, *(delta.interval or (None, None)), delta.items, delta.items_asked)
        lines.append([delta.codec, delta.column, delta.kind, delta.of, *measured, delta.overlap])
    return csv_of(lines)


def format_table(run: Run) -> str:
    """Return the Markdown tables of a run, and what must be known to read them."""
    means, deltas, columns, anchor = run.means, run.deltas, run.columns, run.anchor
    settings = {name: codec.settings for name, codec in run.codecs.items()}
    settings |= {each.title: f"{each.description}; {each.source}" for each in run.published}
    by_key = {(delta.codec, delta.column, delta.kind): delta for delta in deltas}
    titles = [title for column in columns for title in (f"{column.name}, rate", _score_title(column))]
    lines = [
        f"| codec | {' | '.join(titles)} | encode CPU s | decode CPU s |",
        "|---" + "|---:" * (len(titles) + 2) + "|",
    ]
    for codec in settings:
        cells = [
            "0" if codec == anchor else _cell(by_key[codec, column.name, kind])
            for column in columns
            for kind in ("rate", "score")
        ]
        lines.append(f"| {codec} | {' | '.join([*cells, *_costs(means, codec)])} |")
    over = (
        "all that both curves cover"
        if run.window_bpp is None
        else f"{run.window_bpp[0]:g} to {run.window_bpp[1]:g} bpp of the anchor"
    )
    return "\n".join(
        [
            *lines,
            "",
            f"Bjontegaard deltas against {anchor} over {over}: percent of rate at equal score (negative: "
            "smaller files), and score at equal rate (positive: better pictures), with the 95 % interval by "
            "the bootstrap over pictures. A number in brackets counts the pictures that could be compared, "
            f"on at least {LEAST_OVERLAP:.0%} of the range, where that is not all. Times are means over "
            "pictures and qualities, of one thread.",
            *_scale_notes(columns),
            *_kind_notes(deltas),
            *_overlap_notes(deltas),
            *_refusal_notes(deltas),
            *(["", *(f"- not measured: {each}" for each in run.absent)] if run.absent else []),
            "",
            *_means_lines(means, columns),
            "",
            "| codec | settings |",
            "|---|---|",
            *(f"| {codec} | {_escaped(words)} |" for codec, words in settings.items()),
            "",
        ]
    )


def _means_lines(means: Sequence[Mean], columns: Sequence[Column]) -> list[str]:
    """The table of means by rate: a row for each codec and quality."""
    names = [column.name for column in columns]
    units = {column.name: column.unit for column in columns}
    titles = [f"{name} ({units[name]})" if units[name] else name for name in names]
    lines = [
        "Means over the pictures, on each score's own scale:",
        "",
        f"| codec | quality | bpp | {' | '.join(titles)} | pictures |",
        "|---" + "|---:" * (len(names) + 3) + "|",
    ]
    for mean in means:
        scores = [f"{mean.scores[name]:.4g}" if name in mean.scores else "none" for name in names]
        cells = [f"{mean.quality:g}", f"{mean.rate_bpp:.3f}", *scores, str(mean.items)]
        lines.append(f"| {mean.codec} | {' | '.join(cells)} |")
    return lines


def _score_title(column: Column) -> str:
    unit = column.delta_unit
    return f"{column.name}, score{f' ({unit})' if unit else ''}"


def _cell(delta: SetDelta) -> str:
    if delta.value is None:
        return "none"
    places, unit = (1, " %") if delta.kind == "rate" else (3, "")
    interval = ""
    if delta.interval is not None:
        low, high = delta.interval
        interval = f" [{low:+.{places}f}, {high:+.{places}f}]"
    count = "" if delta.items == delta.items_asked else f" ({delta.items})"
    return f"{delta.value:+.{places}f}{unit}{interval}{count}"


def _costs(means: Sequence[Mean], codec: str) -> list[str]:
    of_codec = [mean for mean in means if mean.codec == codec]
    if not of_codec:
        return ["", ""]
    return [
        f"{sum(mean.cpu_s[name] for mean in of_codec) / len(of_codec):.3g}"
        for name in ("encode_cpu_s", "decode_cpu_s")
    ]


def _scale_notes(columns: Sequence[Column]) -> list[str]:
    notes = []
    for scale, words in _COUNTS.items():
        names = [column.name for column in columns if column.scale is scale]
        if names:
            notes += ["", f"{', '.join(names)} {'counts' if len(names) == 1 else 'count'} as {words}."]
    return notes


def _kind_notes(deltas: Sequence[SetDelta]) -> list[str]:
    notes = []
    of_means = list(dict.fromkeys(delta.column for delta in deltas if delta.of == "means"))
    if of_means:
        notes += ["", f"Deltas in {', '.join(of_means)} are those of the mean curves over pictures."]
    if any(delta.of == "published" for delta in deltas):
        notes += [
            "",
            "Published curves are means over their publisher's pictures; the anchor's mean curve over these "
            "is what they are set against.",
        ]
    return notes


def _overlap_notes(deltas: Sequence[SetDelta]) -> list[str]:
    notes = []
    for kind in ("rate", "score"):
        shares = [
            (delta.overlap, delta.codec, delta.column)
            for delta in deltas
            if delta.kind == kind and delta.overlap is not None
        ]
        if shares:
            share, codec, column = min(shares)
            notes.append(f"{share:.0%} for {kind} ({codec}, {column})")
    return (
        ["", f"Smallest share of the range that two curves had in common: {', '.join(notes)}."]
        if notes
        else []
    )


def _refusal_notes(deltas: Sequence[SetDelta]) -> list[str]:
    notes = []
    for delta in deltas:
        if delta.refusals:
            item, reason = next(iter(delta.refusals.items()))
            what = f"{len(delta.refusals)} of {delta.items_asked}" if delta.of == "items" else "mean curves"
            where = f"; {item}" if delta.of == "items" else ""
            notes.append(
                f"- {delta.codec}, {delta.column}, {delta.kind}: {what} not compared{where}: {reason}"
            )
    return ["", *notes] if notes else []


def _escaped(text: str) -> str:
    """Text that does not end a cell of a Markdown table."""
    return text.replace("|", "\\|")
