"""What failed in a run, each reason once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from beholder.cli.output import print_error
from beholder.evaluation.rows import Row

_REASONS_SHOWN = 10


def tell_errors(rows: Sequence[Row]) -> None:
    """Prints what failed, each reason once with the first row that has it."""
    first: dict[tuple[str, str], Row] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if row.error:
            first.setdefault((row.codec, row.error), row)
            counts[row.codec, row.error] += 1
    for reason, row in list(first.items())[:_REASONS_SHOWN]:
        more = f" (and {counts[reason] - 1} more rows)" if counts[reason] > 1 else ""
        print_error(f"{row.item}, {row.codec} at {row.quality:g}: {row.error}{more}")
    if len(first) > _REASONS_SHOWN:
        print_error(f"{len(first) - _REASONS_SHOWN} more kinds of errors; see the column error of rows.csv")
