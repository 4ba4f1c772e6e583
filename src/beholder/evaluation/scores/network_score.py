"""What scores by networks have in common: one column, by one network."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NetworkScore:
    """A score of one number; `KIND:MODEL` is its name and its column's."""

    name: str
    model: str

    unit = ""
    higher_is_better = True

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.name,)
