"""Running a part of a preset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from beholder.batch.progress import Progress
from beholder.evaluation.presets.plan import PlannedPart
from beholder.evaluation.presets.set_curves import RowsByItem
from beholder.evaluation.rows import Row
from beholder.evaluation.runner import evaluate
from beholder.evaluation.store import Store


@dataclass(frozen=True)
class PartResult:
    """What came of a part.

    Attributes:
        planned: The part.
        rows: Of its run.
        originals: Of the originals, by picture.
    """

    planned: PlannedPart
    rows: Sequence[Row]
    originals: RowsByItem


def row_count(planned: PlannedPart) -> int:
    """Returns how many rows a part takes, those of the originals included."""
    return planned.experiment.row_count + (planned.originals.row_count if planned.originals else 0)


def run_part(planned: PlannedPart, store: Store, *, jobs: int, counter: Progress) -> PartResult:
    """Measures a part.

    Args:
        planned: The part.
        store: Of earlier measurements; takes these.
        jobs: Worker processes.
        counter: Is told of rows.

    Raises:
        OutputError: The store cannot be written.
    """
    originals: list[Row] = []
    if planned.originals is not None:
        originals = evaluate(planned.originals, store, jobs=jobs, counter=counter)
    rows = evaluate(planned.experiment, store, jobs=jobs, counter=counter)
    return PartResult(planned, rows, {row.item: [row] for row in originals})
