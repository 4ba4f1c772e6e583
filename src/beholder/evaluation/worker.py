"""What a worker process does: reads a picture, encodes, decodes, scores.

Tasks come picture by picture, so a worker keeps the last picture and what its scores made of it.
"""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from beholder.errors import BeholderError, UsageError
from beholder.evaluation.cost import Cost, measure
from beholder.evaluation.evaluated_codec import EvaluatedCodec
from beholder.evaluation.item import Item
from beholder.evaluation.score import Aggregate, Score, Scorer
from beholder.image.pixels import Pixels
from beholder.image.read import read_picture

_WARM_UP_SIDE = 64  # pixels; enough for every format


@dataclass(frozen=True)
class Described:
    """What is known of a picture once it was read.

    Attributes:
        digest: SHA-256 of shape and samples.
        width: Pixels.
        height: Pixels.
    """

    digest: str
    width: int
    height: int


@dataclass(frozen=True)
class Encoded:
    """One file, and what it cost.

    Attributes:
        size_bytes: Of the whole file.
        digest: SHA-256 of the file.
        encode: Cost of encoding.
        decode: Cost of decoding.
    """

    size_bytes: int
    digest: str
    encode: Cost
    decode: Cost


@dataclass(frozen=True)
class Task:
    """One picture at one quality of one codec.

    Attributes:
        item: The picture.
        codec: Index of the codec.
        quality: On the codec's scale.
        scores: Indices of the scores to compute.
    """

    item: Item
    codec: int
    quality: float
    scores: tuple[int, ...]


@dataclass(frozen=True)
class Measured:
    """What came of a task.

    Attributes:
        encoded: The file; None where encoding or decoding failed.
        scores: Number or record by index of the score; those that failed are left out.
        error: What failed; empty where nothing did.
    """

    encoded: Encoded | None = None
    scores: Mapping[int, float | str] = field(default_factory=dict)
    error: str = ""


class Worker:
    """Does tasks with the codecs and scores of a run."""

    def __init__(self, codecs: Sequence[EvaluatedCodec], scores: Sequence[Score]) -> None:
        self._codecs = codecs
        self._scores = scores
        self._item: Item | None = None
        self._scorers: dict[int, Scorer] = {}
        self._warm: set[int] = set()

    def describe(self, item: Item) -> Described | str:
        """Returns what a picture is, or why it cannot be read."""
        try:
            pixels = self._keep(item).pixels
        except Exception as error:
            return explain(error)
        height, width = pixels.shape[:2]
        digest = hashlib.sha256(f"{pixels.shape}".encode() + pixels.tobytes()).hexdigest()
        return Described(digest, width, height)

    def measure(self, task: Task) -> Measured:
        """Encodes, decodes and scores; whatever fails is said in the result."""
        codec = self._codecs[task.codec]
        try:
            picture = self._keep(task.item).picture
            self._warm_up(task, picture.pixels)
            data, encode = measure(lambda: codec.encode(picture, task.quality))
            decoded, decode = measure(lambda: codec.decode(data))
            if decoded.shape != picture.pixels.shape:
                return Measured(error=f"decodes to shape {decoded.shape}, not {picture.pixels.shape}")
        except Exception as error:
            return Measured(error=explain(error))
        scores: dict[int, float | str] = {}
        errors: list[str] = []
        for index in task.scores:
            try:
                scores[index] = self._score(index, decoded)
            except Exception as error:
                errors.append(f"{self._scores[index].name}: {explain(error)}")
        encoded = Encoded(len(data), hashlib.sha256(data).hexdigest(), encode, decode)
        return Measured(encoded, scores, "; ".join(errors))

    def _keep(self, item: Item) -> Item:
        """The item, or where it is the last one again, that one with its pixels."""
        if self._item != item:
            self._item, self._scorers = item, {}
        assert self._item is not None, "it was just set"
        return self._item

    def _warm_up(self, task: Task, pixels: Pixels) -> None:
        """Has a codec load what it loads when it is first used, which is not to count as encoding."""
        if task.codec in self._warm:
            return
        self._warm.add(task.codec)
        codec = self._codecs[task.codec]
        corner = read_picture(pixels[:_WARM_UP_SIDE, :_WARM_UP_SIDE])
        with suppress(Exception):  # the picture itself will show it
            codec.decode(codec.encode(corner, task.quality))

    def _score(self, index: int, decoded: Pixels) -> float | str:
        """The number or record of a picture."""
        item, score = self._item, self._scores[index]
        assert item is not None, "a task keeps its item before it scores"
        if index not in self._scorers:
            self._scorers[index] = scorer_of(score, item)
        found = self._scorers[index](decoded)
        if isinstance(found, str) != (score.aggregate is Aggregate.RECORDS):
            raise AssertionError(f"a score of {score.aggregate} gave {type(found).__name__}")
        return found if isinstance(found, str) else float(found)


def scorer_of(score: Score, item: Item) -> Scorer:
    """Return what scores decoded pictures of an item.

    Raises:
        InputError: The item cannot be read.
        UsageError: The item lacks what the score needs, or the score does not fit it.
    """
    if item.truth(score.needs) is None:
        raise UsageError(f"{item.name}: has no {score.needs}; give {score.needs.give}")
    return score.prepare(item)


def explain(error: Exception) -> str:
    """Returns one line on what went wrong; of a bug also where."""
    if isinstance(error, BeholderError):
        return " ".join(str(error).split())
    if isinstance(error, MemoryError):
        return "not enough memory"
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"internal error ({type(error).__name__}: {' '.join(str(error).split())}{place})"


_workers: list[Worker] = []  # in a worker process, the one of the run


def start_worker(codecs: Sequence[EvaluatedCodec], scores: Sequence[Score]) -> None:
    """Make this process a worker of a run."""
    _workers.append(Worker(codecs, scores))


def describe_item(item: Item) -> Described | str:
    """Return what this process's worker does."""
    return _workers[0].describe(item)


def measure_task(task: Task) -> Measured:
    """Return what this process's worker does."""
    return _workers[0].measure(task)
