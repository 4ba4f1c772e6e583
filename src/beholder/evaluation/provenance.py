"""How a run came about: command, versions, machine, and what its times mean."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

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


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """How a run came about.

    Attributes:
        command: The words of the command line; empty of a run from Python.
        finished: When, ISO 8601.
        machine: System, processor, count of processors.
        packages: Versions by name, Python's included.
        jobs: Worker processes.
        timed: What times and memory mean.
    """

    command: Sequence[str]
    finished: str
    machine: str
    packages: Mapping[str, str]
    jobs: int
    timed: str = _TIMED


def provenance(command: Sequence[str], jobs: int) -> Provenance:
    """Return how a run came about that has just finished here."""
    return Provenance(
        command=tuple(command),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=f"{platform.platform()}, {_processor()}, {os.cpu_count()} processors",
        packages={"Python": platform.python_version(), **_versions()},
        jobs=jobs,
    )


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
