"""Converting one file, and many at once in other processes."""

from __future__ import annotations

import traceback
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from beholder.batch.worker_pool import ItemLostError, ThreadPool, WorkerPool
from beholder.codec_options import DecodeOptions, EncodeOptions
from beholder.codecs.registry import codec_of_file, find_codec
from beholder.encode_result import EncodeResult
from beholder.errors import BeholderError

# What functions import loads numpy and Pillow, or torch: in workers. The process that plans needs neither.


@dataclass(frozen=True)
class DecodedFile:
    """A picture as a file without loss; what only encoding gives is None or empty.

    Attributes:
        data: The file.
        width: Pixels.
        height: Pixels.
        rate_bpp: Bits a pixel of the file that was decoded.
        notes: What the format cannot hold.
    """

    data: bytes = field(repr=False)
    width: int
    height: int
    rate_bpp: float
    notes: tuple[str, ...]
    quality: ClassVar[None] = None
    subsampling: ClassVar[None] = None
    progressive: ClassVar[None] = None
    losses: ClassVar[tuple[str, ...]] = ()
    kept_input: ClassVar[bool] = False


@dataclass(frozen=True)
class Converted:
    """What a worker made of a task.

    Attributes:
        file: The result; of encoding without its picture, which would be sent from process to process.
        input_bytes: Size of what it was made of.
        is_input: Whether the file is the input to the last byte.
    """

    file: EncodeResult | DecodedFile
    input_bytes: int
    is_input: bool = False


class Converter(Protocol):
    """Makes one file of another; a value that can be sent to another process."""

    def convert(self, data: bytes, name: str) -> Converted:
        """Return the result of a file's bytes; `name` is what to call it in messages."""


@dataclass(frozen=True)
class Encoder:
    """Makes a file of a codec of any picture."""

    codec: str
    options: EncodeOptions

    def convert(self, data: bytes, name: str) -> Converted:
        """Return the file, or of the codec ``jpeg`` the JPEG that came in where that is no larger."""
        from beholder.image.read import read_picture  # noqa: PLC0415

        picture = read_picture(data, background=self.options.background_color, name=name)
        result = find_codec(self.codec).encode(picture, self.options)
        return Converted(result.without_picture(), len(data), is_input=result.data == data)


@dataclass(frozen=True)
class Decoder:
    """Makes a picture without further loss of a file of any codec."""

    suffix: str
    options: DecodeOptions

    def convert(self, data: bytes, name: str) -> Converted:
        """Return the picture's file."""
        from beholder.image.picture_file import picture_file  # noqa: PLC0415

        picture = codec_of_file(data, name).decode(data, self.options, name=name)
        result, notes = picture_file(picture.pixels, picture.metadata, self.suffix)
        rate = 8 * len(data) / (picture.width * picture.height)
        return Converted(DecodedFile(result, picture.width, picture.height, rate, notes), len(data))


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
    """Read and convert one file; every error becomes a `Failed`."""
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


def run_tasks(
    tasks: Iterable[Task], jobs: int, time_limit_s: float | None = None
) -> Generator[Converted | Failed, None, None]:
    """Yield the outcome of each task, in the order of the tasks, with `jobs` of them at work at once.

    With one job and no limit the work is done in a thread beside the caller's, so that an interrupt need not
    wait for it. When the caller stops early, the workers are ended.
    """
    in_thread = jobs == 1 and time_limit_s is None
    pool = ThreadPool(1) if in_thread else WorkerPool(jobs, start=_load, time_limit_s=time_limit_s)
    with pool:
        for task, outcome in pool.results(run_task, tasks):
            yield Failed(f"{task.name}: {outcome}") if isinstance(outcome, ItemLostError) else outcome


def _load() -> None:
    """Load what every picture needs, which is not to count as a file's time."""
    from beholder.image import read  # noqa: F401, PLC0415


def _convert(task: Task) -> Converted:
    from PIL import Image  # noqa: PLC0415

    from beholder.image.read import read_bytes  # noqa: PLC0415

    if task.max_pixels is not None:
        # Pillow refuses above twice this. The process is ours, so that setting it touches nobody else.
        Image.MAX_IMAGE_PIXELS = -(-task.max_pixels // 2)
    data, name = read_bytes(task.name if task.content is None else task.content, name=task.name)
    return task.converter.convert(data, name)
