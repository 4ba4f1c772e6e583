"""BD-rates of one encoder over a set of pictures, and the table that shows them."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from beholder.errors import UsageError
from beholder.evaluation import RateScoreCurve, bd_rate

WINDOW_BPP = (0.15, 2.5)  # of the anchor
HIGH_WINDOW_BPP = (1.0, 2.0)
# A picture where the curves meet on less of the window says little about it and is left out of the mean.
LEAST_OVERLAP = 0.25
_THIRD = (WINDOW_BPP[1] / WINDOW_BPP[0]) ** (1 / 3)
THIRDS_BPP = {
    name: (WINDOW_BPP[0] * _THIRD**index, WINDOW_BPP[0] * _THIRD ** (index + 1))
    for index, name in enumerate(("low", "middle", "high"))
}

Point = Mapping[str, float]

SCORES: dict[str, Callable[[Point], float]] = {
    "PSNR (RGB)": lambda point: point["psnr_db"],
    "MS-SSIM (RGB)": lambda point: -10 * math.log10(1 - point["ms_ssim"]),
    "SSIMULACRA2": lambda point: point["ssimulacra2"],
}


@dataclass(frozen=True)
class Figure:
    """BD-rate in one score over one window of the anchor's rates.

    Attributes:
        score: a key of SCORES.
        window_bpp: rates of the anchor.
        percent: mean over the pictures that could be compared; None where there is none.
        pictures: how many could be, on at least LEAST_OVERLAP of the window.
        least_overlap: the smallest share of a picture's window that both curves reach.
        by_picture: percent by picture.
    """

    score: str
    window_bpp: tuple[float, float]
    percent: float | None
    pictures: int
    least_overlap: float
    by_picture: dict[str, float]


@dataclass(frozen=True)
class Comparison:
    """All figures of one encoder."""

    name: str
    pictures: int
    figures: tuple[Figure, ...]

    def figure(self, score: str, window_bpp: tuple[float, float]) -> Figure:
        """The figure of one score over one window."""
        return next(f for f in self.figures if (f.score, f.window_bpp) == (score, window_bpp))


def compare(
    name: str, anchor: Mapping[str, Sequence[Point]], test: Mapping[str, Sequence[Point]]
) -> Comparison:
    """The figures of `test` against `anchor`, both points by picture."""
    windows = [(score, window) for score in SCORES for window in (WINDOW_BPP, *THIRDS_BPP.values())]
    windows.append(("SSIMULACRA2", HIGH_WINDOW_BPP))
    figures = tuple(measure_figure(score, window, anchor, test) for score, window in windows)
    return Comparison(name=name, pictures=len(anchor), figures=figures)


def measure_figure(
    score: str,
    window_bpp: tuple[float, float],
    anchor: Mapping[str, Sequence[Point]],
    test: Mapping[str, Sequence[Point]],
) -> Figure:
    """BD-rate in a score of SCORES over a window of the anchor's rates, both points by picture."""
    deltas = {}
    for picture, points in anchor.items():
        try:
            delta = bd_rate(_curve(points, score), _curve(test[picture], score), anchor_window_bpp=window_bpp)
        except UsageError:  # the curves do not meet in this window: counted in `pictures`
            continue
        if delta.overlap >= LEAST_OVERLAP:
            deltas[picture] = delta
    return Figure(
        score=score,
        window_bpp=window_bpp,
        percent=mean(delta.value for delta in deltas.values()) if deltas else None,
        pictures=len(deltas),
        least_overlap=min((delta.overlap for delta in deltas.values()), default=0.0),
        by_picture={picture: delta.value for picture, delta in deltas.items()},
    )


def _curve(points: Sequence[Point], score: str) -> RateScoreCurve:
    return RateScoreCurve.from_points((point["rate_bpp"], SCORES[score](point)) for point in points)


def markdown(
    comparisons: Sequence[Comparison], settings: Mapping[str, str], provenance: Mapping[str, str]
) -> str:
    """The report: the issue's table, one by thirds of the rates, the settings and where it comes from."""
    return "\n".join(
        [
            "# JPEG encoders on Kodak",
            "",
            f"BD-rate in percent against libjpeg-turbo over {WINDOW_BPP[0]:g} to {WINDOW_BPP[1]:g} bpp of it",
            f"(akima), by picture, then the mean over {comparisons[0].pictures}. Negative: smaller files",
            "at the same score. MS-SSIM in double precision as -10 log10(1 - x). A number in brackets is the",
            f"count of pictures where the curves meet on {LEAST_OVERLAP:.0%} of the window, if not all.",
            "",
            *_summary_table(comparisons),
            "",
            "By thirds of the rates (on a logarithmic scale, bpp of the anchor):",
            "",
            *_thirds_table(comparisons),
            "",
            "Smallest share of a picture's window that both curves reach: "
            f"{min(f.least_overlap for c in comparisons for f in c.figures if f.pictures):.2f}.",
            "",
            "| encoder | settings |",
            "|---|---|",
            *(f"| {name} | `{setting}` |" for name, setting in settings.items()),
            "",
            *(f"- {key}: `{value}`" for key, value in provenance.items()),
        ]
    )


def _summary_table(comparisons: Sequence[Comparison]) -> list[str]:
    columns = [*((score, WINDOW_BPP) for score in SCORES), ("SSIMULACRA2", HIGH_WINDOW_BPP)]
    titles = [*SCORES, f"SSIMULACRA2, {HIGH_WINDOW_BPP[0]:g} to {HIGH_WINDOW_BPP[1]:g} bpp"]
    return _table(titles, comparisons, columns)


def _thirds_table(comparisons: Sequence[Comparison]) -> list[str]:
    columns = [(score, window) for score in SCORES for window in THIRDS_BPP.values()]
    titles = [
        f"{score.split(' ')[0]} {low:.2f}-{high:.2f}" for score in SCORES for low, high in THIRDS_BPP.values()
    ]
    return _table(titles, comparisons, columns)


def _table(
    titles: Sequence[str],
    comparisons: Sequence[Comparison],
    columns: Sequence[tuple[str, tuple[float, float]]],
) -> list[str]:
    rows = [f"| encoder | {' | '.join(titles)} |", "|---" * (len(titles) + 1) + "|"]
    for comparison in comparisons:
        cells = [_cell(comparison.figure(*column), comparison.pictures) for column in columns]
        rows.append(f"| {comparison.name} | {' | '.join(cells)} |")
    return rows


def _cell(figure: Figure, pictures: int) -> str:
    if figure.percent is None:
        return "none"
    count = "" if figure.pictures == pictures else f" ({figure.pictures})"
    return f"{figure.percent:+.1f}{count}"
