"""JSON records on standard output, one line each."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True, kw_only=True)
class ConversionRecord:
    """What `encode --json` and `decode --json` say of a file; what does not apply is null.

    Attributes:
        input: Path, or ``-``.
        output: Path.
        status: ``encoded``, ``decoded``, ``failed``, ``planned``, or ``kept``: a JPEG input that no result
            was smaller than.
        error: Why it failed.
        input_bytes: Size of the input.
        size_bytes: Size of the result.
        width: Pixels.
        height: Pixels.
        rate_bpp: Bits a pixel of the compressed file.
        quality: Used, or found by the search for a target.
        subsampling: Of chroma.
        progressive: Whether the result is progressive.
        notes: What could not be kept.
    """

    input: str
    output: str
    status: str
    error: str | None = None
    input_bytes: int | None = None
    size_bytes: int | None = None
    width: int | None = None
    height: int | None = None
    rate_bpp: float | None = None
    quality: float | None = None
    subsampling: str | None = None
    progressive: bool | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class FailureRecord:
    """What `inspect --json` and `compare --json` say of a file that they cannot read."""

    input: str
    error: str


@dataclass(frozen=True, kw_only=True)
class HeatmapRecord:
    """What `inspect --heatmap --json` says.

    Attributes:
        input: Path, or ``-``.
        output: Path.
        observer: Its name.
        block_size: (height, width) in pixels.
        least: Weight of the block that matters least, over the mean block's.
        most: Weight of the block that matters most, over the mean block's.
    """

    input: str
    output: str
    observer: str
    block_size: tuple[int, int]
    least: float
    most: float


def format_record(record: DataclassInstance) -> str:
    """The record as one line of JSON; an infinite number, which JSON lacks, is null."""
    return json.dumps(_finite(asdict(record)), allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
