"""Pools of processes: what a death costs, what is raised, and that nothing is left."""

import os
import struct
import threading
import time
from collections.abc import Iterator
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from beholder.batch.worker_pool import (
    ItemLostError,
    ThreadPool,
    TimeLimitError,
    WorkerDiedError,
    WorkerPool,
)


def note_start(folder: Path) -> None:
    """Leave a file for each process that starts."""
    (folder / str(os.getpid())).touch()


def square_or_die(number: int) -> int:
    if number < 0:
        os._exit(9)
    return number * number


def refuse(number: int) -> int:
    raise ValueError(f"no {number}")


def unsendable(number: int) -> object:
    return threading.Lock()


def process_id(number: int) -> int:
    return os.getpid()


def pool(jobs: int, folder: Path) -> WorkerPool:
    return WorkerPool(jobs, start=partial(note_start, folder))


def outcomes(processes: WorkerPool, numbers: list[int]) -> list[int | None]:
    found: list[int | None] = []
    for number, result in processes.results(square_or_die, numbers):
        assert isinstance(result, WorkerDiedError) if number < 0 else result == number * number
        found.append(None if isinstance(result, ItemLostError) else result)
    return found


@pytest.mark.parametrize(("jobs", "deaths"), [(1, 2), (4, 1), (4, 3)])
def test_a_death_costs_one_item_and_one_restart(tmp_path: Path, jobs: int, deaths: int) -> None:
    numbers = list(range(24))
    for place in range(deaths):
        numbers[3 + 5 * place] = -1
    with pool(jobs, tmp_path) as processes:
        found = outcomes(processes, numbers)
    assert found == [None if number < 0 else number * number for number in numbers]
    assert len(list(tmp_path.iterdir())) <= jobs + deaths


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
def test_a_process_that_dies_while_idle_costs_nothing(tmp_path: Path) -> None:
    with pool(1, tmp_path) as processes:
        first = processes.submit(process_id, 0).result(timeout=120)
        os.kill(first, 9)
        while Path(f"/proc/{first}/stat").exists() and state(first) != "Z":
            os.sched_yield()
        assert processes.submit(process_id, 0).result(timeout=120) != first
    assert len(list(tmp_path.iterdir())) == 2


def state(number: int) -> str:
    return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]


def test_what_work_raises_is_raised_here(tmp_path: Path) -> None:
    with pool(1, tmp_path) as processes:
        with pytest.raises(ValueError, match="no 3"):
            processes.submit(refuse, 3).result(timeout=120)
        with pytest.raises(RuntimeError, match="cannot pickle"):
            processes.submit(unsendable, 3).result(timeout=120)
        with pytest.raises(TypeError, match="cannot pickle"):
            processes.submit(square_or_die, threading.Lock()).result(timeout=120)  # type: ignore[type-var]
        assert processes.submit(square_or_die, 3).result(timeout=120) == 9
    assert len(list(tmp_path.iterdir())) == 1, "none of these ends the process"


