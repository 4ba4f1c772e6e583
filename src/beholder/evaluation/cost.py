"""What a piece of work costs: processor time, time that passes, memory.

Processor time is the process's and that of the programs it ran to their end. Memory is the largest resident
set that the process had meanwhile, less what it held before, after memory that was free but kept has gone
back to the system; Linux alone can tell it, and that of other programs is not in it.
"""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")

_STATUS = Path("/proc/self/status")
_CLEAR_REFS = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"  # proc(5): resets VmHWM, the peak of the resident set


@dataclass(frozen=True)
class Cost:
    """Of one piece of work.

    Attributes:
        cpu_s: Processor time of the process and of the programs that it ran.
        wall_s: Time that passed.
        memory_bytes: Most memory beyond what was held before; None where the system does not tell.
    """

    cpu_s: float
    wall_s: float
    memory_bytes: int | None


def measure(work: Callable[[], Result]) -> tuple[Result, Cost]:
    """Returns what `work` returns, and its cost."""
    held_bytes = _reset_peak()
    cpu_s, wall_s = _cpu_s(), time.perf_counter()
    result = work()
    cpu_s, wall_s = _cpu_s() - cpu_s, time.perf_counter() - wall_s
    memory_bytes = None if held_bytes is None else max(0, _status_bytes("VmHWM") - held_bytes)
    return result, Cost(cpu_s, wall_s, memory_bytes)


def _cpu_s() -> float:
    """Processor time so far, of this process and of those of its children that have ended."""
    own_s = time.process_time()
    if sys.platform == "win32":
        return own_s
    import resource  # noqa: PLC0415 -- not on Windows

    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own_s + children.ru_utime + children.ru_stime


def _reset_peak() -> int | None:
    """Starts a new peak of the resident set; returns what is held now, None where that cannot be done."""
    if sys.platform != "linux":
        return None
    with suppress(OSError, AttributeError):  # a C library other than glibc keeps what it keeps
        ctypes.CDLL(None).malloc_trim(0)
    try:
        _CLEAR_REFS.write_text(_RESET_PEAK)
        return _status_bytes("VmHWM")
    except OSError:
        return None


def _status_bytes(name: str) -> int:
    return int(_STATUS.read_text(encoding="ascii").split(f"{name}:")[1].split()[0]) * 1024
