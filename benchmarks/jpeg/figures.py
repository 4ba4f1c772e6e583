"""BD-rates of a set of pictures against libjpeg-turbo, over the windows of rates that the tables show."""

from collections.abc import Sequence
from typing import Any

from beholder.evaluation.deltas import Window, set_deltas
from beholder.evaluation.rows import Row
from beholder.evaluation.score import Column
from benchmarks.jpeg.codecs import ANCHOR
from benchmarks.jpeg.tables import HIGH_WINDOW_BPP, SCORES, WINDOW_BPP

_THIRD = (WINDOW_BPP[1] / WINDOW_BPP[0]) ** (1 / 3)
THIRDS_BPP = tuple(
    (WINDOW_BPP[0] * _THIRD**index, WINDOW_BPP[0] * _THIRD ** (index + 1)) for index in range(3)
)
# A score by its title, and rates of the anchor.
Shown = tuple[str, Window]
ALL_SHOWN: tuple[Shown, ...] = (
    *((score, window) for score in SCORES.values() for window in (WINDOW_BPP, *THIRDS_BPP)),
    (SCORES["ssimulacra2"], HIGH_WINDOW_BPP),
)


def figures(
    rows: Sequence[Row], columns: Sequence[Column], shown: Sequence[Shown]
) -> dict[str, list[dict[str, Any]]]:
    """Return what is shown of each codec but the anchor, as it is written into results.

    Args:
        rows: Of a run that has the anchor.
        columns: Of its scores.
        shown: In this order.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for title, window in shown:
        column = next(column for column in columns if SCORES[column.name] == title)
        for delta in set_deltas(rows, ANCHOR, [column], window):
            if delta.kind == "rate":
                figure = {"score": title, "window_bpp": window, "percent": delta.value}
                figure |= {"pictures": delta.items, "least_overlap": delta.overlap}
                found.setdefault(delta.codec, []).append(figure)
    return found
