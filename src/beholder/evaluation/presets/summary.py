"""The page of a preset: the paper's numbers beside ours, and what differs, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from beholder.evaluation.curves_of_rows import matrix_of
from beholder.evaluation.presets.plan import SkippedPart, TableOfRun, missing_words
from beholder.evaluation.presets.preset import Preset
from beholder.evaluation.presets.readings import Measured
from beholder.evaluation.presets.result import PartResult
from beholder.evaluation.presets.set_curves import DRAWS
from beholder.evaluation.rows import by_codec_and_item
from beholder.observers.grammar import Name

PAGE = "preset.md"  # its name, beside the folders of the parts

# Below it, a difference of some points between two accuracies is mostly chance.
_FEW_PICTURES = 1000

_TERMS = (
    "Numbers at a rate are read off the curve of mean score against mean rate (bits a pixel of whole files), "
    "linearly in the rate's logarithm. A rate for a score is the least from which on that score is reached. "
    "BD-rates and their like are Bjontegaard deltas (docs/evaluation.md). In brackets stand intervals of "
    f"95 % by the bootstrap over pictures ({DRAWS:,} draws of mean curves); where none is given, too many "
    "draws could not be compared. Not reached: a curve ends before. None: the curves cannot be compared; "
    "table.md in the part's folder says why."
)


def format_summary(preset: Preset, parts: Sequence[PartResult | SkippedPart]) -> str:
    """Returns the page."""
    lines = [f"# {preset.name}: {preset.paper}", "", preset.experiment, "", preset.not_at_hand, ""]
    for part in parts:
        lines += _skipped(part) if isinstance(part, SkippedPart) else _part(preset, part)
    missing = missing_words([part.planned if isinstance(part, PartResult) else part for part in parts])
    if missing:
        lines += ["## Missing", "", *(f"- {each}" for each in missing), ""]
    lines += ["## What differs from the paper here", ""]
    lines += [f"- {difference}" for difference in (*_of_data(parts), *_of_preset(preset, parts))]
    return "\n".join([*lines, "", "## Terms", "", _TERMS, ""])


def _skipped(skipped: SkippedPart) -> list[str]:
    return [f"## {skipped.part.name}", "", "Not run; what is missing stands below.", ""]


def _part(preset: Preset, result: PartResult) -> list[str]:
    planned = result.planned
    part, items = planned.part, planned.items
    pictures = f"{len(items)} picture{'' if len(items) == 1 else 's'} {part.pictures.words}."
    told = (pictures, part.paper_took, part.pictures.remark(items))
    lines = [f"## {part.name}", "", " ".join(sentence for sentence in told if sentence), ""]
    for table in planned.tables:
        lines += _table(preset, result, table)
    rows = result.run.rows
    failed = sum(bool(row.error) for row in rows)
    if failed:
        lines += [f"{failed} of {len(rows)} rows failed; rows.csv says why.", ""]
    return lines


def _table(preset: Preset, result: PartResult, table: TableOfRun) -> list[str]:
    planned = result.planned
    measured = _measured(result, table)
    readings = table.table.readings
    title = table.table.title if table.look is None else f"{table.table.title}, {table.look.title}"
    lines = [f"### {title}", ""]
    original = _on_originals(measured)
    if original is not None:
        lines += [f"On the originals: {100 * original:.1f}.", ""]
    lines += [
        f"| codec | {' | '.join(reading.title for reading in readings)} |",
        "|---" + "|---:" * len(readings) + "|",
    ]
    for codec in measured.rows:
        name = f"{codec} (the anchor)" if codec == measured.anchor else codec
        lines.append(f"| {name} | {' | '.join(reading.of_codec(measured, codec) for reading in readings)} |")
    for curve in planned.published:
        if measured.column.name in curve.scores:
            cells = (reading.of_published(measured, curve) for reading in readings)
            lines.append(f"| {curve.title} | {' | '.join(cells)} |")
    sources: list[str] = []
    for row, numbers, source in _reported(preset, table):
        lines.append(f"| {row} | {' | '.join(numbers.get(reading.title, '') for reading in readings)} |")
        sources.append(source)
    if sources:
        lines += ["", f"In the paper: {'; '.join(dict.fromkeys(sources))}."]
    return [*lines, ""]


def _reported(preset: Preset, table: TableOfRun) -> Iterator[tuple[str, Mapping[str, str], str]]:
    """Rows of the paper that say something of a table: name, numbers, source.

    Where a network has a role, those of that role; under a network of its own all, since none is nearer.
    """
    own = None if table.look is None or table.look.role is None else table.look.role.name
    for each in table.table.reported:
        if own is not None and each.role not in (None, own):
            continue
        of = "" if each.role is None else f", {preset.roles[each.role].title}"
        yield f"**{each.row}{of}**, in the paper", each.numbers, each.source


def _measured(result: PartResult, table: TableOfRun) -> Measured:
    run = result.run
    (column,) = [each for each in run.columns if each.name == table.column]
    return Measured(
        rows=by_codec_and_item(run.rows),
        anchor=run.anchor,
        column=column,
        originals=None if table.look is None else result.originals,
        deltas=[delta for delta in run.deltas if delta.column == column.name],
        is_whole_kodak=result.planned.is_on_whole_kodak,
    )


def _on_originals(measured: Measured) -> float | None:
    """The mean of shares, or mAP, of the originals."""
    if measured.originals is None:
        return None
    matrix = matrix_of(measured.originals, measured.column)
    if not matrix.items:
        return None
    _, scores = matrix.means(np.ones((1, len(matrix.items))))
    return float(scores[0, 0])


def _of_preset(preset: Preset, parts: Sequence[PartResult | SkippedPart]) -> Iterator[str]:
    """What differs whatever the data, as far as it was measured."""
    ran = [part.planned for part in parts if isinstance(part, PartResult)]
    measured = {codec.name for planned in ran for codec in planned.codecs}
    for difference in preset.differences:
        families = difference.families
        if not families or any(_is_of(codec, family) for codec in measured for family in families):
            yield difference.words
        elif difference.without and ran:
            yield difference.without


def _is_of(codec: str, family: str) -> bool:
    """Return whether a codec's name begins as the family's does, and has at least the options of it."""
    head, *keys = family.split("+")
    begins = codec == head or codec.startswith((f"{head}:", f"{head}+"))
    return begins and set(keys) <= {key for key, _ in Name.parse(codec).options}


def _of_data(parts: Sequence[PartResult | SkippedPart]) -> Iterator[str]:
    """What differs because of the data and networks at hand."""
    ran = [part.planned for part in parts if isinstance(part, PartResult)]
    few = [
        f"{len(planned.items)} in {planned.part.name}"
        for planned in ran
        if not planned.part.is_on_kodak and len(planned.items) < _FEW_PICTURES
    ]
    if few:
        yield (
            f"Few pictures: {', '.join(few)}; the paper took far more. The intervals say how much hangs on "
            "which were taken; with a few dozen pictures an accuracy means little."
        )
    for planned in ran:
        names = ", ".join(role.title for role in planned.part.roles)
        for look in planned.looks:
            if look.role is None:
                yield (
                    f"{planned.part.name}: {look.title} was used, which is not one of the paper's networks "
                    f"({names})."
                )
            elif look.model != look.role.model:
                yield f"{planned.part.name}: {look.title} was used."
