"""What pictures are scored by, and what a score says of its own numbers.

A score is a frozen dataclass in a file of its own that subclasses `Score`, and a line in `scores.registry`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from beholder.evaluation.absent import Absent
from beholder.evaluation.item import Item, Needs
from beholder.image.pixels import Pixels

# The number of a decoded picture; of a score with `Aggregate.RECORDS` the picture's record.
Scorer: TypeAlias = Callable[[Pixels], float | str]


class Scale(StrEnum):
    """Where a score's numbers stand on a curve, on which higher is better and between which is interpolated.

    Members:
        LINEAR: x.
        TURNED: -x, where lower is better.
        DECIBELS: -10 log10(1 - x), for what all good pictures have near 1, as the literature draws MS-SSIM.
        DECADES: -log10(x), for what falls over decades towards 0.
    """

    LINEAR = "linear"
    TURNED = "turned"
    DECIBELS = "decibels"
    DECADES = "decades"

    def on_curve(self, value: float) -> float:
        """Return the place of a value; infinite for that of equal pictures."""
        match self:
            case Scale.DECIBELS:
                return -10 * math.log10(1 - value) if value < 1 else math.inf
            case Scale.DECADES:
                return -math.log10(value) if value > 0 else math.inf
            case Scale.TURNED:
                return -value
            case Scale.LINEAR:
                return value

    def unit(self, unit: str) -> str:
        """Return the unit of differences on the curve, of a score whose numbers have `unit`."""
        return {Scale.DECIBELS: "dB", Scale.DECADES: "decades"}.get(self, unit)


class Aggregate(StrEnum):
    """How pictures make the number of a set, and of what curves deltas are taken.

    Members:
        PICTURES: The mean; each picture has a curve, and the delta is the mean of the pictures' deltas.
        MEANS: The mean; only the means draw a curve, since numbers of single pictures are right or wrong, or
            too erratic. The delta is that of the mean curves.
        RECORDS: Computed from all pictures' records (`sets.records`), such as mAP; the delta is that of the
            curves of the set.
    """

    PICTURES = "pictures"
    MEANS = "means"
    RECORDS = "records"


@dataclass(frozen=True)
class Column:
    """What rows and tables know of a score.

    Attributes:
        name: As in the rows.
        unit: Such as dB; empty for none.
        scale: Of curves.
        aggregate: Of sets of pictures.
        needs: What the score must be told of a picture beside its pixels.
    """

    name: str
    unit: str = ""
    scale: Scale = Scale.LINEAR
    aggregate: Aggregate = Aggregate.PICTURES
    needs: Needs = Needs.NOTHING

    def on_curve(self, value: float) -> float:
        """Return where a value stands on a curve, higher being better."""
        return self.scale.on_curve(value)

    @property
    def delta_unit(self) -> str:
        """Of differences on the curve."""
        return self.scale.unit(self.unit)


class Score(ABC):
    """A way to score decoded pictures; a value that can be sent to another process.

    Attributes:
        name: What the command line and the rows call it; unit, scale, aggregate and needs are its `Column`'s.
        takes_network: Whether its name may end in a network, as in ``kl:MODEL``.
        needs_network: Whether it must.
    """

    name: str
    unit: str = ""
    scale: Scale = Scale.LINEAR
    aggregate: Aggregate = Aggregate.PICTURES
    needs: Needs = Needs.NOTHING
    takes_network: bool = False
    needs_network: bool = False

    @classmethod
    def find(cls, name: str) -> Score | Absent:
        """Return the score of a name, or what is missing for it on this machine.

        Raises:
            UsageError: The name asks for what does not exist.
        """
        return cls()

    @property
    def column(self) -> Column:
        """What rows and tables know of it."""
        return Column(self.name, self.unit, self.scale, self.aggregate, self.needs)

    @abstractmethod
    def fingerprint(self) -> str:
        """Return what changes whenever the same pictures could get other numbers."""

    @abstractmethod
    def prepare(self, item: Item) -> Scorer:
        """Return what scores decoded pictures of an item; what the original alone decides is computed once.

        Args:
            item: Of which all is known that the score `needs`.

        Raises:
            InputError: The item cannot be read.
            UsageError: The score does not fit the item, or its network's weights are none.
            UnsupportedImageError: A side is below that from which on the score is defined.
        """
