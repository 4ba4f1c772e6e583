"""How far a batch is, for whoever shows it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Is told how many items are done."""

    def start(self, total: int) -> None:
        """Begin with so many items."""

    def skip(self, count: int = 1) -> None:
        """Count items that took no time, such as those that an earlier run did."""

    def advance(self, count: int = 1) -> None:
        """Count items that are done."""


class Unwatched:
    """A progress that nobody watches."""

    def start(self, total: int) -> None:
        """Tell nobody."""

    def skip(self, count: int = 1) -> None:
        """Tell nobody."""

    def advance(self, count: int = 1) -> None:
        """Tell nobody."""
