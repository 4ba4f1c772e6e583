"""MS-SSIM."""

from __future__ import annotations

from dataclasses import dataclass

from beholder.errors import UnsupportedImageError
from beholder.evaluation.item import Item
from beholder.evaluation.package_digest import package_digest
from beholder.evaluation.score import Scorer
from beholder.metrics import MS_SSIM_MIN_SIDE, ms_ssim


@dataclass(frozen=True)
class MsSsimScore:
    """0..1, as learned compression has it; for sides of 161 pixels or more."""

    name: str = "ms-ssim"

    columns = ("ms-ssim",)
    unit = ""
    higher_is_better = True

    def fingerprint(self) -> str:
        return f"ms-ssim {package_digest('metrics')}"

    def prepare(self, item: Item) -> Scorer:
        """As the protocol has it.

        Raises:
            UnsupportedImageError: A side is below 161 pixels, where the score is not defined.
        """
        original = item.pixels
        height, width = original.shape[:2]
        if min(height, width) < MS_SSIM_MIN_SIDE:
            raise UnsupportedImageError(
                f"{item.name}: MS-SSIM needs at least {MS_SSIM_MIN_SIDE} pixels a side, this has "
                f"{width}x{height}"
            )
        return lambda decoded: {"ms-ssim": ms_ssim(original, decoded)}
