"""Encoders and decoders that are programs, run on files in a folder of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from beholder.errors import ProgramError
from beholder.evaluation.digests import file_digest
from beholder.image.pixels import Pixels

_LIMIT_S = 600  # of one picture; a program that takes longer hangs
_digest = cache(file_digest)  # settings and fingerprints ask again and again


@dataclass(frozen=True)
class Program:
    """A program on this machine."""

    path: Path

    def run(self, arguments: Sequence[str], data: bytes = b"") -> bytes:
        """Runs it; returns what it writes to its standard output.

        Args:
            arguments: All but its own name.
            data: Its standard input.

        Raises:
            ProgramError: It cannot be started, fails, or takes longer than ten minutes.
        """
        try:
            done = subprocess.run(
                [str(self.path), *arguments], input=data, capture_output=True, check=False, timeout=_LIMIT_S
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ProgramError(f"{self.path}: {error}") from error
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise ProgramError(
                f"{self.path.name} {' '.join(arguments)} ended with {done.returncode}: {' '.join(said[-2:])}"
            )
        return done.stdout

    def first_line(self, *arguments: str) -> str:
        """Returns the first line of what it prints about itself, empty where it does not run."""
        return _first_line(self.path, arguments)

    def digest(self) -> str:
        """Returns the SHA-256 of its file."""
        return _digest(self.path)


def find_program(variable: str, name: str) -> Program | None:
    """Return the program that an environment variable names, or else the one on the path."""
    found = shutil.which(os.environ.get(variable) or name)
    return None if found is None else Program(Path(found))


@contextmanager
def scratch() -> Iterator[Path]:
    """An empty folder for the files of one run, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="beholder-") as folder:
        yield Path(folder)


def ppm(pixels: Pixels) -> bytes:
    """Returns (H, W, 3) samples as a PPM file, or (H, W) samples as a PGM file."""
    height, width = pixels.shape[:2]
    magic = b"P5" if pixels.ndim == 2 else b"P6"
    return b"%s\n%d %d\n255\n" % (magic, width, height) + pixels.tobytes()


@cache
def _first_line(path: Path, arguments: tuple[str, ...]) -> str:
    try:
        done = subprocess.run([str(path), *arguments], capture_output=True, check=False, timeout=_LIMIT_S)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = (done.stdout + done.stderr).decode(errors="replace").splitlines()
    return lines[0].strip() if lines else ""
