"""A codec or score that is known but cannot be used on this machine."""

from __future__ import annotations

from dataclasses import dataclass


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
