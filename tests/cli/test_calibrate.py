"""`beholder calibrate` through the program."""

import json
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from beholder.observers import load_profile
from tests.cli.program import Program

torch = pytest.importorskip("torch", reason="torch is not installed")

from tests.observers.network.tiny import Convolutions


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """``net.pt``, a TorchScript file."""
    path = tmp_path / "net.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TorchScript is to be replaced some day
        torch.jit.trace(Convolutions().eval(), torch.rand(1, 3, 32, 32)).save(path)
    (tmp_path / "net.toml").write_text('resize = "shorter"\nsize = 40\ncanvas = [32, 32]\n')
    return path


NET = ("--model", "net.pt", "--task", "classification", "--preprocess", "net.toml", "--device", "cpu")


def test_writes_a_profile(program: Program, script: Path, photos: Path, tmp_path: Path) -> None:
    done = program("calibrate", *NET, "--images", "photos", "-o", "p.json", "-j", "2")
    assert (done.code, done.errors) == (0, [])
    assert done.lines == ["p.json: profile of net over 6 pictures"]
    profile = load_profile(str(tmp_path / "p.json"))
    assert (profile.model, profile.provenance["data"]) == ("net", "photos")
    assert profile.provenance["preprocessing"]["canvas"] == [32, 32]
    assert all(np.isfinite(table).all() and (table > 0).all() for table in profile.tables.values())
    assert not (tmp_path / "p.json.partial").exists()


def test_goes_on_from_the_state_beside_the_profile(
    program: Program, script: Path, photos: Path, tmp_path: Path
) -> None:
    program("calibrate", *NET, "--images", "photos", "-o", "whole.json")
    # The state of a run over all pictures that got as far as four of them.
    code = (
        "import sys; from beholder.observers.network import calibrate as c; add = c._Sums.add\n"
        "def stop(self, other):\n"
        "    if self.done == 4: raise KeyboardInterrupt\n"
        "    add(self, other)\n"
        "c._Sums.add = stop; from beholder.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    arguments = ["calibrate", *NET, "--images", "photos", "-o", "p.json"]
    stopped = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=tmp_path, capture_output=True, timeout=120, check=False
    )
    assert stopped.returncode == 130
    assert json.loads((tmp_path / "p.json.partial").read_text())["state"]["done"] == 4
    assert not (tmp_path / "p.json").exists()
    assert program(*arguments).code == 0
    assert (tmp_path / "p.json").read_bytes() == (tmp_path / "whole.json").read_bytes()
    assert not (tmp_path / "p.json.partial").exists()


def test_a_profile_is_not_replaced_unasked(
    program: Program, script: Path, photos: Path, tmp_path: Path
) -> None:
    (tmp_path / "p.json").write_text("precious")
    done = program("calibrate", *NET, "--images", "photos", "-o", "p.json")
    assert done.code == 1
    assert "exists already" in done.errors[0]
    assert (tmp_path / "p.json").read_text() == "precious"
    assert program("calibrate", *NET, "--images", "photos", "-o", "p.json", "--overwrite").code == 0


def test_labels_and_a_limit(program: Program, script: Path, photos: Path, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("file,class_index\na.png,1\nb.JPG,2\nc.tif,0\n")
    done = program(
        "calibrate", *NET, "--images", "photos", "--limit", "3", "--labels", "labels.csv", "-o", "p.json"
    )
    assert done.code == 1
    assert done.errors == [f"beholder: photos/{name}: has no label" for name in ("sub/deep/e.webp",)]
    assert load_profile(str(tmp_path / "p.json")).provenance["form"] == "cross-entropy"
    (tmp_path / "labels.csv").write_text("name,class\n")
    done = program("calibrate", *NET, "--images", "photos", "--labels", "labels.csv", "-o", "q.json")
    assert (done.code, done.errors) == (
        2,
        ["beholder: labels.csv: has no column class_index and no column file"],
    )


def test_what_is_missing_is_told(program: Program, script: Path, photos: Path) -> None:
    done = program("calibrate", "--model", "net.pt", "--images", "photos", "-o", "p.json")
    assert done.code == 2
    assert "say what its output means" in done.errors[0]
    done = program("calibrate", *NET, "--images", "nowhere", "-o", "p.json")
    assert (done.code, done.errors) == (
        2,
        ["beholder: nowhere: no such file or folder; --images takes files, folders and patterns"],
    )
    empty = photos / "empty"
    empty.mkdir()
    done = program("calibrate", *NET, "--images", "photos/empty", "-o", "p.json")
    assert (done.code, done.errors) == (3, ["beholder: photos/empty: no picture found"])
