"""The table of benchmarks/networks/machine_cost.py."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

REFERENCE = "mse"


def machine_cost_table(measured: Mapping[str, Mapping[str, Sequence[float]]]) -> list[str]:
    """CPU seconds by picture, setting and round as ratios to `mse` in the same round."""
    lines = [
        "CPU time over that of `mse` encoding, medians of rounds in which the settings take turns; in "
        "brackets milliseconds.",
        "",
        f"| setting | {' | '.join(measured)} |",
        "|---" * (len(measured) + 1) + "|",
    ]
    for name in next(iter(measured.values())):
        cells = []
        for seconds in measured.values():
            ratios = [own / mse for own, mse in zip(seconds[name], seconds[REFERENCE], strict=True)]
            cells.append(f"{statistics.median(ratios):.2f} ({1000 * statistics.median(seconds[name]):.1f})")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines
