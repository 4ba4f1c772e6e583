"""The tables of what benchmarks/evaluation/every_codec.py measured."""

from collections.abc import Mapping
from typing import Any

from benchmarks.script import table

Record = Mapping[str, Any]

_TITLES = {"psnr": "PSNR (RGB)", "ms-ssim": "MS-SSIM", "ssimulacra2": "SSIMULACRA2"}


def evaluation_summary(record: Record) -> list[str]:
    """BD-rates and times of every codec; a row each."""
    low, high = record["window_bpp"]
    lines = [
        f"BD-rate in percent against libjpeg-turbo with optimised Huffman tables on {record['pictures']} "
        f"Kodak photographs, over {low:g} to {high:g} bpp of it (by picture, then the mean, with the 95 % "
        "interval over pictures; negative: smaller files at the same score), and CPU seconds a picture, one "
        "thread, medians:",
        "",
    ]
    rows = []
    for name, codec in record["codecs"].items():
        cells = [_cell(codec["bd_rate"].get(score)) for score in _TITLES]
        costs = [f"{codec[key]:.2g}" if key in codec else "" for key in ("encode_cpu_s", "decode_cpu_s")]
        rows.append([f"`{name}`", *cells, *costs])
    lines += table(["codec", *_TITLES.values(), "encode", "decode"], rows, numbers=True)
    shares = [
        (float(delta["least_overlap"]), name, _TITLES[score])
        for name, codec in record["codecs"].items()
        for score, delta in codec["bd_rate"].items()
        if delta["least_overlap"]
    ]
    share, name, score = min(shares)
    lines += [
        "",
        f"Smallest share of a picture's window that both curves reach: {share:.0%} ({name}, {score}).",
    ]
    return lines


def evaluation_checks(record: Record) -> list[str]:
    """How long it took, and what was measured beside what others say."""
    times, killed = record["times"], record["killed"]
    rows: list[tuple[str, str, str]] = [
        (
            f"`{row['codec']}`, {_TITLES[row['score']]}",
            f"{row['percent']:+.1f} %",
            f"{row['stated']:+.1f} %",
        )
        for row in record["jpeg_codecs"]
    ]
    rows += [
        (
            f"published points, {row['test']} against {row['anchor']}, PSNR",
            f"{row['percent']:+.2f} %",
            f"{row['stated']:+.1f} %",
        )
        for row in record["published_points"]
    ]
    rows += [
        (
            f"`{row['codec']}` here against {row['published']} as published, PSNR",
            f"{row['percent']:+.1f} %",
            "0",
        )
        for row in record["same_codec_published"]
    ]
    return [
        f"{record['rows']} rows, {len(record['errors'])} kinds of errors. From nothing "
        f"{times['from nothing']['wall_s'] / 60:.0f} minutes of the clock "
        f"({times['from nothing']['cpu_s'] / 60:.0f} of CPU), with all of it cached "
        f"{times['cached']['wall_s']:.1f} seconds. A run of {killed['rows']} rows that was killed at "
        f"{killed['kills']} random moments ended with {'the same' if killed['same_rows'] else 'other'} rows.",
        "",
        *table(["what", "here", "stated"], rows, numbers=True),
    ]


def _cell(delta: Mapping[str, str] | None) -> str:
    """The value with its interval, and the number of pictures where that is not all."""
    if delta is None:
        return "0"
    if not delta["value"]:
        return "none"
    text = f"{float(delta['value']):+.1f}"
    if delta["low"]:
        text += f" [{float(delta['low']):+.1f}, {float(delta['high']):+.1f}]"
    return text if delta["items"] == delta["items_asked"] else f"{text} ({delta['items']})"
