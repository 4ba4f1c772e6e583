"""Carries out a plan: decides what need not be done, converts several files at once, and writes results.

::

    Plan --settle--> Failed, Skipped
         --run_tasks, in worker processes--> Converted --write, in this process--> outcomes in order

Only this process writes, so that a worker may be stopped at any moment without leaving half a file.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from beholder.batch.convert import Converted, Converter, Failed, Outcome, Skipped, Task, run_tasks
from beholder.batch.plan import STANDARD_STREAM, Job, Plan
from beholder.errors import OutputError
from beholder.safe_write import check_writable, write_file


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How a plan is carried out.

    Attributes:
        jobs: Files at once.
        time_limit_s: Seconds that a file may take, reading included. None: any.
        max_pixels: Of the largest picture to read. None: Pillow's limit.
        overwrite: Whether to replace results that exist.
        skip_existing: Whether to leave out files whose result exists.
        newer: Whether to convert only files without a result, or newer than theirs, which is replaced.
        preserve: Whether results get the access and modification times of their sources.
        allow_loss: Whether to replace a source also by a result that lacks some of its data.
    """

    jobs: int = 1
    time_limit_s: float | None = None
    max_pixels: int | None = None
    overwrite: bool = False
    skip_existing: bool = False
    newer: bool = False
    preserve: bool = False
    allow_loss: bool = False

    def replaces(self, job: Job) -> bool:
        """Return whether a result may take the place of a file."""
        return self.overwrite or self.newer or job.in_place


def settle(plan: Plan, policy: Policy) -> dict[Job, Failed | Skipped]:
    """Return the outcomes that are known without any work: jobs that cannot be done, or need not be."""
    return {job: outcome for job in plan.jobs if (outcome := _settled(job, policy)) is not None}


def run_plan(
    plan: Plan,
    converter: Converter,
    policy: Policy,
    write_stream: Callable[[bytes], None] | None = None,
) -> Generator[tuple[Job, Outcome], None, None]:
    """Yield each job with its outcome, in order; results are written by then.

    A caller that stops early closes the generator, which ends the workers.

    Args:
        plan: What to do.
        converter: Makes the results.
        policy: How.
        write_stream: Takes the result of a job whose target is standard output.
    """
    settled = settle(plan, policy)
    tasks = (_task(job, converter, policy) for job in plan.jobs if job not in settled)
    jobs = min(policy.jobs, max(1, len(plan.jobs) - len(settled)))
    with closing(run_tasks(tasks, jobs, policy.time_limit_s)) as outcomes:
        for job in plan.jobs:
            outcome = settled[job] if job in settled else next(outcomes)
            if isinstance(outcome, Converted):
                try:
                    _write(job, outcome, policy, write_stream)
                except OutputError as error:
                    outcome = Failed(str(error))
            yield job, outcome


def is_file(path: str) -> bool:
    """Return whether it is a regular file; False for a path that is too long."""
    return os.path.isfile(path)  # noqa: PTH113 -- Path.is_file raises for such a path


def _settled(job: Job, policy: Policy) -> Failed | Skipped | None:
    try:
        source = None if job.source == STANDARD_STREAM else Path(job.source).stat()
    except OSError as error:
        return Failed(f"{job.source}: {error.strerror}")
    if job.target == STANDARD_STREAM:
        return None
    if job.problem is not None and not (policy.skip_existing and is_file(job.target)):
        return Failed(job.problem)
    if (why := _skip_reason(Path(job.target), source, policy)) is not None:
        return Skipped(why)
    try:
        check_writable(job.target, overwrite=policy.replaces(job))
    except OutputError as error:
        return Failed(str(error))
    return None


def _skip_reason(target: Path, source: os.stat_result | None, policy: Policy) -> str | None:
    """Return why a file need not be made again; None where it has to be made."""
    try:
        made = target.stat()
    except OSError:  # which is told where it stops the writing
        return None
    if not stat.S_ISREG(made.st_mode):
        return None
    if policy.skip_existing:
        return "exists already"
    is_newer = policy.newer and source is not None and source.st_mtime_ns <= made.st_mtime_ns
    return "is not older than the input" if is_newer else None


def _task(job: Job, converter: Converter, policy: Policy) -> Task:
    if job.source == STANDARD_STREAM:
        return Task("standard input", converter, policy.max_pixels, sys.stdin.buffer.read())
    return Task(job.source, converter, policy.max_pixels)


def _write(
    job: Job, converted: Converted, policy: Policy, write_stream: Callable[[bytes], None] | None
) -> None:
    """Write a result."""
    if job.in_place and converted.file.losses and not policy.allow_loss:
        losses = "; ".join(converted.file.losses)
        raise OutputError(
            f"{job.source}: is left as it is, as its result would lose data: {losses}. "
            "Add --allow-loss to replace it all the same, or give -o another place instead of --in-place"
        )
    if job.target == STANDARD_STREAM:
        assert write_stream is not None, "a plan with standard output comes with what writes there"
        write_stream(converted.file.data)
    elif not (job.in_place and converted.is_input):
        write_file(
            job.target,
            converted.file.data,
            overwrite=policy.replaces(job),
            keep_owner=job.in_place,
            times_ns=_times_ns(job.source) if policy.preserve else None,
        )


def _times_ns(source: str) -> tuple[int, int] | None:
    """Return access and modification time of a source; None for standard input, which has none."""
    if source == STANDARD_STREAM:
        return None
    try:
        status = Path(source).stat()
    except OSError as error:
        raise OutputError(f"{source}: its times cannot be read ({error.strerror})") from error
    return status.st_atime_ns, status.st_mtime_ns
