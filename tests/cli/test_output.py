"""Names that would break a line, and standard streams that are full, closed or gone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.program import Program, photograph, tree

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="names and streams of POSIX")


def shell(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["bash", "-c", command.replace("beholder", f"{sys.executable} -m beholder")],
        cwd=folder,
        capture_output=True,
        env=os.environ | environment,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("encoding", ["utf-8:strict", "latin-1:strict"])
def test_every_name_stays_on_its_line(tmp_path: Path, encoding: str) -> None:
    folder = tmp_path / "n"
    folder.mkdir()
    for name in (b"bad\xff.png", b"esc\x1b[31m.png", b"new\nline.png", "\u65e5  two.png".encode()):
        with open(os.fsencode(folder) + b"/" + name, "wb") as file:  # noqa: PTH123 -- a name of bytes
            photograph().save(file, "PNG")
    (folder / "x\n  y.png").write_bytes(b"no picture")
    done = shell("beholder encode n -r -o out -v", tmp_path, PYTHONIOENCODING=encoding)
    assert done.stderr.decode().splitlines() == [
        r"beholder: n/x\n  y.png: not a picture in a format that Pillow reads"
    ]
    lines = done.stdout.decode("latin-1").splitlines()
    assert len(lines) == 5
    assert lines[0].startswith(r"n/bad\udcff.png -> out/bad\udcff.jpg: ")
    assert lines[1].startswith(r"n/esc\x1b[31m.png -> ")
    assert lines[2].startswith(r"n/new\nline.png -> ")
    assert len(list((tmp_path / "out").iterdir())) == 4


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "inspect old.jpg",
        "compare old.jpg old.jpg",
        "encode old.jpg -o - -q 75",
        "encode old.jpg -o b.jpg -q 75",
    ],
)
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_standard_output_is_said(jpeg: Path, tmp_path: Path, command: str, unbuffered: str) -> None:
    done = shell(f"beholder {command} > /dev/full", tmp_path, PYTHONUNBUFFERED=unbuffered)
    assert done.returncode == 1
    assert done.stderr.decode() == (
        "beholder: standard output: cannot be written (No space left on device)\n"
    )


def test_closed_streams(picture: Path, tmp_path: Path) -> None:
    photograph().save(tmp_path / "rgb.jpg", keep_rgb=True)
    done = shell("beholder encode rgb.jpg -o - 2>&-", tmp_path)
    assert done.stdout.startswith(b"\xff\xd8"), "the note on RGB went nowhere, not into the picture"
    assert shell("beholder encode a.png -o b.jpg >&-", tmp_path).returncode == 0
    with Image.open(tmp_path / "b.jpg") as image:
        assert image.size == (64, 48)
    for command in ("encode - -o c.jpg", "inspect -", "compare - a.png"):
        done = shell(f"beholder {command} <&-", tmp_path)
        assert done.returncode == 1
        assert done.stderr.decode().splitlines() == ["beholder: standard input: the file is empty"]


def test_a_full_standard_error_stops_nothing(photos: Path, tmp_path: Path) -> None:
    (photos / "a.png").write_bytes(b"no picture")
    done = shell("beholder encode photos -r -o out 2> /dev/full", tmp_path)
    assert done.returncode == 1
    assert len(tree(tmp_path / "out")) == 5


def test_help_to_a_reader_that_leaves(program: Program, tmp_path: Path) -> None:
    done = shell("beholder encode --help | head -c 1; exit ${PIPESTATUS[0]}", tmp_path)
    assert done.returncode in (0, 1)
    assert done.stderr == b""
