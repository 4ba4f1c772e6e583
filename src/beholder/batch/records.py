"""Records of what became of files, as lines of JSON of one shape for every command (docs/json.md)."""

from __future__ import annotations

import base64
import json
import math
import os
import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from beholder.batch.convert import Converted, Failed, Outcome, Skipped
from beholder.batch.plan import Job

if TYPE_CHECKING:  # what they need is not loaded for the commands that have none of them
    from beholder.jpeg.inspect import JpegReport
    from beholder.learned.inspect import LearnedReport

# Grows by one when a field goes or changes its meaning; a field that is added changes nothing.
RECORD_VERSION = 1

Command: TypeAlias = Literal["encode", "decode", "inspect", "compare"]
Status: TypeAlias = Literal[
    "encoded", "decoded", "kept", "skipped", "planned", "inspected", "compared", "drawn", "failed"
]

_NAMES = ("input", "output", "original")
# Half of a pair of UTF-16, by which Python writes a byte of a name that is not UTF-8; UTF-8 holds none.
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class ScoresRecord:
    """Scores of a compressed picture.

    Attributes:
        psnr_db: Over RGB; None for equal pictures, of which it is infinite.
        ms_ssim: 0..1; None for a side below 161 pixels.
        ssimulacra2: Up to 100; None for a side below 8 pixels.
    """

    psnr_db: float | None
    ms_ssim: float | None
    ssimulacra2: float | None


@dataclass(frozen=True, kw_only=True)
class HeatmapRecord:
    """A heat map.

    Attributes:
        observer: Its name.
        block_size: (height, width) in pixels.
        min_weight: Of the block that matters least, over the mean block's.
        max_weight: Of the block that matters most, over the mean block's.
    """

    observer: str
    block_size: tuple[int, int]
    min_weight: float
    max_weight: float


@dataclass(frozen=True, kw_only=True)
class Record:
    """What became of one input of a command; None where something does not apply or is not known.

    Attributes:
        version: Of this shape, `RECORD_VERSION`.
        command: Of the program.
        input: Path as given or found, or ``-``. To `compare` the compressed file.
        output: Path, or ``-``.
        status: What has become of it; ``kept`` is a JPEG that no result is smaller than.
        error: Why it failed.
        notes: What could not be kept, or is to be known of the result.
        input_bytes: Size of the input.
        output_bytes: Size of the output.
        width: Pixels.
        height: Pixels.
        rate_bpp: Bits a pixel of the compressed file.
        quality: Used, or found by the search for a target; of a ``.bhd`` file what it says.
        subsampling: Of a JPEG's chroma.
        progressive: Whether a JPEG is progressive.
        original: Path of what `compare` compares with.
        scores: Of `compare`.
        report: Of `inspect`.
        heatmap: Of `inspect --heatmap`.
    """

    version: int = RECORD_VERSION
    command: Command
    input: str
    output: str | None = None
    status: Status
    error: str | None = None
    notes: tuple[str, ...] = ()
    input_bytes: int | None = None
    output_bytes: int | None = None
    width: int | None = None
    height: int | None = None
    rate_bpp: float | None = None
    quality: float | None = None
    subsampling: str | None = None
    progressive: bool | None = None
    original: str | None = None
    scores: ScoresRecord | None = None
    report: JpegReport | LearnedReport | None = None
    heatmap: HeatmapRecord | None = None


def record_of(command: Command, job: Job, outcome: Outcome | None, done: Status) -> Record:
    """Return what became of a job.

    Args:
        command: Of the program.
        job: Which it was.
        outcome: Its outcome; None of a job that is only planned.
        done: What has become of a file that was converted.
    """
    record = Record(command=command, input=job.source, output=job.target, status="planned")
    match outcome:
        case Failed():
            return replace(record, status="failed", error=outcome.message)
        case Skipped():
            return replace(record, status="skipped", notes=(f"the output {outcome.why}",))
        case Converted(file=file):
            return replace(
                record,
                status="kept" if file.kept_input else done,
                notes=file.notes,
                input_bytes=outcome.input_bytes,
                output_bytes=len(file.data),
                width=file.width,
                height=file.height,
                rate_bpp=file.rate_bpp,
                quality=file.quality,
                subsampling=file.subsampling,
                progressive=file.progressive,
            )
        case None:
            return record


def format_record(record: Record) -> str:
    """Return the record as one line of JSON, which is ASCII and so UTF-8 whatever is in it.

    An infinite number, which JSON lacks, is null. A name that is not UTF-8 has U+FFFD for each byte that is
    none, and stands in a field more, such as ``input_base64``, as its bytes in Base64.
    """
    fields = asdict(record)
    for name in _NAMES:
        if _SURROGATE.search(fields[name] or ""):
            fields[f"{name}_base64"] = base64.b64encode(os.fsencode(fields[name])).decode("ascii")
    return json.dumps(_storable(fields), allow_nan=False)


def _storable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _storable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(part) for part in value]
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
