"""SSIMULACRA 2."""

from __future__ import annotations

from dataclasses import dataclass

from beholder.evaluation.item import Item
from beholder.evaluation.package_digest import package_digest
from beholder.evaluation.score import Scorer
from beholder.metrics import Ssimulacra2Reference


@dataclass(frozen=True)
class Ssimulacra2Score:
    """Up to 100, the reference tool's values; for sides of 8 pixels or more."""

    name: str = "ssimulacra2"

    columns = ("ssimulacra2",)
    unit = ""
    higher_is_better = True

    def fingerprint(self) -> str:
        return f"ssimulacra2 {package_digest('metrics')}"

    def prepare(self, item: Item) -> Scorer:
        """As the protocol has it.

        Raises:
            UnsupportedImageError: A side is below 8 pixels, where the score is not defined.
        """
        reference = Ssimulacra2Reference(item.pixels)
        return lambda decoded: {"ssimulacra2": reference.score(decoded)}
