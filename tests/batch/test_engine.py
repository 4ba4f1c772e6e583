"""The engine without the program around it: what is done, skipped, refused and written."""

import os
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from beholder.batch.conversion import Conversion
from beholder.batch.convert import Converted, Failed, Outcome, Skipped
from beholder.batch.engine import Policy, run_plan, settle
from beholder.batch.plan import make_plan
from beholder.encode_result import EncodeResult

UPPER = Conversion("upper case", frozenset((".txt",)), frozenset((".up", ".txt")), ".up", keeps_suffix=True)
BESIDE = Conversion("upper case", frozenset((".txt",)), frozenset((".up",)), ".up")


@dataclass(frozen=True)
class Upper:
    """Makes letters large; loses what `losses` say; a file that begins with ``wait`` never ends."""

    losses: tuple[str, ...] = ()

    def convert(self, data: bytes, name: str) -> Converted:
        if data.startswith(b"wait"):
            os.read(os.pipe()[0], 1)
        result = EncodeResult(
            codec="upper",
            data=data.upper(),
            width=1,
            height=1,
            quality=None,
            losses=self.losses,
            picture=None,
            decode=None,
        )
        return Converted(result, len(data), is_input=result.data == data)


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A folder of three texts."""
    folder = tmp_path / "texts"
    folder.mkdir()
    for name in ("a", "b", "c"):
        (folder / f"{name}.txt").write_text(f"{name} text")
        os.utime(folder / f"{name}.txt", ns=(10**18, 10**18))
    return folder


def run(folder: Path, policy: Policy, *, output: Path | None = None) -> list[Outcome]:
    plan = make_plan(
        [str(folder)], None if output is None else str(output), BESIDE, recursive=True, skip_existing=True
    )
    with closing(run_plan(plan, Upper(), policy)) as outcomes:
        return [outcome for _, outcome in outcomes]


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_are_written_in_order_with_times(texts: Path, tmp_path: Path, jobs: int) -> None:
    outcomes = run(texts, Policy(jobs=jobs, preserve=True), output=tmp_path / "out")
    files = [outcome.file for outcome in outcomes if isinstance(outcome, Converted)]
    assert [file.data for file in files] == [b"A TEXT", b"B TEXT", b"C TEXT"]
    assert {path.name: path.read_text() for path in (tmp_path / "out").iterdir()} == {
        "a.up": "A TEXT",
        "b.up": "B TEXT",
        "c.up": "C TEXT",
    }
    assert all(path.stat().st_mtime_ns == 10**18 for path in (tmp_path / "out").iterdir())


def test_what_is_there_is_refused_skipped_or_replaced(texts: Path) -> None:
    (texts / "b.up").write_text("old")
    failed = run(texts, Policy())[1]
    assert isinstance(failed, Failed)
    assert "exists already" in failed.message
    skipped = run(texts, Policy(skip_existing=True))
    assert skipped == [Skipped("exists already")] * 3
    (texts / "a.up").unlink()
    os.utime(texts / "b.up", ns=(0, 0))
    kinds = [type(outcome) for outcome in run(texts, Policy(newer=True))]
    assert kinds == [Converted, Converted, Skipped]
    assert (texts / "b.up").read_text() == "B TEXT"


def test_a_loss_in_place_leaves_the_file_unless_allowed(texts: Path) -> None:
    plan = make_plan([str(texts / "a.txt")], None, UPPER, recursive=False, in_place=True)
    converter = Upper(losses=("small letters are lost",))
    ((_, outcome),) = run_plan(plan, converter, Policy())
    assert isinstance(outcome, Failed)
    assert "would lose data: small letters are lost. Add --allow-loss" in outcome.message
    assert (texts / "a.txt").read_text() == "a text"
    ((_, outcome),) = run_plan(plan, converter, Policy(allow_loss=True))
    assert isinstance(outcome, Converted)
    assert (texts / "a.txt").read_text() == "A TEXT"


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_file_that_takes_too_long_fails_alone(texts: Path, jobs: int) -> None:
    (texts / "b.txt").write_text("wait")
    outcomes = run(texts, Policy(jobs=jobs, time_limit_s=1.5))
    message = f"{texts / 'b.txt'}: took longer than 1.5 s and was stopped; allow more with --time-limit"
    assert outcomes[1] == Failed(message)
    assert [type(outcome) for outcome in outcomes] == [Converted, Failed, Converted]
    assert sorted(path.name for path in texts.glob("*.up")) == ["a.up", "c.up"]


def test_the_result_of_a_stream_goes_to_the_caller(texts: Path) -> None:
    plan = make_plan([str(texts / "a.txt")], "-", BESIDE, recursive=False)
    written: list[bytes] = []
    ((_, outcome),) = run_plan(plan, Upper(), Policy(), written.append)
    assert isinstance(outcome, Converted)
    assert written == [b"A TEXT"]


def test_what_is_known_beforehand_needs_no_work(texts: Path) -> None:
    (texts / "a.up").mkdir()
    plan = make_plan([str(texts), str(texts / "d.txt")], None, BESIDE, recursive=True)
    settled = settle(plan, Policy())
    messages = [outcome.message for outcome in settled.values() if isinstance(outcome, Failed)]
    assert messages == [
        f"{texts / 'a.up'}: is a folder and cannot be replaced; name a file",
        f"{texts / 'd.txt'}: No such file or directory",
    ]


def test_a_process_that_plans_and_writes_needs_no_numpy() -> None:
    code = (
        "import sys; from beholder.batch import engine, plan, records;"
        "print(sorted({'numpy', 'PIL', 'torch', 'beholder._core'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
