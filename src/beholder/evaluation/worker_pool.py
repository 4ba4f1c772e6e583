"""The worker processes of a run: one thread each, replaced when they die, ended with the run."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial

from beholder.evaluation.codec import Codec
from beholder.evaluation.item import Item
from beholder.evaluation.score import Score
from beholder.evaluation.worker import Described, Measured, Task, Worker
from beholder.worker_processes import Given, ProcessPool, Result, WorkerDiedError, in_order

# Times are of one thread each: these tell the libraries' own pools before they start.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")


class WorkerPool:
    """Processes that each hold a `Worker`."""

    def __init__(self, codecs: Sequence[Codec], scores: Sequence[Score], jobs: int) -> None:
        self._jobs = jobs
        self._pool = ProcessPool(jobs, partial(_start_worker, tuple(codecs), tuple(scores)))

    def describe(self, items: Iterable[Item]) -> Generator[tuple[Item, Described | str | None], None, None]:
        """Yield each picture with what it is, or why it cannot be read; None where it killed its worker."""
        return self.results(_describe, items)

    def measure(self, tasks: Iterable[Task]) -> Generator[tuple[Task, Measured | None], None, None]:
        """Yield each task with what came of it; None where it killed its worker."""
        return self.results(_measure, tasks)

    def end(self) -> None:
        """End the processes, whatever they are at."""
        self._pool.end()

    def results(
        self, work: Callable[[Given], Result], given: Iterable[Given]
    ) -> Generator[tuple[Given, Result | None], None, None]:
        """Yield each thing given, in order, with what `work` makes of it; None where its worker died."""
        for each, future in in_order(self._pool, work, given, self._jobs):
            result: Result | None = None
            with suppress(WorkerDiedError):
                result = future.result()
            yield each, result


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
