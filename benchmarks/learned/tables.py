"""The learned codec's tables, from what its scripts measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.script import table

Record = Mapping[str, Any]


def learned_summary(record: Record) -> list[str]:
    """BD-rates against each peer."""
    rows = [
        (peer, f"{delta['percent']:+.1f} %", "{:.1f} to {:.1f}".format(*delta["psnr_db"]))
        for peer, delta in record["bd_rate"].items()
    ]
    return table(["against", "BD-rate, PSNR (RGB)", "PSNR compared, dB"], rows)


def learned_points(record: Record) -> list[str]:
    """The curve: rates as they are, by the tables and as trained; PSNR."""
    columns = {
        "rate_bpp": "bpp", "psnr_db": "PSNR, dB", "nearest_bpp": "nearest: bpp",
        "estimated_bpp": "by the tables", "gaussian_bpp": "as trained", "nearest_psnr_db": "PSNR, dB",
        "forward_psnr_db": "forward",
    }  # fmt: skip
    rows = [
        [row["quality"], *(f"{row[key]:.{3 if key == 'psnr_db' else 4}f}" for key in columns)]
        for row in record["points"]
    ]
    return table(["quality", *columns.values()], rows)


def learned_times(record: Record) -> list[str]:
    """CPU seconds of each codec."""
    times = record["cpu_seconds"].items()
    rows = [(name, f"{encode:.2f}", f"{decode:.2f}") for name, (encode, decode) in times]
    return table(["codec", "encode, s", "decode, s"], rows)


def learned_exactness(record: Record) -> list[str]:
    """Mismatches of each way to compute."""
    return table(
        ["decoded by", f"files of {record['files']} whose symbols differ"], record["mismatches"].items()
    )


def learned_memory(record: Record) -> list[str]:
    """Memory and time for a very large picture."""
    rows = [
        (step, f"{record[step]['memory_mb']:.0f}", f"{record[step]['cpu_seconds']:.0f}")
        for step in ("encode", "decode")
    ]
    return table([f"{record['megapixels']:.0f} megapixels", "memory, MB", "CPU time, s"], rows)
