"""Feed mutated JPEG files to the reader in a sanitizer build, and report what they do.

    cmake --preset sanitize && cmake --build --preset sanitize
    python benchmarks/mutate.py --files 10000 --checker build/sanitize/native/fuzz/check_jpeg

Seeds are made by Pillow (baseline, progressive, restart markers, chroma samplings, grey, CMYK, metadata).
Each file is a seed with one to four mutations: truncation, bit flips, overwritten bytes, a splice of two
seeds, an edited header field, a segment dropped or doubled. A crash, more than `--seconds` for a file or a
process above `--megabytes` fails the run (exit status 1), and the file is kept in `--keep`.
"""

import argparse
import io
import random
import selectors
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

MARKERS_WITH_HEADER = (0xC0, 0xC2, 0xC4, 0xDA, 0xDB, 0xDD)  # SOF, DHT, SOS, DQT, DRI: what steers the decoder
BATCH = 200  # files on disk at a time

Mutation = Callable[[random.Random, bytearray, list[bytes]], bytearray]


def make_seeds() -> list[bytes]:
    """Returns JPEG files of every kind that the reader knows, 1x1 to 150x133 pixels."""
    noise = np.random.default_rng(1)
    seeds = []
    for mode in ("L", "RGB", "CMYK"):
        channels = {"L": 1, "RGB": 3, "CMYK": 4}[mode]
        for width, height in ((1, 1), (37, 21), (150, 133)):
            coarse = noise.integers(0, 256, (height // 8 + 2, width // 8 + 2, channels), dtype=np.uint8)
            picture = Image.fromarray(coarse.squeeze()).resize((width, height), Image.Resampling.BICUBIC)
            picture = picture if picture.mode == mode else picture.convert(mode)
            for options in (
                {},
                {"progressive": True},
                {"optimize": True, "quality": 95, "subsampling": 0},
                {"progressive": True, "quality": 30, "subsampling": 1},
                {"restart_marker_blocks": 2},
                {"progressive": True, "restart_marker_rows": 1, "comment": b"a comment", "dpi": (72, 72)},
            ):
                file = io.BytesIO()
                picture.save(file, "JPEG", **options)
                seeds.append(file.getvalue())
    return seeds


def segment_positions(data: bytes | bytearray, codes: tuple[int, ...]) -> list[int]:
    """Returns positions of 0xFF bytes that begin one of these segments."""
    return [i for i in range(len(data) - 4) if data[i] == 0xFF and data[i + 1] in codes]


def truncate(rng: random.Random, data: bytearray, seeds: list[bytes]) -> bytearray:
    """Cuts the end off."""
    return data[: rng.randrange(len(data) + 1)]


def flip_bits(rng: random.Random, data: bytearray, seeds: list[bytes]) -> bytearray:
    """Flips one to eight bits anywhere."""
    for _ in range(rng.randint(1, 8)):
        if data:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data


def overwrite(rng: random.Random, data: bytearray, seeds: list[bytes]) -> bytearray:
    """Overwrites a run of bytes with one value or noise."""
    if data:
        start = rng.randrange(len(data))
        length = min(rng.randint(1, 64), len(data) - start)
        value = rng.choice([0, 0xFF, None])
        data[start : start + length] = bytes(
            rng.randrange(256) if value is None else value for _ in range(length)
        )
    return data


def splice(rng: random.Random, data: bytearray, seeds: list[bytes]) -> bytearray:
    """Joins the beginning of one file to the end of another."""
    other = rng.choice(seeds)
    return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other)) :]


def edit_header(rng: random.Random, data: bytearray, seeds: list[bytes]) -> bytearray:
    """Changes a byte near the start of a segment that steers the decoder, often to an extreme."""
    positions = segment_positions(data, MARKERS_WITH_HEADER)
    if positions:
        position = rng.choice(positions) + rng.randint(1, 20)
        if position < len(data):
            data[position] = rng.choice([0, 1, 2, 0x11, 0x44, 0x7F, 0x80, 0xFF, rng.randrange(256)])
    return data


