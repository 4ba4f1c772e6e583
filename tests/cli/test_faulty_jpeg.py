"""What is wrong with a JPEG input is told on standard error, in JSON and by inspect."""

from pathlib import Path

import pytest

from beholder.batch.convert import Encoder
from beholder.errors import InputError
from beholder.learned.options import LearnedOptions
from tests.cli.program import Program
from tests.jpeg import faulty_files as faulty

INCOMPLETE = faulty.take_scans(faulty.regular(progressive=True), range(9))
DAMAGED = faulty.renumber_restarts(faulty.regular(restart_marker_blocks=4), lambda n: 0)
TOLD = "the picture is incomplete: the scans do not carry every coefficient to its last bit"


@pytest.mark.parametrize("flags", [(), ("--lossless",)], ids=["lossy", "lossless"])
def test_encode_tells_what_the_reader_noticed(
    flags: tuple[str, ...], tmp_path: Path, program: Program
) -> None:
    (tmp_path / "old.jpg").write_bytes(INCOMPLETE)
    done = program("encode", "old.jpg", "-o", "new.jpg", *flags)
    assert done.code == 0
    assert done.errors[-1] == f"beholder: old.jpg: note: {TOLD}"
    assert b"lossless" not in done.out  # which it cannot be called
    done = program("encode", "old.jpg", "-o", "new.jpg", "--overwrite", "--json", *flags)
    assert done.records[0]["notes"] == [TOLD]


def test_inspect_tells_it_too(tmp_path: Path, program: Program) -> None:
    (tmp_path / "old.jpg").write_bytes(INCOMPLETE)
    done = program("inspect", "old.jpg")
    assert f"warning: {TOLD}" in done.lines
    assert program("inspect", "old.jpg", "--json").records[0]["report"]["warnings"] == [TOLD]


def test_refusals_name_the_file_and_the_batch_goes_on(tmp_path: Path, program: Program) -> None:
    regular = faulty.regular()
    (tmp_path / "two.jpg").write_bytes(regular[:2] + regular)
    (tmp_path / "good.jpg").write_bytes(regular)
    done = program("encode", "two.jpg", "good.jpg", "-o", "out", "-q", "75")
    assert done.code == 1
    assert done.errors == ["beholder: two.jpg: damaged JPEG: a second SOI marker at byte 2 cannot stand here"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["good.jpg"]


def test_the_learned_codec_tells_it_too() -> None:
    pytest.importorskip("torch", reason="the learned codec needs torch")
    result = Encoder("learned", LearnedOptions()).convert(INCOMPLETE, "old.jpg")
    assert result.file.notes == (TOLD,)
    with pytest.raises(InputError, match=r"^old.jpg: damaged JPEG: "):
        Encoder("learned", LearnedOptions()).convert(DAMAGED, "old.jpg")
