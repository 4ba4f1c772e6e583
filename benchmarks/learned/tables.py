"""The learned codec's tables, from what its scripts measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.script import table

Record = Mapping[str, Any]

_MUCH_PERCENT = 10  # more of WebP's rate, which no picture should take


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


def learned_classes(record: Record) -> list[str]:
    """BD-rates against WebP of each class, with the best and the worst picture."""
    rows: list[tuple[object, ...]] = []
    for name, own in record["classes"].items():
        pictures = own["pictures"]
        if not pictures:
            rows.append((name, 0, "none", *[""] * 5))
            continue
        ends = [low_high for picture in pictures for low_high in picture["psnr_db"]]
        losing, lost = (sum(picture["percent"] > most for picture in pictures) for most in (0, _MUCH_PERCENT))
        rows.append(
            (
                name,
                len(pictures),
                f"{own['percent']:+.1f} %{_bracketed(own['interval'], '+.1f')}",
                f"{own['median_percent']:+.1f} %",
                f"{pictures[-1]['percent']:+.1f} %",
                f"{pictures[0]['percent']:+.1f} %, {pictures[0]['picture']}",
                f"{losing} / {lost}",
                f"{min(ends):.1f} to {max(ends):.1f}",
            )
        )
    head = ("class", "pictures", "BD-rate, PSNR (RGB)", "median", "best", "worst")
    head += (f"above 0 / +{_MUCH_PERCENT} %", "PSNR compared, dB")
    lines = [
        f"BD-rate of `{record['codec']}` against WebP (method 6), the mean over pictures, in brackets 95 % "
        "intervals from resamplings of the pictures.",
        "",
        *table(head, rows),
    ]
    for name, own in record["classes"].items():
        lines += [f"\n{name}: {item} could not be compared: {why}" for item, why in own["refused"].items()]
    return lines


def learned_worst_pictures(record: Record, count: int = 5) -> list[str]:
    """The pictures of each class that lose most, and what was compared of them."""
    rows = [
        (
            name,
            picture["picture"],
            f"{picture['percent']:+.1f} %",
            "{:.1f} to {:.1f}".format(*picture["psnr_db"]),
            f"{picture['overlap']:.0%}",
        )
        for name, own in record["classes"].items()
        for picture in own["pictures"][:count]
    ]
    return table(["class", "picture", "BD-rate", "PSNR compared, dB", "of what both cover"], rows)


def _bracketed(interval: Sequence[float] | None, form: str) -> str:
    return "" if interval is None else f" [{interval[0]:{form}}, {interval[1]:{form}}]"
