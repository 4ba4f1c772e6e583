"""Every picture through every codec at every quality, scored, by several processes at once.

::

    items -> worker processes (read, encode, decode, score) -> this process (store) -> rows

What the store holds is not done again. Only this process writes, after each task, so that a run that is
killed at any moment goes on where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import PIL

from beholder.batch.progress import Progress
from beholder.batch.worker_pool import ONE_THREAD, ItemLostError, WorkerPool
from beholder.evaluation.digests import file_digest
from beholder.evaluation.item import Item
from beholder.evaluation.plan import Experiment, Plan
from beholder.evaluation.rows import Row
from beholder.evaluation.store import Store, key_of
from beholder.evaluation.worker import Described, Measured, describe_item, measure_task, start_worker


def measure_rows(
    experiment: Experiment, store: Store, *, jobs: int, time_limit_s: float | None, progress: Progress
) -> list[Row]:
    """Return the rows: pictures in order, of each the codecs in order, of each the qualities in order.

    What fails for one picture is said in the `error` of its rows, and the run goes on; nothing of it is
    stored, so that the next run tries again.

    Args:
        experiment: What to evaluate.
        store: What earlier runs found out; takes what this one does.
        jobs: Worker processes.
        time_limit_s: For one file with its scores.
        progress: Is told of rows.

    Raises:
        OutputError: The store cannot be written.
    """
    start = partial(start_worker, experiment.codecs, experiment.scores)
    with WorkerPool(jobs, start=start, environment=ONE_THREAD, time_limit_s=time_limit_s) as pool:
        plan = Plan(experiment, store, _describe(experiment.items, store, pool))
        progress.skip(experiment.row_count - len(plan.tasks))
        for task, measured in pool.results(measure_task, plan.tasks):
            if isinstance(measured, ItemLostError):
                plan.keep(task, Measured(error=str(measured)))
            else:
                plan.keep(task, measured)
            progress.advance()
    return plan.rows()


def _describe(items: Sequence[Item], store: Store, pool: WorkerPool) -> dict[Item, Described | str]:
    """What each picture is, or why it cannot be read; files that an earlier run read are only hashed."""
    found: dict[Item, Described | str] = {}
    keys: dict[Item, str] = {}
    for item in items:
        try:
            keys[item] = key_of("picture", PIL.__version__, file_digest(item.path))
        except OSError as error:
            found[item] = f"{item.path}: {error.strerror or error}"
            continue
        value = store.get(keys[item])
        if value is not None:
            found[item] = Described(**value)  # type: ignore[arg-type]
    unknown = [item for item in items if item not in found]
    for item, described in pool.results(describe_item, unknown):
        if isinstance(described, Described):
            store.put({keys[item]: vars(described)})
        found[item] = str(described) if isinstance(described, ItemLostError) else described
    return found
