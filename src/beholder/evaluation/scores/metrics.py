"""The package's own metrics as scores."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from beholder.errors import UnsupportedImageError
from beholder.evaluation.digests import package_digest
from beholder.evaluation.item import Item
from beholder.evaluation.score import Scale, Score, Scorer
from beholder.metrics import MS_SSIM_MIN_SIDE, Ssimulacra2Reference, ms_ssim, psnr_db, psnr_luma_db


class _Metric(Score):
    def fingerprint(self) -> str:
        return f"{self.name} {package_digest('metrics')}"


@dataclass(frozen=True)
class PsnrScore(_Metric):
    """Mean squared error of R, G and B together, in decibels; infinite for equal pictures."""

    name: str = "psnr"
    unit = "dB"
    metric = staticmethod(psnr_db)

    def prepare(self, item: Item) -> Scorer:
        return partial(self.metric, item.pixels)


@dataclass(frozen=True)
class PsnrLumaScore(PsnrScore):
    """The same of BT.601 luma as JPEG has it."""

    name: str = "psnr-y"
    metric = staticmethod(psnr_luma_db)


@dataclass(frozen=True)
class MsSsimScore(_Metric):
    """0..1, as learned compression has it; for sides of 161 pixels or more."""

    name: str = "ms-ssim"
    scale = Scale.DECIBELS

    def prepare(self, item: Item) -> Scorer:
        original = item.pixels
        height, width = original.shape[:2]
        if min(height, width) < MS_SSIM_MIN_SIDE:
            raise UnsupportedImageError(
                f"{item.name}: MS-SSIM needs at least {MS_SSIM_MIN_SIDE} pixels a side, this has "
                f"{width}x{height}"
            )
        return partial(ms_ssim, original)


@dataclass(frozen=True)
class Ssimulacra2Score(_Metric):
    """Up to 100, the reference tool's values; for sides of 8 pixels or more."""

    name: str = "ssimulacra2"

    def prepare(self, item: Item) -> Scorer:
        return Ssimulacra2Reference(item.pixels).score
