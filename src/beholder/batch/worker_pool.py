"""Other processes that work for this one, and end with it.

::

    submit -> thread of this process --item--> process of its own --result--> future

Each process has a pipe of its own and one item at a time. So a process that dies, or is stopped because its
item takes too long, costs that item and one restart; the other processes do whatever waits.

The standard library's `ProcessPoolExecutor` gives up all items when one process dies. Pebble 5.2.3 (LGPL-3)
starts as quickly and has time limits, but its processes share one pipe for items and one for results, under
locks. One that is killed while it takes an item ends the pool (`BrokenProcessPool` for all other items), one
that is killed while it sends a result blocks the pool for a minute and then ends it as well, and processes at
work outlive a parent that is killed.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, Self, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# For `WorkerPool`'s `environment`: these tell the libraries' own pools before they start.
ONE_THREAD: Mapping[str, str] = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"), "1"
)


class ItemLostError(Exception):
    """The process that had an item has ended without a result; the message says why and what to do."""


class WorkerDiedError(ItemLostError):
    """The process died, killed as a rule for lack of memory."""

    def __init__(self) -> None:
        super().__init__("the worker process died (out of memory?); try fewer --jobs")


class TimeLimitError(ItemLostError):
    """The item took longer than the limit, and its process was stopped."""

    def __init__(self, limit_s: float) -> None:
        super().__init__(f"took longer than {limit_s:g} s and was stopped; allow more with --time-limit")


class Pool(ABC):
    """Does items; a context manager that ends with its block."""

    def __init__(self, jobs: int) -> None:
        """Take the number of items to be done at once."""
        self._jobs = jobs

    @abstractmethod
    def submit(self, work: Callable[[Item], Result], item: Item, /) -> Future[Result]:
        """Return the future result of `work` on one item; where it is lost, an `ItemLostError`."""

    @abstractmethod
    def end(self) -> None:
        """Take no more items, and end the work."""

    def results(
        self, work: Callable[[Item], Result], items: Iterable[Item]
    ) -> Generator[tuple[Item, Result | ItemLostError], None, None]:
        """Yield each item with its result, or why it has none, in the order of the items.

        Items are taken as they are needed: twice as many ahead as are done at once, which keeps all workers
        busy and bounds the results that wait.

        Args:
            work: What to do with an item; a function that another process can import.
            items: What to work on.

        Raises:
            Exception: What `work` raises.
        """
        for item, future in self._in_order(work, items):
            try:
                result: Result | ItemLostError = future.result()
            except ItemLostError as error:
                result = error
            yield item, result

    def _in_order(
        self, work: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Future[Result]]]:
        pending: deque[tuple[Item, Future[Result]]] = deque()
        for item in items:
            pending.append((item, self.submit(work, item)))
            if len(pending) >= 2 * self._jobs:
                yield pending.popleft()
        while pending:
            yield pending.popleft()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


class ThreadWorker(Pool):
    """One thread of this process, for a caller that an interrupt is to reach while it works."""

    def __init__(self) -> None:
        super().__init__(1)
        self._threads = ThreadPoolExecutor(1)

    def submit(self, work: Callable[[Item], Result], item: Item, /) -> Future[Result]:
        """Return the future result of `work` on one item."""
        return self._threads.submit(work, item)

    def end(self) -> None:
        """Take no more items; the one at work cannot be ended, and nobody waits for it."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class WorkerPool(Pool):
    """Processes that start when they are first needed, are replaced when they die, and end with the pool."""

    def __init__(
        self,
        jobs: int,
        *,
        start: Callable[[], None] | None = None,
        environment: Mapping[str, str] | None = None,
        time_limit_s: float | None = None,
    ) -> None:
        """Take items for `jobs` processes.

        Args:
            jobs: Number of processes.
            start: What each process calls before its first item; a function that it can import.
            environment: Variables that the processes have beside those of this one, such as `ONE_THREAD`.
            time_limit_s: Seconds that an item may take, from when its process has received it.
        """
        super().__init__(jobs)
        self._start = start
        self._environment = environment or {}
        self._time_limit_s = time_limit_s
        self._threads = ThreadPoolExecutor(jobs)
        self._idle: deque[_Process] = deque()
        self._running: set[_Process] = set()
        self._lock = threading.Lock()
        self._ended = False

    def submit(self, work: Callable[[Item], Result], item: Item, /) -> Future[Result]:
        """Return the future result of `work` on one item.

        The future raises what `work` raises, `WorkerDiedError`, or `TimeLimitError`.
        """
        return self._threads.submit(self._do, work, item)

    def end(self) -> None:
        """End all processes at once, whatever they are at."""
        with self._lock:
            self._ended = True
            for process in self._running:
                process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._running:
            process.close()

    def _do(self, work: Callable[[Item], Result], item: Item) -> Result:
        """Return what a process makes of the item; each thread of the pool has one process at a time."""
        try:
            process = self._hand_over(work, item)
        except (EOFError, OSError) as error:
            raise WorkerDiedError from error
        try:
            answer = process.receive(self._time_limit_s)
        except TimeLimitError:
            self._drop(process)
            raise
        except (EOFError, OSError) as error:
            self._drop(process)
            raise WorkerDiedError from error
        self._idle.append(process)
        if answer.error is not None:
            raise answer.error
        result: Result = answer.result
        return result

    def _hand_over(self, work: Callable[[Item], Result], item: Item) -> _Process:
        """Return the process that has taken the item: an idle one, or a new one where that died meanwhile.

        Raises:
            EOFError: A new process died before it had the item.
            OSError: The same.
        """
        try:
            process = self._idle.pop()
        except IndexError:
            return self._send(self._begin(), work, item)
        try:
            return self._send(process, work, item)
        except (EOFError, OSError):
            return self._send(self._begin(), work, item)

    def _send(self, process: _Process, work: Callable[[Item], Result], item: Item) -> _Process:
        try:
            process.send(work, item)
        except (EOFError, OSError):
            self._drop(process)
            raise
        except Exception:  # the item is of a kind that no pipe takes, and the process knows nothing of it
            self._idle.append(process)
            raise
        return process

    def _begin(self) -> _Process:
        with self._lock:
            if self._ended:
                raise WorkerDiedError
            try:
                with _environment(self._environment):
                    process = _Process(self._start)
            except OSError as error:  # as where there is no memory for another
                raise WorkerDiedError from error
            self._running.add(process)
        return process

    def _drop(self, process: _Process) -> None:
        with self._lock:
            if process in self._running and not self._ended:
                self._running.remove(process)
                process.kill()
                process.close()


