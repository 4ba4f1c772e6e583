"""PSNR over R, G and B."""

from __future__ import annotations

from dataclasses import dataclass

from beholder.evaluation.item import Item
from beholder.evaluation.score import Scorer
from beholder.metrics import psnr_db


@dataclass(frozen=True)
class PsnrScore:
    """Mean squared error over the three components in decibels."""

    name: str = "psnr"

    columns = ("psnr",)
    unit = "dB"
    higher_is_better = True

    def fingerprint(self) -> str:
        return "psnr rgb 1"

    def prepare(self, item: Item) -> Scorer:
        original = item.pixels
        return lambda decoded: {"psnr": psnr_db(original, decoded)}
