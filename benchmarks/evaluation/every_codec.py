"""Every codec on the 24 Kodak photographs, through `beholder evaluate`: how long it takes, how true it is.

    python -m benchmarks.evaluation.every_codec --output benchmarks/results

Runs the command from nothing, and once more with all of it cached; and on four pictures once without a break
and once killed at ten random moments, after which the rows must be the same. Sets mozjpeg and jpegli beside
what the issue on the JPEG codec measured of them, BPG and WebP beside their curves as CompressAI published
them, and takes Bjontegaard deltas of CompressAI's own points. Peers that are not on this machine are told and
left out (`beholder evaluate --list` says how to get them).
"""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from beholder.evaluation import bd_rate
from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs.registry import all_codecs
from beholder.evaluation.curves_of_rows import matrix_of
from beholder.evaluation.published_curves import find_published
from beholder.evaluation.rows import Row, by_codec_and_item, read_csv
from beholder.evaluation.score import Column
from benchmarks.provenance import ROOT, provenance
from benchmarks.script import flags

_ANCHOR = "jpeg"
_SCORES = ("psnr", "ms-ssim", "ssimulacra2")
_PUBLISHED = ("vtm", "bpg_444", "mbt2018-mean_mse", "cheng2020-anchor_mse")
_PSNR = Column("psnr", "dB")
# Those of the list that need a network at hand, or that the first ones cover.
_LEFT_OUT = ("beholder:machine+network", "beholder:machine+loop", "jpeg:444", "avif:444")

