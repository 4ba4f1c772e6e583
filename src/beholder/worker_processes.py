"""Other processes that work for this one, and end with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager


def process_pool(jobs: int, start: Callable[[], None] | None = None) -> ProcessPoolExecutor:
    """Returns a pool of so many processes, each of which calls `start` first."""
    # Spawned, since a fork copies whatever locks other threads hold.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(start,))


def end_workers(executor: Executor) -> None:
    """Ends all processes of this one's pools at once, whatever they are at, and the pool."""
    for process in multiprocessing.active_children():
        process.kill()
    executor.shutdown(cancel_futures=True)


@contextmanager
def interrupts_blocked() -> Iterator[None]:
    """Keeps both signals from processes started meanwhile, which inherit the mask; the parent ends them."""
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(start: Callable[[], None] | None) -> None:
    """Leaves signals that a terminal or a service manager sends to all of a group to the parent."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if start is not None:
        start()


def _end_with_parent() -> None:
    """Ends this process when the parent is gone, however it went: a worker waits for tasks for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "a worker has one"
    parent.join()
    os._exit(1)
