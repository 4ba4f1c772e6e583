"""What a run evaluates: pictures, codecs, scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from beholder.errors import UsageError
from beholder.evaluation.evaluated_codec import EvaluatedCodec
from beholder.evaluation.item import Item
from beholder.evaluation.score import Score


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """What to evaluate.

    Attributes:
        items: Pictures.
        codecs: With names that differ.
        scores: With names that differ.
        qualities: How many of each codec's qualities, evenly spread; None takes all.
    """

    items: Sequence[Item]
    codecs: Sequence[EvaluatedCodec]
    scores: Sequence[Score]
    qualities: int | None = None

    def __post_init__(self) -> None:
        """Checks names.

        Raises:
            UsageError: Two codecs or two scores have one name, or fewer than one quality is asked for.
        """
        _refuse_twice("codec", [codec.name for codec in self.codecs])
        _refuse_twice("score", [score.name for score in self.scores])
        if self.qualities is not None and self.qualities < 1:
            raise UsageError(f"at least one quality is needed, got {self.qualities}")

    @property
    def row_count(self) -> int:
        """How many rows a run gives."""
        return len(self.items) * sum(len(self.qualities_of(codec)) for codec in self.codecs)

    def qualities_of(self, codec: EvaluatedCodec) -> list[float]:
        """Those to use of a codec: the first, the last, and others evenly between them."""
        every, count = [float(quality) for quality in codec.qualities], self.qualities
        if count is None or count >= len(every):
            return every
        if count == 1:
            return [every[len(every) // 2]]
        return [every[round(number * (len(every) - 1) / (count - 1))] for number in range(count)]


def _refuse_twice(what: str, names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(f"the {what} {twice[0]} is given twice")
