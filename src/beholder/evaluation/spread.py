"""Some of many, evenly spread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Thing = TypeVar("Thing")


def spread(things: Sequence[Thing], count: int | None) -> list[Thing]:
    """Returns so many things in their order, the first among them; all where there are no more, or for none.

    >>> spread("abcdef", 3)
    ['a', 'c', 'e']
    """
    if count is None or count >= len(things):
        return list(things)
    return [things[number * len(things) // count] for number in range(count)]
