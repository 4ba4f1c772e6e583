"""What a run evaluates, what is left to measure of it, where results are kept, and the rows they give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import NamedTuple, cast

from beholder.errors import UsageError
from beholder.evaluation.cost import Cost
from beholder.evaluation.evaluated_codec import EvaluatedCodec
from beholder.evaluation.item import Item
from beholder.evaluation.rows import Row
from beholder.evaluation.score import Score
from beholder.evaluation.store import Store, Value, key_of
from beholder.evaluation.worker import Described, Encoded, Measured, Task


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """What to evaluate.

    Attributes:
        items: Pictures.
        codecs: With names that differ.
        scores: With names that differ.
        qualities: How many of each codec's qualities, evenly spread; None takes all.
    """

    items: Sequence[Item]
    codecs: Sequence[EvaluatedCodec]
    scores: Sequence[Score]
    qualities: int | None = None

    def __post_init__(self) -> None:
        """Checks names.

        Raises:
            UsageError: Two codecs or two scores have one name, or fewer than one quality is asked for.
        """
        _refuse_twice("codec", [codec.name for codec in self.codecs])
        _refuse_twice("score", [score.name for score in self.scores])
        if self.qualities is not None and self.qualities < 1:
            raise UsageError(f"at least one quality is needed, got {self.qualities}")

    @property
    def row_count(self) -> int:
        """How many rows a run gives."""
        return len(self.items) * sum(len(self.qualities_of(codec)) for codec in self.codecs)

    def qualities_of(self, codec: EvaluatedCodec) -> list[float]:
        """Those to use of a codec: the first, the last, and others evenly between them."""
        every, count = [float(quality) for quality in codec.qualities], self.qualities
        if count is None or count >= len(every):
            return every
        if count == 1:
            return [every[len(every) // 2]]
        return [every[round(number * (len(every) - 1) / (count - 1))] for number in range(count)]


def _refuse_twice(what: str, names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(f"the {what} {twice[0]} is given twice")


class _Cell(NamedTuple):
    """What a row is about."""

    item: Item
    codec: int
    quality: float


class Plan:
    """The tasks of an experiment that a store holds no results of.

    Attributes:
        tasks: What is to do, picture by picture.
    """

    def __init__(
        self, experiment: Experiment, store: Store, described: Mapping[Item, Described | str]
    ) -> None:
        self._experiment = experiment
        self._store = store
        self._described = described
        self._codec_prints = [codec.fingerprint for codec in experiment.codecs]
        self._score_prints = [score.fingerprint() for score in experiment.scores]
        self._errors: dict[_Cell, str] = {}
        self.tasks = [task for cell in self._cells() for task in self._tasks_of(cell)]

    def keep(self, task: Task, measured: Measured) -> None:
        """Stores what came of a task, and remembers what failed.

        Raises:
            OutputError: The store cannot be written.
        """
        cell = _Cell(task.item, task.codec, task.quality)
        self._errors[cell] = measured.error
        if measured.encoded is None:
            return
        encode_key = self._encode_key(cell)
        before = self._store.get(encode_key)
        if before is not None and before["digest"] != measured.encoded.digest:
            self._errors[cell] = (
                "the codec gave other bytes than in an earlier run under the same fingerprint; "
                "delete the cache to measure anew"
            )
            return
        values = {} if before is not None else {encode_key: _value_of(measured.encoded)}
        scores = self._experiment.scores
        values |= {
            self._score_key(cell, index): {scores[index].name: found}
            for index, found in measured.scores.items()
        }
        if values:
            self._store.put(values)

    def rows(self) -> list[Row]:
        """Returns all rows, those of failed tasks with their errors."""
        return [self._row(cell) for cell in self._cells()]

    def _cells(self) -> Iterator[_Cell]:
        for item in self._experiment.items:
            for index, codec in enumerate(self._experiment.codecs):
                for quality in self._experiment.qualities_of(codec):
                    yield _Cell(item, index, quality)

    def _tasks_of(self, cell: _Cell) -> list[Task]:
        """One task, or none where all is there or the picture cannot be read."""
        if isinstance(self._described[cell.item], str):
            return []
        scores = range(len(self._score_prints))
        missing = tuple(index for index in scores if self._score_key(cell, index) not in self._store)
        there = not missing and self._encode_key(cell) in self._store
        return [] if there else [Task(cell.item, cell.codec, cell.quality, missing)]

    def _row(self, cell: _Cell) -> Row:
        codec = self._experiment.codecs[cell.codec].name
        row = partial(Row, item=cell.item.name, codec=codec, quality=cell.quality)
        described = self._described[cell.item]
        if isinstance(described, str):
            return row(error=described)
        row = partial(row, width=described.width, height=described.height, error=self._errors.get(cell, ""))
        encoded = self._store.get(self._encode_key(cell))
        if encoded is None:
            return row()
        size_bytes = cast(int, encoded["size_bytes"])
        found = [self._store.get(self._score_key(cell, index)) for index in range(len(self._score_prints))]
        values = {column: value for each in found if each for column, value in each.items()}
        records = {column: value for column, value in values.items() if isinstance(value, str)}
        return row(
            size_bytes=size_bytes,
            rate_bpp=8 * size_bytes / (described.width * described.height),
            **{name: encoded[name] for name in _COSTS},
            scores={column: cast(float, value) for column, value in values.items() if column not in records},
            records=records,
        )

    def _encode_key(self, cell: _Cell) -> str:
        return key_of("encode", *self._file_parts(cell))

    def _score_key(self, cell: _Cell, index: int) -> str:
        score = self._experiment.scores[index]
        truth = cell.item.truth(score.needs) or ""
        return key_of("score", *self._file_parts(cell), self._score_prints[index], truth)

    def _file_parts(self, cell: _Cell) -> tuple[str, str, str]:
        described = self._described[cell.item]
        assert isinstance(described, Described), "only pictures that can be read have files"
        return described.digest, self._codec_prints[cell.codec], repr(cell.quality)


_COSTS = tuple(f"{step}_{each.name}" for step in ("encode", "decode") for each in fields(Cost))


def _value_of(encoded: Encoded) -> Value:
    costs = (*vars(encoded.encode).values(), *vars(encoded.decode).values())
    return {
        "size_bytes": encoded.size_bytes,
        "digest": encoded.digest,
        **dict(zip(_COSTS, costs, strict=True)),
    }
