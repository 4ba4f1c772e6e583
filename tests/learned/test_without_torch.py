"""What works where torch is not installed, and what says that it is missing.

It is hidden where it is there; what other tests of this folder need none of it for has no place here.
"""

import json
import sys
from pathlib import Path

import pytest

import beholder
from beholder import learned
from beholder.cli import main
from beholder.cli.output import format_size
from beholder.errors import InputError, UsageError
from beholder.learned import weight_files
from tests.cli.program import photograph, tree
from tests.learned.files import IDENTITY, bhd_file, header_of

NEEDED = ("torch", "safetensors", "constriction")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a picture, a file of the learned codec and weights; no weights ship."""
    monkeypatch.setattr(weight_files, "_folder", lambda: tmp_path / "shipped")
    monkeypatch.chdir(tmp_path)
    photograph().save(tmp_path / "a.png")
    (tmp_path / "b.bhd").write_bytes(bhd_file(header_of(30, 20)))
    (tmp_path / "w.safetensors").write_bytes(b"weights")
    return tmp_path


@pytest.fixture(params=NEEDED)
def missing(here: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a package that is not installed, where the others are."""
    name = str(request.param)
    monkeypatch.setattr(learned, "find_spec", lambda asked: None if asked == name else object())
    monkeypatch.setitem(sys.modules, name, None)
    return name


@pytest.fixture
def all_missing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None of the packages is installed."""
    for name in NEEDED:
        monkeypatch.setitem(sys.modules, name, None)


def test_each_package_that_is_missing_is_named(missing: str) -> None:
    message = f"^the learned codec needs {missing}; install it with: pip install 'beholder\\[learned\\]'$"
    with pytest.raises(UsageError, match=message):
        learned.check_available("w.safetensors")
    with pytest.raises(UsageError, match=message):
        learned.load("w.safetensors")
    with pytest.raises(UsageError, match=message):
        beholder.decode("b.bhd", weights="w.safetensors")


@pytest.mark.parametrize(
    "arguments",
    [
        ["encode", "a.png", "--codec", "learned"],
        ["encode", "a.png", "--codec", "learned", "--kl", "0.1", "--model", "no-net"],
        ["encode", "a.png", "--codec", "learned", "--effort", "loop", "-q", "-5"],
        ["encode", "a.png", "--codec", "learned", "--observer", "0.3"],
        ["encode", "a.png", "no.png", "--codec", "learned", "--weights", "w.safetensors", "-o", "out/"],
        ["decode", "b.bhd"],
        ["decode", "b.bhd", "--weights", "w.safetensors", "--json"],
    ],
)
def test_the_program_says_so_before_any_file_is_read(
    all_missing: None, here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    before = tree(here)
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == (
        "beholder: the learned codec needs torch; install it with: pip install 'beholder[learned]'\n"
    )
    assert tree(here) == before


def test_weights_are_looked_for_once_all_is_there(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned, "find_spec", lambda _: object())
    learned.check_available("w.safetensors")
    with pytest.raises(UsageError, match=r"^sketch: no file of weights, and no name of any"):
        learned.check_available("sketch")


def test_plans_are_shown(all_missing: None, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["encode", "a.png", "--codec", "learned", "--weights", "no", "--dry-run"]) == 0
    assert main(["decode", "b.bhd", "-o", "out/", "--dry-run"]) == 0
    assert capsys.readouterr().out.splitlines() == ["a.png -> a.bhd", f"b.bhd -> {Path('out', 'b.png')}"]


def test_files_are_inspected(all_missing: None, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "c.bhd").write_bytes(
        bhd_file(header_of(12000, 1025, grey=True, icc_profile=b"i" * 300, xmp=b"x" * 9))
    )
    size = (here / "c.bhd").stat().st_size
    assert main(["inspect", "b.bhd", "c.bhd"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("b.bhd: 30x20, ")
    assert lines[0].endswith(", learned codec, colour")
    assert lines[1:5] == [
        "quality: 40 of 0..63",
        "observer: human (dial 0 of 0..255)",
        f"weights: {IDENTITY.hex()}, not shipped",
        "tiles: 4 B",
    ]
    assert lines[5] == ""
    assert lines[6].startswith(f"c.bhd: 12000x1025, {format_size(size)}, ")
    assert lines[6].endswith(", learned codec, grey")
    assert lines[10] == "tiles: " + ", ".join(f"{4 * n} B" for n in range(1, 9)) + " and 16 more"
    assert lines[11:] == ["metadata: icc, 300 bytes", "metadata: xmp, 9 bytes"]
    (here / "d.bhd").write_bytes(b"BHD\x01 cut off")
    assert main(["inspect", "--json", "b.bhd", "d.bhd"]) == 1
    told = capsys.readouterr()
    inspected, failure = map(json.loads, told.out.splitlines())
    assert inspected["input"] == "b.bhd"
    report = inspected["report"]
    assert (report["width"], report["height"], report["quality"], report["grey"]) == (30, 20, 40, False)
    assert (report["identity"], report["weights"], report["tile_bytes"]) == (IDENTITY.hex(), None, [4])
    assert failure["input"] == "d.bhd"
    assert told.err.splitlines() == [f"beholder: {failure['error']}"]


def test_compare_says_what_it_needs(
    all_missing: None, here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match=f"^b.bhd: was written with weights {IDENTITY.hex()}, not installed"):
        beholder.compare("a.png", "b.bhd")
    monkeypatch.setattr("beholder.learned.weight_files.installed_for", lambda *_: "w.safetensors")
    assert main(["compare", "a.png", "b.bhd", "a.png"]) == 1
    told = capsys.readouterr()
    assert "the learned codec needs torch" in told.err
    assert told.out.startswith("a.png: "), "the others are compared all the same"
