"""The learned codec's tables, from what its scripts measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Record = Mapping[str, Any]


def learned_summary(record: Record) -> list[str]:
    """BD-rates against each peer."""
    lines = ["| against | BD-rate, PSNR (RGB) | PSNR compared, dB |", "|---|---|---|"]
    for peer, delta in record["bd_rate"].items():
        least, most = delta["psnr_db"]
        lines.append(f"| {peer} | {delta['percent']:+.1f} % | {least:.1f} to {most:.1f} |")
    return lines


def learned_points(record: Record) -> list[str]:
    """The curve: rates as they are, by the tables and as trained; PSNR."""
    lines = [
        "| quality | bpp | PSNR, dB | nearest: bpp | by the tables | as trained | PSNR, dB | forward |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in record["points"]:
        lines.append(
            f"| {row['quality']} | {row['rate_bpp']:.4f} | {row['psnr_db']:.3f} | {row['nearest_bpp']:.4f} | "
            f"{row['estimated_bpp']:.4f} | {row['gaussian_bpp']:.4f} | {row['nearest_psnr_db']:.4f} | "
            f"{row['forward_psnr_db']:.4f} |"
        )
    return lines


def learned_times(record: Record) -> list[str]:
    """CPU seconds of each codec."""
    lines = ["| codec | encode, s | decode, s |", "|---|---|---|"]
    for name, (encode, decode) in record["cpu_seconds"].items():
        lines.append(f"| {name} | {encode:.2f} | {decode:.2f} |")
    return lines


def learned_exactness(record: Record) -> list[str]:
    """Mismatches of each way to compute."""
    lines = [f"| decoded by | files of {record['files']} whose symbols differ |", "|---|---|"]
    return lines + [f"| {name} | {count} |" for name, count in record["mismatches"].items()]


def learned_memory(record: Record) -> list[str]:
    """Memory and time for a very large picture."""
    lines = [f"| {record['megapixels']:.0f} megapixels | memory, MB | CPU time, s |", "|---|---|---|"]
    for step in ("encode", "decode"):
        found = record[step]
        lines.append(f"| {step} | {found['memory_mb']:.0f} | {found['cpu_seconds']:.0f} |")
    return lines
