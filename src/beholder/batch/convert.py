"""Converting one file, and many at once in other processes.

Workers read and convert; only the parent writes. So a worker may be killed at any moment without leaving half
a file.
"""

from __future__ import annotations

import traceback
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from beholder.batch.worker_pool import ItemLostError, ThreadWorker, WorkerPool
from beholder.errors import BeholderError


@dataclass(frozen=True)
class Converted:
    """What a worker made of a task; what does not apply is nothing.

    Attributes:
        data: The file.
        input_bytes: Size of what it was made of.
        width: Pixels.
        height: Pixels.
        rate_bpp: Bits a pixel of the compressed one of both files.
        quality: Used, or found by the search for a target.
        subsampling: Of a JPEG's chroma.
        progressive: Whether a JPEG is progressive.
        kept_input: Whether the input was a JPEG that no result is smaller than.
        is_input: Whether the file is the input to the last byte.
        losses: What stood in the input and could not be kept.
        notes: The losses, and what else is to be said.
    """

    data: bytes = field(repr=False)
    input_bytes: int
    width: int
    height: int
    rate_bpp: float
    quality: float | None = None
    subsampling: str | None = None
    progressive: bool | None = None
    kept_input: bool = False
    is_input: bool = False
    losses: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Converter(Protocol):
    """Makes one file of another; a value that can be sent to another process."""

    def convert(self, data: bytes, name: str) -> Converted:
        """Returns the result of a file's bytes; `name` is what to call it in messages."""


@dataclass(frozen=True)
class Task:
    """A file to convert: its path, or its bytes (standard input) and a name for them."""

    name: str
    converter: Converter
    max_pixels: int | None
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Failed:
    """Why a task has no result: one line that names the picture, and the traceback of a bug."""

    message: str
    details: str = ""


@dataclass(frozen=True)
class Skipped:
    """Why a task was not done: what is true of its output, to follow upon its name."""

    why: str


Outcome = Converted | Failed | Skipped


def run_task(task: Task) -> Converted | Failed:
    """Reads and converts one file; every error becomes a `Failed`."""
    try:
        return _convert(task)
    except BeholderError as error:
        message = str(error)
        return Failed(message if message.startswith(task.name) else f"{task.name}: {message}")
    except MemoryError:
        return Failed(f"{task.name}: not enough memory")
    except Exception as error:  # a bug of ours must not stop the batch
        return Failed(
            f"{task.name}: internal error ({type(error).__name__}: {error})", traceback.format_exc()
        )


def run_tasks(tasks: Iterable[Task], jobs: int) -> Generator[Converted | Failed, None, None]:
    """Yield the outcome of each task, in the order of the tasks, with `jobs` of them at work at once.

    With one job the work is done in a thread beside the caller's, so that an interrupt need not wait for it.
    When the caller stops early, the workers are ended.
    """
    with ThreadWorker() if jobs == 1 else WorkerPool(jobs) as pool:
        for task, outcome in pool.results(run_task, tasks):
            yield Failed(f"{task.name}: {outcome}") if isinstance(outcome, ItemLostError) else outcome


def _convert(task: Task) -> Converted:
    # Here rather than above: the parent of a pool plans and writes, and needs neither numpy nor Pillow.
    from PIL import Image  # noqa: PLC0415

    from beholder.image.read import read_bytes  # noqa: PLC0415

    if task.max_pixels is not None:
        # Pillow refuses above twice this. The process is ours, so that setting it touches nobody else.
        Image.MAX_IMAGE_PIXELS = -(-task.max_pixels // 2)
    data, name = read_bytes(task.name if task.content is None else task.content, name=task.name)
    return task.converter.convert(data, name)
