"""How far a mean over pictures hangs on which pictures were taken: bands about the curves of means."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from beholder.evaluation.bootstrap import draw_means, percentile_interval
from beholder.evaluation.curves_of_rows import Column
from beholder.evaluation.rows import Row

# Ends of a band that is drawn a few pixels wide; a table's intervals take ten times as many.
_DRAWS = 1000


def mean_bands(
    rows: Sequence[Row], columns: Sequence[Column]
) -> dict[tuple[str, float], dict[str, tuple[float, float]]]:
    """Returns the 95 % intervals of means by codec and quality, by column; of one picture there is none."""
    groups: dict[tuple[str, float], list[Row]] = {}
    for row in rows:
        if row.rate_bpp is not None:
            groups.setdefault((row.codec, row.quality), []).append(row)
    return {key: _bands(group, columns) for key, group in groups.items()}


def _bands(rows: Sequence[Row], columns: Sequence[Column]) -> dict[str, tuple[float, float]]:
    found = {}
    for column in columns:
        values = np.array([row.scores[column.name] for row in rows if column.name in row.scores])
        if len(values) > 1 and np.isfinite(values).all():
            drawn = np.array([mean[0] for mean in draw_means(values[:, np.newaxis], _DRAWS)])
            found[column.name] = percentile_interval(drawn)
    return found
