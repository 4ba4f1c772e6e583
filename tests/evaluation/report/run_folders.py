"""Folders of runs to report on, made without running anything."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from beholder.evaluation.evaluated_codec import Peer
from beholder.evaluation.item import Item
from beholder.evaluation.provenance import provenance
from beholder.evaluation.published_curves import find_published
from beholder.evaluation.rows import Row
from beholder.evaluation.run_record import CodecRecord, Run
from beholder.evaluation.score import Column, Scale
from tests.evaluation.fakes import StepCodec

CODECS = (StepCodec("jpeg"), StepCodec("fine", (6, 12, 24, 48), "fine"))
Rate = Callable[[int, str, float], float]


def usual_rate(number: int, codec: str, quality: float) -> float:
    """Bits a pixel of a picture by its number: the second codec needs less."""
    return (1 + 0.1 * number) * quality / (30 if codec == "fine" else 20)


def row_of(item: str, codec: str, quality: float, rate_bpp: float, scores: Mapping[str, float]) -> Row:
    """A row of a picture that was encoded and decoded."""
    return Row(
        item=item,
        codec=codec,
        quality=float(quality),
        width=24,
        height=16,
        size_bytes=100,
        rate_bpp=rate_bpp,
        encode_cpu_s=0.5,
        encode_wall_s=0.5,
        decode_cpu_s=0.25,
        decode_wall_s=0.25,
        encode_memory_bytes=1000,
        decode_memory_bytes=None,
        scores=scores,
    )


def rows_of(items: Sequence[Item], rate: Rate = usual_rate, codecs: Sequence[Peer] = CODECS) -> list[Row]:
    """Rows in which the PSNR grows by 6 dB with each doubling of the quality."""
    return [
        replace(
            row_of(
                item.name,
                codec.name,
                quality,
                rate(number, codec.name, quality),
                {"psnr": 20 + 2 * quality**0.5 + number, "ms-ssim": 1 - 0.2 / quality},
            ),
            encode_memory_bytes=1000 * number,
        )
        for number, item in enumerate(items)
        for codec in codecs
        for quality in codec.qualities
    ]


def records_of(codecs: Iterable[str], qualities: Sequence[float]) -> dict[str, CodecRecord]:
    """What a run keeps of codecs that nobody runs."""
    return {name: CodecRecord(settings=name, fingerprint=name, qualities=tuple(qualities)) for name in codecs}


def write_folder(
    folder: Path, items: Sequence[Item], rows: Sequence[Row] | None = None, **changes: Any
) -> Path:
    """Write a run in the scores psnr and ms-ssim."""
    run = Run(
        rows=rows_of(items) if rows is None else rows,
        codecs={
            codec.name: CodecRecord(
                settings=codec.settings, fingerprint=codec.fingerprint(), qualities=codec.qualities
            )
            for codec in CODECS
        },
        columns=[Column("psnr", "dB"), Column("ms-ssim", "", Scale.DECIBELS)],
        fingerprints={"psnr": "1", "ms-ssim": "1"},
        items=items,
        anchor="jpeg",
        published=[find_published("vtm")],
        window_bpp=None,
        absent=[],
        provenance=provenance(["beholder", "evaluate", "--images", "a b"], jobs=1),
    )
    replace(run, **changes).write(folder)
    return folder
