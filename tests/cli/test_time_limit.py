"""Files that take too long: they fail alone, with every number of jobs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import Program, tree


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe, which nobody writes to")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_file_that_hangs_fails_alone(picture: Path, tmp_path: Path, jobs: str) -> None:
    pipe = tmp_path / "hangs.png"
    os.mkfifo(pipe)
    words = ["encode", "hangs.png", "a.png", "-o", "out/", "-j", jobs, "--time-limit", "2"]
    with (
        subprocess.Popen(
            [sys.executable, "-m", "beholder", *words], cwd=tmp_path, stderr=subprocess.PIPE
        ) as running,
        pipe.open("wb"),
    ):  # which a worker reads by now
        _, errors = running.communicate(timeout=120)
    assert errors.decode().splitlines() == [
        "beholder: hangs.png: took longer than 2 s and was stopped; allow more with --time-limit"
    ]
    assert running.returncode == 1
    assert list(tree(tmp_path / "out")) == ["a.jpg"]


@pytest.mark.parametrize("text", ["0", "-3", "nan", "1e9", "soon"])
@pytest.mark.parametrize("command", ["encode", "decode", "evaluate"])
def test_limits_that_are_none(program: Program, command: str, text: str) -> None:
    words = ["--images"] if command == "evaluate" else []
    done = program(command, *words, "a.png", "--time-limit", text)
    assert done.code == 2
    assert f"{text!r} is not a number of seconds from 0.01 to 1000000" in done.errors[-1]
