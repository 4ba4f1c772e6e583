"""Warnings of other libraries, kept from the screen, in several threads at once."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class _Collector:
    """Gives each thread its own warnings.

    `warnings.catch_warnings` changes the state of the whole process: of two threads inside it, the one that
    leaves last would put back what the other had set. Here the first thread to enter sets the state and the
    last to leave puts it back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._texts: dict[int, list[list[tuple[type[Warning], str]]]] = {}  # by thread, the innermost last
        self._state: warnings.catch_warnings[None] | None = None
        self._show: Callable[..., None] = warnings.showwarning

    def enter(self) -> list[tuple[type[Warning], str]]:
        found: list[tuple[type[Warning], str]] = []
        with self._lock:
            if self._state is None:
                self._state = warnings.catch_warnings()
                self._state.__enter__()
                self._show = warnings.showwarning
                warnings.simplefilter("always")
                warnings.showwarning = self._collect
            self._texts.setdefault(threading.get_ident(), []).append(found)
        return found

    def leave(self) -> None:
        thread = threading.get_ident()
        with self._lock:
            self._texts[thread].pop()
            if not self._texts[thread]:
                del self._texts[thread]
            if not self._texts and self._state is not None:
                self._state.__exit__(None, None, None)
                self._state = None

    def _collect(self, message: Warning | str, category: type[Warning], *rest: Any, **named: Any) -> None:
        own = self._texts.get(threading.get_ident())
        if own:
            own[-1].append((category, " ".join(str(message).split())))
        else:
            self._show(message, category, *rest, **named)


_collector = _Collector()


@contextmanager
def caught_warnings() -> Iterator[list[tuple[type[Warning], str]]]:
    """Collect the kinds and texts, in one line each, of the warnings that this thread meets inside."""
    found = _collector.enter()
    try:
        yield found
    finally:
        _collector.leave()
