"""`beholder train` through the program."""

from pathlib import Path

import pytest

from tests.cli.program import Program

pytest.importorskip("torch", reason="torch is not installed")

from beholder.learned.weights import read_weights
from beholder.option_files import example_toml, to_toml
from beholder.training.config import TrainingConfig
from beholder.training.loop import train
from tests.training.folders import make_pictures, short_run


def test_trains_by_a_file_and_flags(program: Program, tmp_path: Path) -> None:
    (tmp_path / "codec.toml").write_text(to_toml(short_run(tmp_path)))
    done = program("train", "codec.toml", "--steps", "2", "--output", "here")
    assert (done.code, done.errors) == (0, [])
    assert [line.split(":")[0] for line in done.lines] == ["start 0", "train 1", "train 2", "here/last.pt"]
    done = program("train", "codec.toml", "--steps", "3", "--output", "here")
    assert [line.split(":")[0] for line in done.lines] == ["start 2", "train 3", "here/last.pt"]


def test_an_example_of_every_key_is_printed(program: Program) -> None:
    done = program("train", "--example")
    assert (done.code, done.errors) == (0, [])
    assert done.out.decode().split("\n", 1)[1] == example_toml(TrainingConfig)


def test_a_run_becomes_weights_and_its_checkpoint_is_none(program: Program, tmp_path: Path) -> None:
    pytest.importorskip("safetensors", reason="safetensors is not installed")
    pytest.importorskip("constriction", reason="constriction is not installed")
    places = ("a=" + str(make_pictures(tmp_path / "a")), "b=" + str(make_pictures(tmp_path / "b", 1)))
    train(short_run(tmp_path, "run", steps=1, data=places, shares=("b=0.5",)), tell=lambda line: None)
    # Other data than those of the run, whose shares do not concern them.
    done = program("train", "--output", "run", "--export", "my.safetensors", "--data", "a")
    assert (done.code, done.errors) == (0, [])
    identity = read_weights((tmp_path / "my.safetensors").read_bytes()).identity.hex()
    assert done.lines[-1].endswith(f"MB, identity {identity}")
    done = program("train", "--output", "run", "--export", "my.safetensors")
    assert "my.safetensors: exists already" in done.errors[0]
    picture = str(tmp_path / "a" / "0.png")
    done = program("encode", picture, "-o", "b.bhd", "--codec", "learned", "--weights", "run/last.pt")
    assert done.code != 0
    assert "run/last.pt: is a checkpoint of a training run; make weights of it with:" in done.errors[0]
    assert "beholder train --output run --export FILE" in done.errors[0]


def test_an_export_of_no_run_is_told(program: Program, tmp_path: Path) -> None:
    done = program("train", "--output", "run", "--export", "my.safetensors")
    assert (done.code, done.errors) == (2, ["beholder: run/config.toml: No such file or directory"])
    (tmp_path / "codec.toml").write_text(to_toml(short_run(tmp_path)))
    done = program("train", "codec.toml", "--export", "my.safetensors")
    assert done.code == 2
    assert "last.pt: is not there" in done.errors[0]


def test_a_device_that_is_not_there_is_told(program: Program, tmp_path: Path) -> None:
    (tmp_path / "codec.toml").write_text(to_toml(short_run(tmp_path)))
    done = program("train", "codec.toml", "--device", "foo")
    assert done.code == 2
    assert "device 'foo' cannot be used" in done.errors[0]
    assert not (tmp_path / "run").exists()


def test_a_wrong_value_is_told(program: Program, tmp_path: Path) -> None:
    (tmp_path / "codec.toml").write_text(to_toml(short_run(tmp_path)))
    done = program("train", "codec.toml", "--crop", "100")
    assert (done.code, done.errors) == (2, ["beholder: crop is 100; it must be a multiple of 64"])
