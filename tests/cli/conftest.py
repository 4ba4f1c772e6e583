"""The program as a user runs it, and files to run it on."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import Done, Program, photograph


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Runs `beholder` with these arguments in the test's folder."""

    def run(*arguments: str | Path, stdin: bytes = b"") -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "beholder", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            cwd=tmp_path,
            timeout=120,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr.decode().splitlines())

    return run


@pytest.fixture
def jpeg(tmp_path: Path) -> Path:
    """``old.jpg`` of high quality."""
    path = tmp_path / "old.jpg"
    photograph().save(path, quality=98, subsampling="4:2:0")
    return path
