"""What pictures are scored by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias, runtime_checkable

from beholder.evaluation.item import Item
from beholder.image.pixels import Pixels

# One or more named numbers of a decoded picture; of a score of whole sets, the picture's record by that name.
Scorer: TypeAlias = Callable[[Pixels], Mapping[str, float | str]]


class Score(Protocol):
    """A way to score decoded pictures; a value that can be sent to another process."""

    @property
    def name(self) -> str:
        """What the command line calls it."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its numbers."""

    @property
    def unit(self) -> str:
        """Such as dB; empty for none."""

    @property
    def higher_is_better(self) -> bool:
        """Whether a better picture has the larger number."""

    def fingerprint(self) -> str:
        """Returns what changes whenever the same pictures could get other numbers."""

    def prepare(self, item: Item) -> Scorer:
        """Returns what scores decoded pictures of an item; what the original alone decides is computed once.

        Raises:
            InputError: The item cannot be read.
            UsageError: The item lacks what the score needs, such as a label.
        """


@runtime_checkable
class SetScore(Score, Protocol):
    """A number of a whole set of pictures, such as mAP; pictures have records (`sets.records`)."""

    @property
    def needs(self) -> str:
        """Which annotations it needs, in words: for ``--annotations``."""

    def truth(self, item: Item) -> str:
        """Returns what changes whenever the item's annotations do."""
