"""Pools of processes: what a death costs, what is raised, and that nothing is left."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from beholder.worker_processes import ProcessPool, WorkerDiedError, in_order


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


@contextmanager
def pool(jobs: int, folder: Path) -> Iterator[ProcessPool]:
    processes = ProcessPool(jobs, partial(note_start, folder))
    try:
        yield processes
    finally:
        processes.end()


def outcomes(processes: ProcessPool, numbers: list[int], jobs: int) -> list[int | None]:
    found: list[int | None] = []
    for _, future in in_order(processes, square_or_die, numbers, jobs):
        try:
            found.append(future.result(timeout=120))
        except WorkerDiedError:
            found.append(None)
    return found


@pytest.mark.parametrize(("jobs", "deaths"), [(1, 2), (4, 1), (4, 3)])
def test_a_death_costs_one_item_and_one_restart(tmp_path: Path, jobs: int, deaths: int) -> None:
    numbers = list(range(24))
    for place in range(deaths):
        numbers[3 + 5 * place] = -1
    with pool(jobs, tmp_path) as processes:
        found = outcomes(processes, numbers, jobs)
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
        found = outcomes(processes, list(range(12)), 3)
        for path in tmp_path.iterdir():
            os.kill(int(path.name), 9)
        assert outcomes(processes, list(range(12)), 3) == found == [number * number for number in range(12)]


def fail_to_start() -> None:
    os._exit(3)


def test_processes_that_cannot_start_fail_their_items() -> None:
    processes = ProcessPool(2, fail_to_start)
    try:
        assert outcomes(processes, [1, 2, 3], 2) == [None, None, None]
    finally:
        processes.end()
