"""How far a mean over pictures hangs on which pictures were taken: bands about the curves of means."""

from __future__ import annotations

from collections.abc import Sequence

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
    """Returns the 95 % intervals of means by codec and quality, by column.

    They rest on the pictures that have the score at every quality of a codec; of fewer than two there is
    none.
    """
    found: dict[tuple[str, float], dict[str, tuple[float, float]]] = {}
    for codec, by_item in by_codec_and_item(rows).items():
        for column in columns:
            for quality, band in _bands(by_item, column).items():
                found.setdefault((codec, quality), {})[column.name] = band
    return found


def _bands(by_item: dict[str, list[Row]], column: Column) -> dict[float, tuple[float, float]]:
    """Bands of one codec and score, by quality; none where a mean is not finite."""
    matrix = matrix_of(by_item, column)
    if len(matrix.items) < 2:
        return {}
    with np.errstate(invalid="ignore"):  # a picture that counts 0 times, of an infinite PSNR
        means = np.concatenate([matrix.means(counts)[1] for counts in draw_counts(len(matrix.items), _DRAWS)])
    qualities = [row.quality for row in by_item[matrix.items[0]]]
    return {
        quality: percentile_interval(drawn)
        for quality, drawn in zip(qualities, means.T, strict=True)
        if np.isfinite(drawn).all()
    }