def move_segment(rng: random.Random, data: bytearray, seeds: list[bytes]) -> bytearray:
    """Drops or doubles a segment."""
    positions = segment_positions(data, (*MARKERS_WITH_HEADER, 0xE0, 0xEE, 0xFE))
    if positions:
        start = rng.choice(positions)
        end = min(start + 2 + int.from_bytes(data[start + 2 : start + 4], "big"), len(data))
        data[start:end] = data[start:end] * rng.choice([0, 2, 300])
    return data


MUTATIONS: tuple[Mutation, ...] = (
    truncate,
    flip_bits,
    overwrite,
    splice,
    edit_header,
    edit_header,
    move_segment,
)


def mutate(rng: random.Random, seeds: list[bytes]) -> bytes:
    """Returns a seed with one to four mutations."""
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.choice([1, 1, 2, 4])):
        data = rng.choice(MUTATIONS)(rng, data, seeds)
    return bytes(data)


@dataclass
class Report:
    """What the files did."""

    files: int = 0
    longest_s: float = 0.0
    most_mb: float = 0.0
    failures: list[str] = field(default_factory=list)


class Checker:
    """A check_jpeg process, started again after a crash."""

    def __init__(self, program: Path, limit_s: float) -> None:
        self.program = program
        self.limit_s = limit_s
        self.process: subprocess.Popen[str] | None = None

    def check(self, path: Path) -> tuple[float, float] | str:
        """Returns seconds and megabytes of one file, or what went wrong."""
        if self.process is None:
            self.process = subprocess.Popen(
                [str(self.program)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                # Freed memory that ASan holds back to detect later use would count as the reader's.
                env={"ASAN_OPTIONS": "quarantine_size_mb=1:allocator_may_return_null=0"},
            )
        process = self.process
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(f"{path}\n")
        process.stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            if not selector.select(self.limit_s):
                self.stop()
                return f"no answer within {self.limit_s} s"
        line = process.stdout.readline()
        if line:
            seconds, megabytes = line.split()
            return float(seconds), float(megabytes)
        return "crash: " + self.stop()[:2000]

    def stop(self) -> str:
        """Ends the process and returns what it wrote to standard error."""
        if self.process is None:
            return ""
        self.process.kill()
        _, errors = self.process.communicate()
        self.process = None
        return errors


def run(checker: Checker, files: int, seed: int, megabytes: float, keep: Path) -> Report:
    """Checks `files` mutated files."""
    rng = random.Random(seed)
    seeds = make_seeds()
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, files, BATCH):
            for number in range(start, min(start + BATCH, files)):
                path = Path(folder) / f"{number % BATCH}.jpg"
                # The seeds themselves come first: they must pass too.
                path.write_bytes(seeds[number] if number < len(seeds) else mutate(rng, seeds))
                result = checker.check(path)
                report.files += 1
                if isinstance(result, tuple):
                    report.longest_s = max(report.longest_s, result[0])
                    report.most_mb = max(report.most_mb, result[1])
                    if result[1] <= megabytes:
                        continue
                    result = f"{result[1]:.0f} MB"
                    checker.stop()  # the figure is the process's highest so far
                keep.mkdir(parents=True, exist_ok=True)
                kept = keep / f"mutated-{seed}-{number}.jpg"
                kept.write_bytes(path.read_bytes())
                report.failures.append(f"{kept}: {result}")
    checker.stop()
    return report


def main() -> int:
    """Runs the check and prints its report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--checker", type=Path, default=Path("build/sanitize/native/fuzz/check_jpeg"))
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=10.0, help="limit of one file")
    parser.add_argument(
        "--megabytes", type=float, default=1024.0, help="limit of the process, sanitizer included"
    )
    parser.add_argument(
        "--keep", type=Path, default=Path("runs/mutated"), help="where files that fail are kept"
    )
    arguments = parser.parse_args()
    if not arguments.checker.exists():
        parser.error(f"{arguments.checker} does not exist: build the preset 'sanitize' first")
    checker = Checker(arguments.checker, arguments.seconds)
    report = run(checker, arguments.files, arguments.seed, arguments.megabytes, arguments.keep)
    for failure in report.failures:
        print(failure)
    print(
        f"{report.files} files: {len(report.failures)} failures, longest {report.longest_s:.2f} s, "
        f"at most {report.most_mb:.0f} MB"
    )
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
