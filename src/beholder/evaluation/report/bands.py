"""How far a mean over pictures hangs on which pictures were taken: bands about the curves of means."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from beholder.evaluation.bootstrap import draw_counts, percentile_interval
from beholder.evaluation.curves_of_rows import matrix_of
from beholder.evaluation.rows import Row, by_codec_and_item
from beholder.evaluation.score import Column

# Ends of a band that is drawn a few pixels wide; a table's intervals take ten times as many.
_DRAWS = 1000


def mean_bands(
    rows: Sequence[Row], columns: Sequence[Column]
) -> dict[tuple[str, float], dict[str, tuple[float, float]]]:
    """Return the 95 % intervals of means by codec and quality, by column; none where a mean is not finite.

    They rest on the pictures that have the score at every quality of a codec; of fewer than two there is
    none.
    """
    found: dict[tuple[str, float], dict[str, tuple[float, float]]] = {}
    for (codec, by_item), column in product(by_codec_and_item(rows).items(), columns):
        matrix = matrix_of(by_item, column)
        count = len(matrix.items)
        if count < 2:
            continue
        with np.errstate(invalid="ignore"):  # a picture that counts 0 times, of an infinite PSNR
            means = np.concatenate([matrix.means(counts)[1] for counts in draw_counts(count, _DRAWS)])
        for row, drawn in zip(by_item[matrix.items[0]], means.T, strict=True):
            if np.isfinite(drawn).all():
                found.setdefault((codec, row.quality), {})[column.name] = percentile_interval(drawn)
    return found
