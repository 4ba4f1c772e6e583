"""A codec or score that is known but cannot be used on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

Found = TypeVar("Found")


@dataclass(frozen=True)
class Absent:
    """What is missing, and how to get it.

    Attributes:
        name: What the command line calls it.
        reason: What is not there, in words.
        install: What to do: a command, or a variable to set.
    """

    name: str
    reason: str
    install: str

    def __str__(self) -> str:
        return f"{self.name}: not there, {self.reason}; {self.install}"


def look_up(
    names: Iterable[str | Found], find: Callable[[str], Found | Absent]
) -> tuple[list[Found], list[Absent]]:
    """Return what there is of some names, and what there is not; what is no name is there."""
    found: list[Found] = []
    absent: list[Absent] = []
    for name in names:
        result = find(name) if isinstance(name, str) else name
        if isinstance(result, Absent):
            absent.append(result)
        else:
            found.append(result)
    return found, absent