@dataclass(frozen=True)
class _Answer:
    """What came of an item: its result, or what was raised."""

    result: Any = None
    error: Exception | None = None


class _Process:
    """One process and this end of its pipe."""

    def __init__(self, start: Callable[[], None] | None) -> None:
        # Spawned, since a fork copies whatever locks other threads hold.
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(target=_serve, args=(theirs, start))
        try:
            with _interrupts_blocked():
                self._process.start()
        except BaseException:
            self._pipe.close()
            raise
        finally:
            theirs.close()  # so that the pipe ends with the process

    def send(self, work: Callable[[Any], Any], given: object) -> None:
        """Send an item and wait until it has arrived.

        Raises:
            EOFError: The process has ended before.
            OSError: The same.
        """
        self._pipe.send((work, given))
        self._pipe.recv_bytes()

    def receive(self, limit_s: float | None) -> _Answer:
        """Wait for what came of the item.

        Raises:
            EOFError: The process has ended.
            OSError: The same.
            TimeLimitError: Nothing has come after so many seconds.
        """
        if not self._pipe.poll(limit_s):
            assert limit_s is not None, "without a limit it waits for ever"
            raise TimeLimitError(limit_s)
        answer: _Answer = self._pipe.recv()
        return answer

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        """Wait for the end of a process that was killed."""
        self._process.join()
        self._pipe.close()


@contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Have these variables meanwhile, for processes to inherit: before they import what reads them."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Keep both signals from processes started meanwhile, which inherit the mask; the parent ends them."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: Connection, start: Callable[[], None] | None) -> None:
    """Work on what comes through the pipe, until its other end is gone."""
    # Signals that a terminal or a service manager sends to all of a group are left to the parent.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if start is not None:
        start()
    while True:
        try:
            item = pipe.recv_bytes()
            pipe.send_bytes(b"arrived")
        except (EOFError, OSError):
            return
        try:
            work, given = pickle.loads(item)
            answer = _Answer(result=work(given))
        except Exception as error:
            answer = _Answer(error=error)
        try:
            pipe.send(answer)
        except OSError:
            return
        except Exception:  # the result, or the error, is of a kind that no pipe takes
            pipe.send(_Answer(error=RuntimeError(traceback.format_exc())))
        del item, answer  # which may be large, while the next one is awaited
        work = given = None


def _end_with_parent() -> None:
    """End this process when the parent is gone, however it went: a worker waits for items for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "a worker has one"
    parent.join()
    os._exit(1)
