"""Feeds mutated JPEG, PNG, TIFF and AVIF files to sanitizer builds, and reports what they do.

    make sanitize
    python -m benchmarks.robustness.mutate --files 10000

Five checks (`--only` runs one):

- ``reader``: JPEG files through the C++ reader and writer alone (native/fuzz/check_jpeg, preset `sanitize`);
- ``jpeg``, ``png``, ``tiff``, ``avif``: files through the whole of `beholder.encode` in a worker process
  (Linux), whose module is that of the preset `sanitize-python`, with the compiler's libasan loaded before
  Python. Pillow and zlib come as they are, without sanitizers. With `--installed` it is the installed module
  instead, and the limit of memory is put on the address space (RLIMIT_AS): an allocation beyond it fails.

Each file is a valid one with one to four mutations (mutations.py and mutated_*.py). Fit
outcomes are a result or an error of Beholder's for a picture. Any other exception, a crash, a sanitizer's
report, more than `--seconds` for a file or a process above `--megabytes` fails the run (exit status 1), and
the file is kept in `--keep`.
"""

import argparse
import json
import os
import random
import selectors
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.provenance import ROOT
from benchmarks.robustness.mutated_avif import avif_files
from benchmarks.robustness.mutated_jpeg import jpeg_files
from benchmarks.robustness.mutated_png import png_files
from benchmarks.robustness.mutated_tiff import tiff_files
from benchmarks.robustness.mutations import FileKind

BATCH = 200  # files on disk at a time
KINDS: Mapping[str, Callable[[], FileKind]] = {
    "jpeg": jpeg_files,
    "png": png_files,
    "tiff": tiff_files,
    "avif": avif_files,
}
CHECKS = ("reader", *KINDS)  # the reader is fed with JPEG files, without the encoder
# Ways to ask that take different code; a file gets the one of its number.
REQUESTS: tuple[dict[str, Any], ...] = (
    {},
    {"observer": "mse", "quality": 30, "scans": "sequential"},
    {"bpp": 1.0, "scans": "progressive"},
    {"psnr": 32.0, "threads": 2},
    {"quality": 95, "metadata": "strip"},
)
REQUESTS_OF: Mapping[str, tuple[dict[str, Any], ...]] = {
    "jpeg": (*REQUESTS, {"lossless": True}),
} | dict.fromkeys(
    ("png", "tiff", "avif"),
    (*(request | {"background": "#ffffff"} for request in REQUESTS), {"subsampling": "auto"}),
)
# Freed memory that ASan holds back to detect later use would count as the reader's. The interpreter itself
# leaks by design at its end.
SANITIZER = {"ASAN_OPTIONS": "quarantine_size_mb=1:allocator_may_return_null=0:detect_leaks=0"}


@dataclass(frozen=True)
class Answer:
    """What a program did with one file.

    Attributes:
        problem: What went wrong; None where all is well.
        outcome: In a word.
        seconds: Of the file.
        peak_mb: The most memory that the process has held so far.
    """

    problem: str | None
    outcome: str
    seconds: float = 0.0
    peak_mb: float = 0.0


@dataclass
class Report:
    """What the files did."""

    files: int = 0
    longest_s: float = 0.0
    most_mb: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def line(self) -> str:
        """Returns the figures in a line."""
        counts = ", ".join(f"{count} {outcome}" for outcome, count in self.outcomes.most_common())
        return (
            f"{self.files} files: {counts}; {len(self.failures)} failures, longest {self.longest_s:.2f} s, "
            f"at most {self.most_mb:.0f} MB"
        )


