"""The worker processes of a run: one thread each, replaced when they die, ended with the run."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from beholder.evaluation.codec import Codec
from beholder.evaluation.item import Item
from beholder.evaluation.score import Score
from beholder.evaluation.worker import Described, Measured, Task, Worker
from beholder.worker_processes import end_workers, interrupts_blocked, process_pool

Given = TypeVar("Given")
Result = TypeVar("Result")

# Times are of one thread each: these tell the libraries' own pools before they start.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")


@dataclass(frozen=True)
class _Pending(Generic[Given, Result]):
    given: Given
    future: Future[Result]
    pool: ProcessPoolExecutor


class WorkerPool:
    """Processes that each hold a `Worker`."""

    def __init__(self, codecs: Sequence[Codec], scores: Sequence[Score], jobs: int) -> None:
        self._jobs = jobs
        self._start = partial(_start_worker, tuple(codecs), tuple(scores))
        self._pool = process_pool(jobs, self._start)

    def describe(self, items: Iterable[Item]) -> Generator[tuple[Item, Described | str | None], None, None]:
        """Each picture with what it is, or why it cannot be read; nothing where it killed its worker."""
        return self.results(_describe, items)

    def measure(self, tasks: Iterable[Task]) -> Generator[tuple[Task, Measured | None], None, None]:
        """Each task with what came of it; nothing where it killed its worker."""
        return self.results(_measure, tasks)

    def end(self) -> None:
        """Ends the processes, whatever they are at."""
        end_workers(self._pool)

    def results(
        self, work: Callable[[Given], Result], given: Iterable[Given]
    ) -> Generator[tuple[Given, Result | None], None, None]:
        """Each thing given, in order, with what `work` makes of it; nothing where that killed its worker."""
        pending: deque[_Pending[Given, Result]] = deque()
        for each in given:
            pending.append(self._submit(work, each))
            # Twice the workers keeps all of them busy and bounds the results that wait.
            if len(pending) >= 2 * self._jobs:
                yield from self._result(work, pending.popleft())
        while pending:
            yield from self._result(work, pending.popleft())

    def _submit(self, work: Callable[[Given], Result], given: Given) -> _Pending[Given, Result]:
        try:
            with interrupts_blocked():
                return _Pending(given, self._pool.submit(work, given), self._pool)
        except BrokenProcessPool as error:
            broken: Future[Result] = Future()
            broken.set_exception(error)
            return _Pending(given, broken, self._pool)

    def _result(
        self, work: Callable[[Given], Result], pending: _Pending[Given, Result]
    ) -> Generator[tuple[Given, Result | None], None, None]:
        """Waits for one result.

        A worker that is killed breaks its pool with all that this had accepted. Each of those is done again
        by a process of its own, so that only the one at fault has no result.
        """
        result: Result | None = None
        try:
            result = pending.future.result()
        except BrokenProcessPool:
            if pending.pool is self._pool:
                self._pool = process_pool(self._jobs, self._start)
            with process_pool(1, self._start) as alone, suppress(BrokenProcessPool):
                with interrupts_blocked():
                    future = alone.submit(work, pending.given)
                result = future.result()
        yield pending.given, result


@contextmanager
def worker_pool(codecs: Sequence[Codec], scores: Sequence[Score], jobs: int) -> Iterator[WorkerPool]:
    """So many worker processes of one thread each, of which none outlives the block."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    pool = WorkerPool(codecs, scores, jobs)
    try:
        yield pool
    finally:
        pool.end()
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


_workers: list[Worker] = []  # in a worker process, the one of the run


def _start_worker(codecs: Sequence[Codec], scores: Sequence[Score]) -> None:
    _workers.append(Worker(codecs, scores))


def _describe(item: Item) -> Described | str:
    return _workers[0].describe(item)


def _measure(task: Task) -> Measured:
    return _workers[0].measure(task)