# BD-rate in percent over 0.15 to 2.5 bpp of libjpeg-turbo, as the issue on the JPEG codec states them.
_WINDOW_BPP = ("0.15", "2.5")
_STATED = {
    "mozjpeg": (-15.2, -23.3, -29.0),
    "mozjpeg:flat": (-26.5, -0.4, -2.9),
    "jpegli": (-11.8, -15.3, -22.6),
}
_KILLS = 10
# Columns that no two runs share.
_MEASURED_ANEW = tuple(
    f"{part}_{cost}" for part in ("encode", "decode") for cost in ("cpu_s", "wall_s", "memory_bytes")
)
# Anchor, test, and the BD-rate in percent that the issue on evaluation states for the published points.
_STATED_PUBLISHED = (
    ("vtm", "bpg_444", 22.0),
    ("mbt2018-mean_mse", "cheng2020-anchor_mse", -16.5),
)
# Our codec, and a published curve of the same one; that of WebP was made at a faster method.
_SAME = (("bpg", "bpg_444"), ("webp", "webp"))


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs, compares, and writes results."""
    parser = flags(__doc__)
    parser.add_argument("--limit", type=int, metavar="N", help="use N of the pictures")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs", help="where the runs go")
    parser.add_argument(
        "--keep", action="store_true", help="go on from an earlier run; its time is then not from nothing"
    )
    options = parser.parse_args(arguments)
    folder = options.runs / "evaluation"
    if folder.exists() and not options.keep:
        shutil.rmtree(folder)
    every = all_codecs()
    codecs = [
        name for name, codec in every.items() if name not in _LEFT_OUT and not isinstance(codec, Absent)
    ]
    absent = [str(codec) for codec in every.values() if isinstance(codec, Absent)]
    command = ["--images", str(options.data), "--codecs", ",".join(codecs), "--scores", ",".join(_SCORES)]
    command += ["--anchor", _ANCHOR, "--window", *_WINDOW_BPP, "--published", ",".join(_PUBLISHED)]
    command += ["-o", str(folder), "--quiet"]
    if options.limit is not None:
        command += ["--limit", str(options.limit)]
    times = {"from nothing": _timed(command), "cached": _timed(command)}
    rows = read_csv(folder / "rows.csv")
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    rate_deltas = [row for row in _table(folder / "deltas.csv") if row["kind"] == "rate"]
    record = {
        "provenance": provenance(),
        "absent": absent,
        "rows": len(rows),
        "errors": sorted({row.error for row in rows if row.error}),
        "times": times,
        "window_bpp": [float(rate) for rate in _WINDOW_BPP],
        "pictures": len({row.item for row in rows}),
        "codecs": {
            name: {
                "settings": run["codecs"][name]["settings"],
                "bd_rate": {row["score"]: row for row in rate_deltas if row["codec"] == name},
                **_costs(rows, name),
            }
            for name in codecs
        },
        "killed": _killed(options.data, options.runs),
        "jpeg_codecs": _beside_stated(rate_deltas),
        "published_points": [_published_delta(*each) for each in _STATED_PUBLISHED],
        "same_codec_published": [_against_published(rows, *each) for each in _SAME if each[0] in codecs],
    }
    print(json.dumps(record, indent=1))
    if options.output is not None:
        (options.output / "evaluation").mkdir(parents=True, exist_ok=True)
        (options.output / "evaluation.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        for name in ("means.csv", "deltas.csv", "table.md", "run.json"):
            shutil.copy(folder / name, options.output / "evaluation" / name)


def _killed(data: Path, runs: Path) -> dict[str, Any]:
    """Whether a run that is killed ten times ends with the rows of one that is not; times apart."""
    command = ["--images", str(data), "--limit", "4", "--qualities", "8", "--quiet"]
    command += ["--codecs", "jpeg,webp,beholder:human,beholder:mse", "--scores", ",".join(_SCORES)]
    whole, broken = runs / "evaluation-whole", runs / "evaluation-broken"
    for folder in (whole, broken):
        shutil.rmtree(folder, ignore_errors=True)
    seconds = _timed([*command, "-o", str(whole)])["wall_s"]
    moments = random.Random(0)
    stopped = 0
    for _ in range(_KILLS):
        process = subprocess.Popen(
            [sys.executable, "-m", "beholder", "evaluate", *command, "-o", str(broken)],
            start_new_session=True,
        )
        try:
            process.wait(moments.uniform(0, seconds / 3))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # the workers too
            process.wait()
            stopped += 1
    _timed([*command, "-o", str(broken)])
    rows, again = (
        [replace(row, **dict.fromkeys(_MEASURED_ANEW)) for row in read_csv(folder / "rows.csv")]
        for folder in (whole, broken)
    )
    return {"kills": _KILLS, "stopped_while_running": stopped, "rows": len(rows), "same_rows": rows == again}


def _timed(command: Sequence[str]) -> dict[str, float]:
    """Seconds of a run of `beholder evaluate`, of the clock and of all its processes."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "beholder", "evaluate", *command], check=False)
    if done.returncode > 1:  # 1: something was absent or failed, which the rows say
        sys.exit(f"beholder evaluate ended with {done.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall_s": time.perf_counter() - started, "cpu_s": cpu_s}


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _costs(rows: Sequence[Row], codec: str) -> dict[str, float]:
    """Median CPU seconds of a codec over pictures and qualities."""
    own = [row for row in rows if row.codec == codec and row.encode_cpu_s is not None]
    return {
        name: median(getattr(row, name) for row in own) for name in ("encode_cpu_s", "decode_cpu_s") if own
    }


def _beside_stated(rate_deltas: Sequence[dict[str, str]]) -> list[dict[str, Any]]:
    """BD-rates of the JPEG encoders, ours and the issue's."""
    found = {(row["codec"], row["score"]): row["value"] for row in rate_deltas}
    return [
        {"codec": codec, "score": score, "percent": float(found[codec, score]), "stated": percent}
        for codec, stated in _STATED.items()
        for score, percent in zip(_SCORES, stated, strict=True)
        if found.get((codec, score))
    ]


def _published_delta(anchor: str, test: str, stated: float) -> dict[str, Any]:
    delta = bd_rate(find_published(anchor).curve(_PSNR), find_published(test).curve(_PSNR))
    return {"anchor": anchor, "test": test, "percent": delta.value, "stated": stated}


def _against_published(rows: Sequence[Row], codec: str, published: str) -> dict[str, Any]:
    """BD-rate in PSNR of our mean curve of a codec against a published one of the same codec."""
    ours = matrix_of(by_codec_and_item(rows)[codec], _PSNR).mean_curve(_PSNR)
    delta = bd_rate(find_published(published).curve(_PSNR), ours)
    return {"codec": codec, "published": published, "percent": delta.value, "overlap": delta.overlap}


if __name__ == "__main__":
    main()
