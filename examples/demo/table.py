"""The comparisons as a table for the terminal."""

from collections.abc import Iterable, Sequence
from statistics import mean

from demo.comparison import Comparison, Encoding, Observer

SCORE_NAMES: dict[Observer, str] = {"human": "SSIMULACRA2", "machine": "SSIMULACRA2", "mse": "PSNR (dB)"}

_HEADER = ("picture", "libjpeg quality", "libjpeg bytes", "score", "Beholder bytes", "score", "saved")


def render_table(comparisons: Sequence[Comparison]) -> str:
    """Returns one table for each observer, with the mean of the savings below."""
    observers = dict.fromkeys(comparison.observer for comparison in comparisons)
    return "\n\n".join(_render_observer(observer, comparisons) for observer in observers)


def _render_observer(observer: Observer, comparisons: Sequence[Comparison]) -> str:
    chosen = [comparison for comparison in comparisons if comparison.observer == observer]
    rows = [_HEADER, *(_row(comparison) for comparison in chosen)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADER))]
    lines = [_line(row, widths) for row in rows]
    rule = "-" * len(lines[0])
    title = f'observer="{observer}", files of the same {SCORE_NAMES[observer]}'
    average = f"mean of the savings: {mean(comparison.saved for comparison in chosen):.1%}"
    return "\n".join([title, rule, lines[0], rule, *lines[1:], rule, average])


def _row(comparison: Comparison) -> tuple[str, ...]:
    return (
        comparison.photograph,
        str(comparison.quality),
        f"{len(comparison.libjpeg.data):,}",
        f"{_score(comparison.libjpeg, comparison.observer):.2f}",
        f"{len(comparison.beholder.data):,}",
        f"{_score(comparison.beholder, comparison.observer):.2f}",
        f"{comparison.saved:.1%}",
    )


def _score(encoding: Encoding, observer: Observer) -> float:
    return encoding.scores.psnr_db if observer == "mse" else encoding.scores.ssimulacra2


def _line(row: Iterable[str], widths: Sequence[int]) -> str:
    name, *numbers = row
    return "  ".join([name.ljust(widths[0]), *(n.rjust(w) for n, w in zip(numbers, widths[1:], strict=True))])
