"""Every picture through every codec at every quality, scored, by several processes at once.

::

    items -> worker processes (read, encode, decode, score) -> this process (store) -> rows

What the store holds is not done again. Only this process writes, after each task, so that a run that is
killed at any moment goes on where it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol

import PIL

from beholder.evaluation.experiment import Experiment
from beholder.evaluation.item import Item
from beholder.evaluation.plan import Plan
from beholder.evaluation.rows import Row
from beholder.evaluation.store import Store, key_of
from beholder.evaluation.worker import Described, Measured
from beholder.evaluation.worker_pool import WorkerPool, worker_pool

_DIED = "the worker process died (out of memory?); try fewer jobs"


class Progress(Protocol):
    """Is told how far a run is."""

    def start(self, total: int) -> None:
        """There are so many rows to do."""

    def skip(self, count: int) -> None:
        """So many rows were there before."""

    def advance(self, count: int = 1) -> None:
        """So many more rows are done."""

    def error(self, text: str) -> None:
        """A line for people on what is not there."""


class Unwatched:
    """The progress of a run that nobody watches."""

    def start(self, total: int) -> None:
        """Tell nobody."""

    def skip(self, count: int) -> None:
        """Tell nobody."""

    def advance(self, count: int = 1) -> None:
        """Tell nobody."""

    def error(self, text: str) -> None:
        """Tell nobody."""


def measure_rows(experiment: Experiment, store: Store, *, jobs: int, progress: Progress) -> list[Row]:
    """Return the rows: pictures in order, of each the codecs in order, of each the qualities in order.

    What fails for one picture is said in the `error` of its rows, and the run goes on; nothing of it is
    stored, so that the next run tries again.

    Args:
        experiment: What to evaluate.
        store: What earlier runs found out; takes what this one does.
        jobs: Worker processes.
        progress: Is told of rows.

    Raises:
        OutputError: The store cannot be written.
    """
    with worker_pool(experiment.codecs, experiment.scores, jobs) as pool:
        plan = Plan(experiment, store, _describe(experiment.items, store, pool))
        progress.skip(experiment.row_count - len(plan.tasks))
        for task, measured in pool.measure(plan.tasks):
            plan.keep(task, Measured(error=_DIED) if measured is None else measured)
            progress.advance()
    return plan.rows()


def _describe(items: Sequence[Item], store: Store, pool: WorkerPool) -> dict[Item, Described | str]:
    """What each picture is, or why it cannot be read; files that an earlier run read are only hashed."""
    found: dict[Item, Described | str] = {}
    keys: dict[Item, str] = {}
    for item in items:
        try:
            keys[item] = _file_key(item)
        except OSError as error:
            found[item] = f"{item.path}: {error.strerror or error}"
            continue
        value = store.get(keys[item])
        if value is not None:
            found[item] = Described(**value)  # type: ignore[arg-type]
    unknown = [item for item in items if item not in found]
    for item, described in pool.describe(unknown):
        if isinstance(described, Described):
            store.put({keys[item]: vars(described)})
        found[item] = _DIED if described is None else described
    return found


def _file_key(item: Item) -> str:
    """Of a picture's file and what decodes it."""
    with item.path.open("rb") as file:
        return key_of("picture", PIL.__version__, hashlib.file_digest(file, "sha256").hexdigest())
