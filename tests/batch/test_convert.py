"""Workers: order, bugs, and processes that die."""

import os
import pickle
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from beholder.batch.convert import Converted, Encoder, Failed, Task, run_task, run_tasks
from beholder.jpeg.options import JpegOptions
from tests.cli.program import photograph

ENCODER = Encoder("jpeg", JpegOptions())


class Lethal(bytes):
    """Ends the process that unpickles it, as the kernel does when memory runs out."""

    def __reduce__(self) -> tuple[object, ...]:
        return (os._exit, (1,))


def test_a_worker_that_dies_fails_its_own_task_only(picture: Path) -> None:
    good = Task(str(picture), ENCODER, None)
    lethal = Task("lethal.png", ENCODER, None, Lethal(b"x"))
    outcomes = list(run_tasks([good, lethal, good, good], jobs=2))
    assert [type(outcome) for outcome in outcomes] == [Converted, Failed, Converted, Converted]
    assert isinstance(outcomes[1], Failed)
    assert outcomes[1].message.startswith("lethal.png: the worker process died")


@pytest.mark.parametrize("jobs", [1, 2])
def test_outcomes_come_in_the_order_of_tasks(tmp_path: Path, jobs: int) -> None:
    tasks = []
    for number in range(7):
        path = tmp_path / f"{number}.png"
        photograph(8 + number, 200 if number == 0 else 8).save(path)
        tasks.append(Task(str(path), ENCODER, None))
    outcomes = list(run_tasks(iter(tasks), jobs))
    assert [outcome.file.height for outcome in outcomes if isinstance(outcome, Converted)] == list(
        range(8, 15)
    )


def test_a_result_is_sent_without_its_picture(picture: Path) -> None:
    outcome = run_task(Task(str(picture), ENCODER, None))
    assert isinstance(outcome, Converted)
    assert len(pickle.dumps(outcome)) < len(outcome.file.data) + 1000


def test_tasks_are_taken_as_they_are_needed(picture: Path) -> None:
    taken = []

    def endless() -> object:
        while True:
            taken.append(1)
            yield Task(str(picture), ENCODER, None)

    outcomes = run_tasks(endless(), jobs=1)  # type: ignore[arg-type]
    assert isinstance(next(outcomes), Converted)
    outcomes.close()
    assert len(taken) == 2


def test_a_bug_is_a_failure_with_its_traceback(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("by accident")

    monkeypatch.setattr("beholder.jpeg.encode.encode_picture", broken)
    outcome = run_task(Task(str(picture), ENCODER, None))
    assert isinstance(outcome, Failed)
    assert outcome.message == f"{picture}: internal error (ZeroDivisionError: by accident)"
    assert "Traceback" in outcome.details


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    pipe = tmp_path / "endless.png"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "beholder", "encode", "endless.png", "x.png", "-o", "out", "-j", "2"]
    (tmp_path / "x.png").write_bytes(b"no picture")
    with subprocess.Popen(command, cwd=tmp_path, start_new_session=True) as running, pipe.open("wb"):
        # The pipe is open now, so that a worker is at work.
        assert len(session(running.pid)) >= 3
        running.kill()
        running.wait()
        deadline = time.monotonic() + 30
        while session(running.pid) and time.monotonic() < deadline:
            os.sched_yield()
        assert session(running.pid) == []


def session(leader: int) -> list[int]:
    """The processes of a session that have not ended."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, _, number = status.read_text().rpartition(")")[2].split()[:4]
            if int(number) == leader and state != "Z":
                found.append(int(status.parent.name))
    return found


def test_lack_of_memory_is_a_failure(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("beholder.jpeg.encode.encode_picture", broken)
    outcome = run_task(Task(str(picture), ENCODER, None))
    assert outcome == Failed(f"{picture}: not enough memory")
