"""A third codec needs a file and a line of the registry, and nothing of the command line."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.cli import main
from beholder.codecs.registry import CODECS


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The registry with the toy, and the test's folder as the one to work in."""
    monkeypatch.setitem(CODECS, "toy", "tests.cli.toy_codec")
    monkeypatch.chdir(tmp_path)


def test_it_encodes_and_decodes(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["encode", "a.png", "--codec", "toy", "--shade", "3"]) == 0
    assert main(["decode", "a.toy", "-o", "grey.png"]) == 0
    with Image.open("a.png") as source, Image.open("grey.png") as grey:
        levels = np.asarray(source).mean(axis=2).astype(np.uint8)
        assert (np.asarray(grey) == levels + np.uint8(3)).all()
    printed = capsys.readouterr()
    assert printed.err == "beholder: it is a toy\n"
    assert "a.png -> a.toy" in printed.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--in-place"], "--in-place is for the codec jpeg; leave it out, or give --codec jpeg"),
        (["--lossless"], "--lossless is for the codec jpeg; leave it out, or give --codec jpeg"),
        (["-o", "a.jpg"], "a.jpg is not named like a .toy file; write a.toy"),
        (["-o", "a.bhd"], "write a.toy; .bhd files are made with --codec learned"),
    ],
)
def test_what_it_lacks_is_said(
    picture: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["encode", "a.png", "--codec", "toy", *words]) == 2
    assert said in capsys.readouterr().err


def test_another_codec_lacks_its_options(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["encode", "a.png", "--shade", "3"]) == 2
    assert "--shade is for the codec toy; leave it out, or give --codec toy" in capsys.readouterr().err
