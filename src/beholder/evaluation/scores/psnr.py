"""PSNR, over R, G and B or of luma."""

from __future__ import annotations

from dataclasses import dataclass

from beholder.evaluation.item import Item
from beholder.evaluation.package_digest import package_digest
from beholder.evaluation.score import Scorer
from beholder.metrics import psnr_db, psnr_luma_db


@dataclass(frozen=True)
class PsnrScore:
    """Mean squared error of R, G and B together, in decibels; infinite for equal pictures."""

    name: str = "psnr"

    columns = ("psnr",)
    unit = "dB"
    higher_is_better = True

    def fingerprint(self) -> str:
        return f"psnr {package_digest('metrics')}"

    def prepare(self, item: Item) -> Scorer:
        original = item.pixels
        return lambda decoded: {"psnr": psnr_db(original, decoded)}


@dataclass(frozen=True)
class PsnrLumaScore:
    """Mean squared error of BT.601 luma as JPEG has it, in decibels; infinite for equal luma."""

    name: str = "psnr-y"

    columns = ("psnr-y",)
    unit = "dB"
    higher_is_better = True

    def fingerprint(self) -> str:
        return f"psnr-y {package_digest('metrics')}"

    def prepare(self, item: Item) -> Scorer:
        original = item.pixels
        return lambda decoded: {"psnr-y": psnr_luma_db(original, decoded)}
