"""Mean curves of a codec and of the anchor over the same pictures, for any weighting of the pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from beholder.evaluation.bootstrap import draw_counts
from beholder.evaluation.curves_of_rows import Values, matrix_of
from beholder.evaluation.mean_curve import MeanCurve
from beholder.evaluation.rows import Row
from beholder.evaluation.score import Column

RowsByItem = Mapping[str, Sequence[Row]]

DRAWS = 1000


@dataclass(frozen=True)
class Comparison:
    """What a reading looks at.

    Attributes:
        anchor: Mean curve of the codec that counts as 0.
        test: Of the codec that is read.
        original: Mean score of the originals; NaN where it was not measured.
    """

    anchor: MeanCurve
    test: MeanCurve
    original: float


class SetCurves:
    """The pictures that two codecs have without a gap.

    Attributes:
        count: Of the pictures.
    """

    def __init__(
        self, anchor: RowsByItem, test: RowsByItem, originals: RowsByItem | None, column: Column
    ) -> None:
        parts = [matrix_of(rows, column) for rows in (anchor, test, originals) if rows is not None]
        there = [set(part.items) for part in parts]
        shared = [item for item in parts[0].items if all(item in items for items in there)]
        self._parts = [part.of_items(shared) for part in parts]
        self.count = len(shared)

    def comparison(self) -> Comparison:
        """Returns the curves of all pictures once; there must be one."""
        return next(self._weighted(np.ones((1, self.count))))

    def draws(self) -> Iterator[Comparison]:
        """Yields the curves of as many pictures drawn with replacement, `DRAWS` times."""
        for counts in draw_counts(self.count, DRAWS):
            yield from self._weighted(counts)

    def _weighted(self, weights: Values) -> Iterator[Comparison]:
        """Yields the curves where pictures count (R, n) times."""
        anchor, test, *originals = (part.means(weights) for part in self._parts)
        for draw in range(len(weights)):
            yield Comparison(
                anchor=MeanCurve.through(anchor[0][draw], anchor[1][draw]),
                test=MeanCurve.through(test[0][draw], test[1][draw]),
                original=float(originals[0][1][draw, 0]) if originals else np.nan,
            )
