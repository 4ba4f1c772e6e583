"""Long measurements, picture by picture: in several processes, and kept, so that a stopped run goes on."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


def measure_pictures(
    measure: Callable[[Job], Result], jobs: Sequence[Job], *, processes: int, prepare: Callable[[], None]
) -> list[Result]:
    """`measure` of each job, in order, with a count of those done on the standard error.

    Args:
        measure: A function of a module.
        jobs: One a picture.
        processes: How many work at once.
        prepare: Called first in each process.
    """
    context = multiprocessing.get_context("forkserver")
    measured: list[Result] = []
    with ProcessPoolExecutor(processes, mp_context=context, initializer=prepare) as pool:
        for number, result in enumerate(pool.map(measure, jobs), start=1):
            measured.append(result)
            print(f"\r{number} of {len(jobs)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return measured


def remembered(folder: Path, key: str, measure: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """What `measure` gave when it was called with this key before, or gives now.

    Args:
        folder: Where results are kept, one file each.
        key: All that the result depends on.
        measure: Gives what JSON can hold.
    """
    file = folder / f"{hashlib.sha256(key.encode()).hexdigest()}.json"
    if file.exists():
        known: list[dict[str, Any]] = json.loads(file.read_text())
        return known
    rows = measure()
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(rows))
    return rows
