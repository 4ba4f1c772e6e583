"""Which file becomes which."""

from __future__ import annotations

from dataclasses import dataclass, field

from beholder.batch.find_files import FoundFiles, path_key

STANDARD_STREAM = "-"


@dataclass(frozen=True)
class Job:
    """One file to make.

    Attributes:
        source: Path, or ``-`` for standard input.
        target: Path, or ``-`` for standard output.
        problem: Why it cannot be made; None where nothing is known that stands in the way.
    """

    source: str
    target: str
    problem: str | None = None

    @property
    def in_place(self) -> bool:
        """Whether the result replaces its own source."""
        return self.source != STANDARD_STREAM and path_key(self.source) == path_key(self.target)


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes:
        jobs: In order.
        found: What the search for them met beside.
    """

    jobs: tuple[Job, ...]
    found: FoundFiles = field(default_factory=FoundFiles)
