"""What a caller may ask of a decoder."""

from __future__ import annotations

from dataclasses import dataclass

from beholder.option_values import checked_number


@dataclass(frozen=True, kw_only=True)
class DecodeOptions:
    """How to decode; JPEG files need none of it.

    Attributes:
        weights: Of a learned codec: a file, or a name that ships. None: those that the file names.
        device: Of torch, such as ``cpu`` or ``cuda:1``. None: a GPU where there is one.
        threads: Of one picture. None: as many as torch takes.
    """

    weights: str | None = None
    device: str | None = None
    threads: int | None = None

    def __post_init__(self) -> None:
        """Check the threads; weights and device are looked for where they are used.

        Raises:
            UsageError: A value that is not allowed.
        """
        if self.threads is not None:
            object.__setattr__(self, "threads", checked_number("threads", self.threads, 1, 1024, whole=True))
