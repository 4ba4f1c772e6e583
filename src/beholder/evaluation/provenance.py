"""What a run was: command, versions, machine, settings, and what its times mean."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from beholder.evaluation.absent import Absent
from beholder.evaluation.deltas import Window
from beholder.evaluation.experiment import Experiment
from beholder.evaluation.published_curves import PublishedCurve

# Of run.json; raise it when what is written there changes its meaning.
FORMAT = 1
_PACKAGES = (
    "beholder",
    "numpy",
    "pillow",
    "torch",
    "torchvision",
    "faster-coco-eval",
    "imagecodecs",
    "pillow-heif",
    "pillow-jxl-plugin",
)
_TIMED = (
    "Times are of the codec's encode and decode alone, pixels in memory to file in memory and back, in a "
    "worker process with one thread; cpu counts the process and the programs that the codec runs, wall also "
    "counts waiting for other workers. Each worker has encoded and decoded a corner of 64x64 pixels before, "
    "so that loading libraries and weights does not count. Memory is the largest resident set of the worker "
    "meanwhile less what it held before (Linux); programs that the codec runs are not in it."
)


def describe_run(
    experiment: Experiment,
    absent: Sequence[Absent],
    *,
    anchor: str,
    published: Sequence[PublishedCurve],
    window_bpp: Window | None,
    jobs: int,
    command: Sequence[str],
) -> dict[str, Any]:
    """Returns what to write beside the results, as JSON."""
    return {
        "format": FORMAT,
        "command": list(command),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.platform()}, {_processor()}, {os.cpu_count()} processors",
        "python": platform.python_version(),
        "packages": _versions(),
        "jobs": jobs,
        "anchor": anchor,
        "published": [asdict(each) for each in published],
        "window_bpp": window_bpp,
        "codecs": {
            codec.name: {
                "settings": codec.settings,
                "fingerprint": codec.fingerprint(),
                "qualities": experiment.qualities_of(codec),
            }
            for codec in experiment.codecs
        },
        "scores": {
            score.name: {
                "columns": score.columns,
                "unit": score.unit,
                "higher_is_better": score.higher_is_better,
                "fingerprint": score.fingerprint(),
            }
            for score in experiment.scores
        },
        "absent": [asdict(each) for each in absent],
        "items": {item.name: str(item.path) for item in experiment.items},
        "labels": {item.name: item.label for item in experiment.items if item.label is not None},
        "timed": _TIMED,
    }


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if sys.platform == "linux" and cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
