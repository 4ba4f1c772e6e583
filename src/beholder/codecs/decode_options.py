"""What a caller may ask of a decoder."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class DecodeOptions:
    """How to decode; JPEG files need none of it.

    Attributes:
        weights: Of a learned codec: a file, or a name that ships. None: those that the file names.
        device: Of torch, such as ``cpu`` or ``cuda:1``. None: a GPU where there is one.
        threads: Of one picture.
    """

    weights: str | None = None
    device: str | None = None
    threads: int = 1
