"""Other processes that work for this one, and end with it.

::

    submit -> thread of this process --item--> process of its own --result--> future

Each process has a pipe of its own and one item at a time. So a process that dies costs the item that it had
and one restart; whatever waits is done by the others.
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
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, Protocol, TypeVar

Given = TypeVar("Given")
Result = TypeVar("Result")


class WorkerDiedError(Exception):
    """The process that had an item has ended without a result, killed as a rule for lack of memory."""


class Pool(Protocol):
    """What takes items: a `ProcessPool`, or an executor of threads."""

    def submit(self, work: Callable[[Given], Result], given: Given, /) -> Future[Result]:
        """Return the future result of `work` on one item."""


def in_order(
    pool: Pool, work: Callable[[Given], Result], given: Iterable[Given], jobs: int
) -> Generator[tuple[Given, Future[Result]], None, None]:
    """Yield each item with its future result, in the order of the items, which are taken as they are needed.

    Args:
        pool: Does the work.
        work: What to do with an item; a function that another process can import.
        given: The items.
        jobs: Workers of the pool. Twice as many items are taken ahead, which keeps all workers busy and
            bounds the results that wait.
    """
    pending: deque[tuple[Given, Future[Result]]] = deque()
    for each in given:
        pending.append((each, pool.submit(work, each)))
        if len(pending) >= 2 * jobs:
            yield pending.popleft()
    while pending:
        yield pending.popleft()


class ProcessPool:
    """Processes that start when they are first needed, are replaced when they die, and end with the pool."""

    def __init__(self, jobs: int, start: Callable[[], None] | None = None) -> None:
        """Take items for `jobs` processes, each of which calls `start` before its first item."""
        self._start = start
        self._threads = ThreadPoolExecutor(jobs)
        self._idle: deque[_Process] = deque()
        self._running: set[_Process] = set()
        self._lock = threading.Lock()
        self._ended = False

    def submit(self, work: Callable[[Given], Result], given: Given, /) -> Future[Result]:
        """Return the future result of `work` on one item: `WorkerDiedError` where its process died."""
        return self._threads.submit(self._do, work, given)

    def end(self) -> None:
        """End all processes at once, whatever they are at."""
        with self._lock:
            self._ended = True
            for process in self._running:
                process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._running:
            process.close()

    def _do(self, work: Callable[[Given], Result], given: Given) -> Result:
        """Return what a process makes of the item; each thread of the pool has one process at a time."""
        try:
            process = self._hand_over(work, given)
        except (EOFError, OSError) as error:
            raise WorkerDiedError from error
        try:
            answer = process.receive()
        except (EOFError, OSError) as error:
            self._drop(process)
            raise WorkerDiedError from error
        self._idle.append(process)
        if answer.error is not None:
            raise answer.error
        result: Result = answer.result
        return result

    def _hand_over(self, work: Callable[[Given], Result], given: Given) -> _Process:
        """Return the process that has taken the item: an idle one, or a new one where that died meanwhile.

        Raises:
            EOFError: A new process died before it had the item.
            OSError: The same.
        """
        try:
            process = self._idle.pop()
        except IndexError:
            return self._send(self._begin(), work, given)
        try:
            return self._send(process, work, given)
        except (EOFError, OSError):
            return self._send(self._begin(), work, given)

    def _send(self, process: _Process, work: Callable[[Given], Result], given: Given) -> _Process:
        try:
            process.send(work, given)
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
            with interrupts_blocked():
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

    def receive(self) -> _Answer:
        """Wait for what came of the item.

        Raises:
            EOFError: The process has ended.
            OSError: The same.
        """
        answer: _Answer = self._pipe.recv()
        return answer

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        """Wait for the end of a process that was killed."""
        self._process.join()
        self._pipe.close()


@contextmanager
def interrupts_blocked() -> Iterator[None]:
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
