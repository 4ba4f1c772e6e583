"""`beholder train` through the program."""

from pathlib import Path

import pytest

from tests.cli.program import Program

pytest.importorskip("torch", reason="torch is not installed")

from beholder.training.config_file import to_toml
from tests.training.folders import short_run


def test_trains_by_a_file_and_flags(program: Program, tmp_path: Path) -> None:
    (tmp_path / "codec.toml").write_text(to_toml(short_run(tmp_path)))
    done = program("train", "codec.toml", "--steps", "2", "--output", "here")
    assert (done.code, done.errors) == (0, [])
    assert [line.split(":")[0] for line in done.lines] == ["start 0", "train 1", "train 2", "here/last.pt"]
    done = program("train", "codec.toml", "--steps", "3", "--output", "here")
    assert [line.split(":")[0] for line in done.lines] == ["start 2", "train 3", "here/last.pt"]


def test_a_wrong_value_is_told(program: Program, tmp_path: Path) -> None:
    (tmp_path / "codec.toml").write_text(to_toml(short_run(tmp_path)))
    done = program("train", "codec.toml", "--crop", "100")
    assert (done.code, done.errors) == (2, ["beholder: crop is 100; it must be a multiple of 64"])
