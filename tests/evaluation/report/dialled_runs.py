"""Runs of codecs with a dial, made without running anything."""

import math
from collections.abc import Callable
from pathlib import Path

from beholder.evaluation.item import Item
from beholder.evaluation.run_record import Run, read_run
from beholder.evaluation.score import Column
from tests.evaluation.report.run_folders import records_of, row_of, write_folder

PSNR = Column("psnr", "dB")
RATES = (0.25, 0.5, 1.0, 2.0)
Score = Callable[[int, float, float], float]


def psnr(item: int, alpha: float, rate_bpp: float) -> float:
    """Falls by 2 dB from people to machines, and in item 1 by 1 dB more."""
    return 30 + 3 * item - (2 + item) * alpha + 6 * math.log2(rate_bpp)


def run_of(folder: Path, codecs: dict[str, float], items: int = 4, score: Score = psnr) -> Run:
    """A run of codecs by their alpha."""
    pictures = [Item(f"{number}.png", Path("/gone")) for number in range(items)]
    rows = [
        row_of(picture.name, codec, quality, rate, {"psnr": score(number, alpha, rate)})
        for number, picture in enumerate(pictures)
        for codec, alpha in codecs.items()
        for quality, rate in enumerate(RATES)
    ]
    return read_run(
        write_folder(
            folder,
            pictures,
            rows,
            anchor=next(iter(codecs)),
            codecs=records_of(codecs, range(len(RATES))),
            columns=[PSNR],
            fingerprints={"psnr": "1"},
        )
    )
