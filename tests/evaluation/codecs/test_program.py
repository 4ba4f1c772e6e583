"""Encoders that are programs."""

import sys
from pathlib import Path

import pytest

from beholder.errors import ProgramError, UnsupportedImageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs.bpg import bpg
from beholder.evaluation.codecs.mozjpeg import mozjpeg, mozjpeg_flat
from beholder.evaluation.codecs.program import Program, find_program, ppm
from tests.evaluation.codecs.pictures import photograph

PYTHON = Program(Path(sys.executable))


def script(path: Path, source: str) -> Path:
    """An executable Python script."""
    path.write_text(f"#!{sys.executable}\n{source}")
    path.chmod(0o755)
    return path


def test_input_goes_in_and_output_comes_out() -> None:
    code = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1])"
    assert PYTHON.run(["-c", code], b"\x00abc") == b"cba\x00"


def test_failure_tells_the_command_and_what_it_said() -> None:
    with pytest.raises(ProgramError, match=r"-c .* ended with 3: too bad"):
        PYTHON.run(["-c", "import sys; sys.stderr.write('too bad'); sys.exit(3)"])


def test_a_program_that_does_not_start() -> None:
    with pytest.raises(ProgramError, match="/nowhere"):
        Program(Path("/nowhere/program")).run([])
    assert Program(Path("/nowhere/program")).first_line("-version") == ""


def test_the_variable_comes_before_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given, usual = script(tmp_path / "given", ""), script(tmp_path / "tool", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("BEHOLDER_TOOL", raising=False)
    assert find_program("BEHOLDER_TOOL", "tool") == Program(usual)
    monkeypatch.setenv("BEHOLDER_TOOL", str(given))
    assert find_program("BEHOLDER_TOOL", "tool") == Program(given)
    monkeypatch.setenv("BEHOLDER_TOOL", str(tmp_path / "gone"))
    assert find_program("BEHOLDER_TOOL", "tool") is None, "a wrong variable is not passed over in silence"


def test_digests_tell_programs_apart(tmp_path: Path) -> None:
    first, second = script(tmp_path / "first", "1"), script(tmp_path / "second", "2")
    assert Program(first).digest() != Program(second).digest()
    assert len(Program(first).digest()) == 64


def test_ppm() -> None:
    pixels = photograph(2, 3)
    assert ppm(pixels) == b"P6\n3 2\n255\n" + bytes(pixels.ravel())
    assert ppm(pixels[..., 0]) == b"P5\n3 2\n255\n" + bytes(pixels[..., 0].ravel())


def test_cjpeg_of_another_library_is_not_mozjpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = script(tmp_path / "cjpeg", "print('libjpeg-turbo version 3.1.0')")
    monkeypatch.setenv("BEHOLDER_CJPEG", str(other))
    for found in (mozjpeg(), mozjpeg_flat()):
        assert isinstance(found, Absent)
        assert f"BEHOLDER_CJPEG is '{other}', no cjpeg of mozjpeg" in str(found)


def test_bpg_runs_both_programs_on_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Stand-ins: a "file" is the arguments' line and the PNG itself.
    encoder = """
import sys
if sys.argv[1:] == ["-h"]:
    sys.exit("BPG Image Encoder version 0.9.8")
options, source = sys.argv[1:-1], sys.argv[-1]
target = options[options.index("-o") + 1]
flags = " ".join(word for word in options if word not in ("-o", target))
open(target, "wb").write(flags.encode() + b"\\n" + open(source, "rb").read())
"""
    decoder = """
import sys
_, target, source = sys.argv[1:]
open(target, "wb").write(open(source, "rb").read().partition(b"\\n")[2])
"""
    monkeypatch.setenv("BEHOLDER_BPGENC", str(script(tmp_path / "bpgenc", encoder)))
    monkeypatch.setenv("BEHOLDER_BPGDEC", str(script(tmp_path / "bpgdec", decoder)))
    codec = bpg()
    assert not isinstance(codec, Absent)
    assert codec.settings.startswith("BPG Image Encoder version 0.9.8")
    pixels = photograph(9, 33)
    data = codec.encode(pixels, 28)
    assert data.partition(b"\n")[0] == b"-q 28 -f 444 -c ycbcr -b 8 -m 9"
    assert (codec.decode(data) == pixels).all()
    assert list(codec.qualities) == sorted(codec.qualities, reverse=True), "a larger quantiser, fewer bits"
    with pytest.raises(UnsupportedImageError, match="from 32 pixels of width on, got 31x64"):
        codec.encode(photograph(64, 31), 28)


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    failing = script(tmp_path / "fails", "import sys; sys.exit(1)")
    monkeypatch.setenv("BEHOLDER_BPGENC", str(failing))
    monkeypatch.setenv("BEHOLDER_BPGDEC", str(failing))
    codec = bpg()
    assert not isinstance(codec, Absent)
    with pytest.raises(ProgramError):
        codec.encode(photograph(4, 32), 30)
    assert list(tmp_path.iterdir()) == [failing]