class OddError(Exception):
    """Pickles, but does not come back."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} {two}")


def raise_odd(number: int) -> int:
    raise OddError(number, number)


def test_an_error_that_does_not_come_back_costs_one_restart(tmp_path: Path) -> None:
    with pool(1, tmp_path) as processes:
        with pytest.raises(TypeError, match="missing 1 required"):
            processes.submit(raise_odd, 3).result(timeout=120)
        assert processes.submit(square_or_die, 3).result(timeout=120) == 9
    assert len(list(tmp_path.iterdir())) == 2


def wait_for_ever(path: str) -> None:
    Path(path).touch()
    threading.Event().wait()


def test_the_end_does_not_wait_for_work(tmp_path: Path) -> None:
    started = tmp_path / "started"
    folder = tmp_path / "processes"
    folder.mkdir()
    with pool(2, folder) as processes:
        futures = [processes.submit(wait_for_ever, str(started)) for _ in range(4)]
        while not started.exists():
            os.sched_yield()
        begun = time.monotonic()
    assert time.monotonic() - begun < 20
    assert all(future.done() for future in futures)
    assert not any(Path(f"/proc/{path.name}").exists() for path in folder.iterdir())


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
def test_all_processes_may_die_while_idle(tmp_path: Path) -> None:
    with pool(3, tmp_path) as processes:
        found = outcomes(processes, list(range(12)))
        for path in tmp_path.iterdir():
            os.kill(int(path.name), 9)
        assert outcomes(processes, list(range(12))) == found == [number * number for number in range(12)]


def fail_to_start() -> None:
    os._exit(3)


def test_processes_that_cannot_start_fail_their_items() -> None:
    with WorkerPool(2, start=fail_to_start) as processes:
        results = [result for _, result in processes.results(square_or_die, [1, 2, 3])]
    assert all(isinstance(result, WorkerDiedError) for result in results)


class Lethal(bytes):
    """Ends the process that unpickles it, as the kernel does when memory runs out."""

    def __reduce__(self) -> tuple[object, ...]:
        return (os._exit, (1,))


def test_a_death_while_an_item_is_received_costs_that_item(tmp_path: Path) -> None:
    with pool(2, tmp_path) as processes:
        results = [result for _, result in processes.results(len, [b"x", Lethal(b"x"), b"x", b"x"])]
    assert isinstance(results.pop(1), WorkerDiedError)
    assert results == [1, 1, 1]


def die_half_way_if_negative(number: int) -> bytes:
    if number < 0:
        Connection._send_bytes = send_half  # type: ignore[attr-defined]
    return bytes(1000)


def send_half(pipe: Connection, message: bytes) -> None:
    os.write(pipe.fileno(), struct.pack("!i", len(message)) + bytes(message)[: len(message) // 2])
    os._exit(9)


def test_a_death_while_a_result_is_sent_costs_that_item(tmp_path: Path) -> None:
    with pool(2, tmp_path) as processes:
        results = [result for _, result in processes.results(die_half_way_if_negative, [1, -1, 3, 4])]
    assert isinstance(results.pop(1), WorkerDiedError)
    assert results == [bytes(1000)] * 3


def wait_if_negative(number: int) -> int:
    if number < 0:
        threading.Event().wait()
    return number


def test_a_time_limit_costs_the_item_that_takes_longer(tmp_path: Path) -> None:
    with WorkerPool(2, start=partial(note_start, tmp_path), time_limit_s=1.5) as processes:
        results = [result for _, result in processes.results(wait_if_negative, [1, 2, -1, 4, 5, 6])]
        late = results.pop(2)
        assert isinstance(late, TimeLimitError)
        assert str(late) == "took longer than 1.5 s and was stopped; allow more with --time-limit"
        assert results == [1, 2, 4, 5, 6]
    assert len(list(tmp_path.iterdir())) <= 3, "one process is replaced"
    assert not any(Path(f"/proc/{path.name}").exists() for path in tmp_path.iterdir())


def variable(name: str) -> str | None:
    return os.environ.get(name)


def test_processes_have_variables_that_this_one_has_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BEHOLDER_TEST", raising=False)
    monkeypatch.setenv("BEHOLDER_OTHER", "here")
    with WorkerPool(1, environment={"BEHOLDER_TEST": "1", "BEHOLDER_OTHER": "there"}) as processes:
        results = [result for _, result in processes.results(variable, ["BEHOLDER_TEST", "BEHOLDER_OTHER"])]
    assert results == ["1", "there"]
    assert os.environ.get("BEHOLDER_TEST") is None
    assert os.environ["BEHOLDER_OTHER"] == "here"


@pytest.mark.parametrize("jobs", [0, 2])
def test_items_are_taken_as_they_are_needed(jobs: int) -> None:
    taken = []

    def endless() -> Iterator[int]:
        while True:
            taken.append(1)
            yield len(taken)

    with WorkerPool(jobs) if jobs else ThreadPool(1) as workers:
        results = workers.results(square_or_die, endless())
        assert [next(results) for _ in range(3)] == [(1, 1), (2, 4), (3, 9)]
        assert len(taken) == 2 + 2 * max(1, jobs)
