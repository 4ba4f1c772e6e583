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
    assert done.errors == [
        "beholder: labels.csv: has no label of 3 of 6 pictures, such as sub/d.png; they are left out"
    ]
    assert load_profile(str(tmp_path / "p.json")).provenance["pictures"] == 3
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


def test_labels_go_by_paths_and_not_by_bare_names(
    program: Program, script: Path, photos: Path, tmp_path: Path
) -> None:
    for folder in ("cat", "dog"):
        (tmp_path / "set" / folder).mkdir(parents=True)
        (tmp_path / "set" / folder / "001.png").write_bytes((photos / "a.png").read_bytes())
    table = tmp_path / "labels.csv"
    command = ("calibrate", *NET, "--images", "set", "--labels", "labels.csv", "--overwrite", "-o")
    table.write_text("file,class_index\n001.png,1\n")
    done = program(*command, "p.json")
    assert done.code == 2
    assert "labels.csv: the label of 001.png fits cat/001.png and dog/001.png" in done.errors[0]
    table.write_text("file,class_index\n9.png,1\n")
    done = program(*command, "p.json")
    assert done.code == 2
    assert "labels.csv: the label: none belongs to a given picture" in done.errors[0]
    tables = []
    for cat, dog in ((1, 2), (2, 1), (1, 1)):
        table.write_text(f"file,class_index\ncat/001.png,{cat}\n.\\dog\\001.png,{dog}\n")
        assert program(*command, "p.json").code == 0
        tables.append(load_profile(str(tmp_path / "p.json")).tables["4:4:4"])
    # Sums of two pictures in another order, in a file that has four digits.
    np.testing.assert_allclose(tables[0], tables[1], rtol=5e-4, err_msg="the same pair of labels")
    assert not np.allclose(tables[0], tables[2], rtol=1e-3, atol=0), "each picture has its own label"


def test_a_failed_run_does_not_block_the_corrected_one(
    program: Program, script: Path, photos: Path, tmp_path: Path
) -> None:
    names = ("a.png", "b.JPG", "sub/c.tif")
    table = tmp_path / "labels.csv"
    command = ("calibrate", *NET, "--images", *(f"photos/{name}" for name in names), "--labels", "labels.csv")
    table.write_text("file,class_index\na.png,1\nb.JPG,2\nc.tif,99\n")
    done = program(*command, "-o", "p.json")
    assert done.code == 2
    assert "labels of net must be 0 to 5" in done.errors[0]
    assert not (tmp_path / "p.json.partial").exists()
    table.write_text("file,class_index\na.png,1\nb.JPG,2\nc.tif,0\n")
    assert program(*command, "-o", "p.json").code == 0


def test_a_network_that_answers_nan_is_told(program: Program, photos: Path, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = Convolutions().eval()
        with torch.no_grad():
            module.last.bias[2] = float("nan")
        torch.jit.trace(module, torch.rand(1, 3, 32, 32), check_trace=False).save(tmp_path / "net.pt")
    (tmp_path / "net.toml").write_text('resize = "shorter"\nsize = 40\ncanvas = [32, 32]\n')
    done = program("calibrate", *NET, "--images", "photos", "-o", "p.json")
    assert done.code == 2
    assert "net answers with numbers that are not finite (NaN or infinite)" in done.errors[0]
    assert len(done.errors) == 1
    assert not (tmp_path / "p.json.partial").exists()


def test_averaged_weights_are_named(program: Program, photos: Path, tmp_path: Path) -> None:
    pytest.importorskip("torchvision", reason="torchvision is not installed")
    from torchvision.models import squeezenet1_1  # noqa: PLC0415

    with torch.random.fork_rng():
        torch.manual_seed(1)
        both = {"model": squeezenet1_1().state_dict(), "model_ema": squeezenet1_1().state_dict()}
    torch.save(both, tmp_path / "both.pt")
    command = ("calibrate", "--model", "torchvision:squeezenet1_1", "--weights", "both.pt", "--device", "cpu")
    done = program(*command, "--input", "64", "--draws", "1", "--images", "photos/a.png", "-o", "p.json")
    assert done.code == 0
    assert done.errors == [
        "beholder: both.pt: holds model_ema, a running mean of the weights, beside model; model_ema is used "
        "(to use the other, save model in a file of its own)"
    ]
