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
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from multiprocessing.reduction import ForkingPickler
from typing import Any, Self, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# For `WorkerPool`'s `environment`: these tell the libraries' own pools before they start.
ONE_THREAD: Mapping[str, str] = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"), "1"
)
_BEGUN = b"begun"  # is sent once an item is unpickled, before its work


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


class ThreadPool:
    """Threads of this process that do items; a context manager that ends with its block."""

    def __init__(self, jobs: int) -> None:
        """Take the number of items to be done at once."""
        self._jobs = jobs
        self._threads = ThreadPoolExecutor(jobs)

    def submit(self, work: Callable[[Item], Result], item: Item, /) -> Future[Result]:
        """Return the future result of `work` on one item, which raises what `work` raises."""
        return self._threads.submit(self._do, work, item)

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

    def end(self) -> None:
        """Take no more items; those at work cannot be ended, and nobody waits for them."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def _do(self, work: Callable[[Item], Result], item: Item) -> Result:
        return work(item)

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


class WorkerPool(ThreadPool):
    """Processes that start when they are first needed, are replaced when they die, and end with the pool.

    The future of an item raises what its work raises, `WorkerDiedError`, or `TimeLimitError`.
    """

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
            time_limit_s: Seconds that an item may take, from when its process has imported what it refers to.
        """
        super().__init__(jobs)
        self._start = start
        self._environment = environment or {}
        self._time_limit_s = time_limit_s
        self._idle: deque[_Process] = deque()
        self._running: set[_Process] = set()
        self._lock = threading.Lock()
        self._ended = False

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
        process = self._hand_over(ForkingPickler.dumps((work, item)))
        try:
            result, error = process.answer(self._time_limit_s)
        except (EOFError, OSError) as error:
            self._drop(process)
            raise WorkerDiedError from error
        except Exception:  # the time is over, or the answer is of a kind that comes through no pipe
            self._drop(process)
            raise
        self._idle.append(process)
        if error is not None:
            raise error
        done: Result = result
        return done

    def _hand_over(self, message: memoryview) -> _Process:
        """Return the process that has taken an item: an idle one that is alive, or a new one."""
        while True:
            try:
                process, is_new = self._idle.pop(), False
            except IndexError:
                process, is_new = self._begin(), True
            try:
                process.take(message)
            except (EOFError, OSError) as error:
                self._drop(process)
                if is_new:
                    raise WorkerDiedError from error
            else:
                return process

    def _begin(self) -> _Process:
        with self._lock:
            if self._ended:
                raise WorkerDiedError
            try:
                process = _Process(self._start, self._environment)
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


class _Process:
    """One process and this end of its pipe; its methods raise EOFError or OSError where it has ended."""

    def __init__(self, start: Callable[[], None] | None, environment: Mapping[str, str]) -> None:
        # Spawned, since a fork copies whatever locks other threads hold.
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(target=_serve, args=(theirs, start))
        try:
            with _interrupts_blocked(), _environment(environment):
                self._process.start()
        except BaseException:
            self._pipe.close()
            raise
        finally:
            theirs.close()  # so that the pipe ends with the process

    def take(self, message: memoryview) -> None:
        """Send a pickled item and wait until it has arrived."""
        self._pipe.send_bytes(message)
        self._pipe.recv_bytes()

    def answer(self, limit_s: float | None) -> tuple[Any, Exception | None]:
        """Return the result of the item, or what was raised.

        Raises:
            TimeLimitError: Nothing has come so many seconds after all that the item refers to was imported.
        """
        message = self._pipe.recv_bytes()
        if message == _BEGUN:
            if not self._pipe.poll(limit_s):
                assert limit_s is not None, "without a limit it waits for ever"
                raise TimeLimitError(limit_s)
            message = self._pipe.recv_bytes()
        answer: tuple[Any, Exception | None] = pickle.loads(message)
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
        answer: tuple[Any, Exception | None]
        try:
            work, given = pickle.loads(item)
            pipe.send_bytes(_BEGUN)
            answer = work(given), None
        except Exception as error:
            answer = None, error
        try:
            pipe.send(answer)
        except OSError:
            return
        except Exception:  # the result, or the error, is of a kind that no pipe takes
            pipe.send((None, RuntimeError(traceback.format_exc())))
        del item, answer  # which may be large, while the next one is awaited
        work = given = None


def _end_with_parent() -> None:
    """End this process when the parent is gone, however it went: a worker waits for items for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "a worker has one"
    parent.join()
    os._exit(1)