class Program:
    """A process that takes a line a file and answers with a line; started again after a crash."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], limit_s: float) -> None:
        self.command = command
        self.environment = environment
        self.limit_s = limit_s
        self.process: subprocess.Popen[str] | None = None

    def check(self, request: str) -> Answer:
        """Returns what came of one file."""
        if self.process is None:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=dict(self.environment),
                cwd=ROOT,
            )
        process = self.process
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(f"{request}\n")
        process.stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            if not selector.select(self.limit_s):
                self.stop()
                return Answer(f"no answer within {self.limit_s} s", "hanging")
        line = process.stdout.readline()
        if not line:
            return Answer("crash: " + self.stop()[:2000], "crashed")
        seconds, megabytes, *outcome = line.rstrip("\n").split(" ", 2)
        text = outcome[0] if outcome else "read or refused"  # check_jpeg says no more
        word = text.split(":")[0]
        return Answer(text if word == "failed" else None, word, float(seconds), float(megabytes))

    def stop(self) -> str:
        """Ends the process and returns what it wrote to standard error."""
        if self.process is None:
            return ""
        self.process.kill()
        _, errors = self.process.communicate()
        self.process = None
        return errors


def run(
    program: Program, kind: FileKind, requests: Sequence[dict[str, Any]] | None, limits: argparse.Namespace
) -> Report:
    """Checks `limits.files` files: the seeds first, which must pass too, then mutated ones.

    Args:
        program: The process, which this ends.
        kind: The files.
        requests: Options of the encoder to take in turn; None for check_jpeg, which is told a path alone.
        limits: Of the command line: files, seed, seconds, megabytes, keep.
    """
    rng = random.Random(limits.seed)
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(limits.files):
            path = Path(folder) / f"{number % BATCH}{kind.suffix}"
            path.write_bytes(kind.seeds[number] if number < len(kind.seeds) else kind.mutate(rng))
            options = requests[number % len(requests)] if requests else {}
            answer = program.check(
                json.dumps({"path": str(path), "options": options}) if requests else str(path)
            )
            problem = answer.problem
            if problem is None and answer.peak_mb > limits.megabytes:
                problem = f"{answer.peak_mb:.0f} MB"
                program.stop()  # the figure is the process's highest so far
            report.files += 1
            report.outcomes[answer.outcome] += 1
            report.longest_s = max(report.longest_s, answer.seconds)
            report.most_mb = max(report.most_mb, answer.peak_mb)
            if problem is not None:
                limits.keep.mkdir(parents=True, exist_ok=True)
                kept = limits.keep / f"mutated-{limits.seed}-{number}{kind.suffix}"
                kept.write_bytes(path.read_bytes())
                report.failures.append(f"{kept} {options or ''}: {problem}")
    program.stop()
    return report


def sanitized_worker(core: Path, limits: argparse.Namespace) -> Program:
    """The worker with a module under ASan and UBSan, whose libraries must be loaded before Python's."""
    libraries = []
    for name in ("libasan.so", "libubsan.so", "libstdc++.so"):  # ASan looks for C++'s exceptions at its start
        command = ["c++", f"-print-file-name={name}"]
        libraries.append(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())
    # A hard limit ends a process that would take the machine's memory before its figure could be read.
    options = f"{SANITIZER['ASAN_OPTIONS']}:hard_rss_limit_mb={2 * limits.megabytes:.0f}"
    environment = {**os.environ, "LD_PRELOAD": " ".join(libraries), "ASAN_OPTIONS": options}
    return Program([*_worker_command(), "--core", str(core)], environment, limits.seconds)


def installed_worker(limits: argparse.Namespace) -> Program:
    """The worker with the installed module and a limit on its address space."""
    # Each thread of OpenBLAS, which Beholder does not use, would reserve some.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    return Program(
        [*_worker_command(), "--address-space-mb", f"{limits.megabytes:.0f}"], environment, limits.seconds
    )


def _worker_command() -> list[str]:
    return [sys.executable, "-m", "benchmarks.robustness.encode_worker"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the checks and prints their reports."""
    options = _parse(arguments)
    failures = 0
    for check in [options.only] if options.only else CHECKS:
        requests = REQUESTS_OF.get(check)
        if requests is None:
            program = Program([str(options.checker)], SANITIZER, options.seconds)
        elif options.installed:
            program = installed_worker(options)
        else:
            program = sanitized_worker(options.core, options)
        report = run(program, KINDS.get(check, jpeg_files)(), requests, options)
        for failure in report.failures:
            print(failure)
        print(f"{check}: {report.line()}", flush=True)
        failures += len(report.failures)
    return 1 if failures else 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    build = ROOT / "build"
    module = next((build / "sanitize-python" / "native").glob("_core.*"), None)
    parser.add_argument("--only", choices=CHECKS)
    parser.add_argument("--checker", type=Path, default=build / "sanitize/native/fuzz/check_jpeg")
    parser.add_argument("--core", type=Path, default=module, help="the Python module under sanitizers")
    parser.add_argument("--installed", action="store_true", help="use the installed module instead")
    parser.add_argument("--files", type=int, default=10_000, help="of each check")
    parser.add_argument("--seed", type=int, default=0)
    # An edited header can make a small picture a valid one of 1.5 megapixels: 10 s under sanitizers.
    parser.add_argument("--seconds", type=float, default=60.0, help="limit of one file")
    parser.add_argument(
        "--megabytes", type=float, default=1024.0, help="limit of the process, sanitizer included"
    )
    parser.add_argument(
        "--keep", type=Path, default=Path("runs/mutated"), help="where files that fail are kept"
    )
    options = parser.parse_args(arguments)
    if options.only in (None, "reader") and not options.checker.exists():
        parser.error(f"{options.checker} does not exist: build the preset 'sanitize' first")
    if options.only != "reader" and not options.installed and not (options.core and options.core.exists()):
        parser.error("there is no Python module under sanitizers: build the preset 'sanitize-python' first")
    return options


if __name__ == "__main__":
    sys.exit(main())
