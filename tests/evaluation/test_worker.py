from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from beholder.evaluation.evaluated_codec import evaluated
from beholder.evaluation.item import Item
from beholder.evaluation.score import Scorer
from beholder.evaluation.worker import Described, Task, Worker
from beholder.image.pixels import Pixels
from tests.evaluation.fakes import ErrorScore, StepCodec


@dataclass(frozen=True)
class LoggedCodec(StepCodec):
    """Remembers what it was given."""

    shapes: list[tuple[int, ...]] = field(default_factory=list)

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        self.shapes.append(pixels.shape)
        return super().encode(pixels, quality)


@dataclass(frozen=True)
class LoggedScore(ErrorScore):
    """Remembers the pictures that it prepared."""

    prepared: list[str] = field(default_factory=list)

    def prepare(self, item: Item) -> Scorer:
        self.prepared.append(item.name)
        return super().prepare(item)


def item_of(folder: Path, name: str, side: int = 80) -> Item:
    samples = np.random.default_rng(len(name)).integers(0, 256, (side, side + 4, 3), dtype=np.uint8)
    Image.fromarray(samples).save(folder / name)
    return Item(name=name, path=folder / name)


def test_each_codec_is_used_once_before_it_is_measured(tmp_path: Path) -> None:
    codec, other = LoggedCodec(refused=4), LoggedCodec("other", refused=4)
    worker = Worker([evaluated(codec), evaluated(other)], [])
    item = item_of(tmp_path, "a.png")
    # The first call fails; the next picture is measured all the same.
    errors = [worker.measure(Task(item, 0, quality, ())).error for quality in (4, 8, 16)]
    assert errors == ["the codec takes no such picture", "", ""]
    assert codec.shapes == [(64, 64, 3), (80, 84, 3), (80, 84, 3), (80, 84, 3)]
    assert other.shapes == []


def test_a_score_looks_once_at_each_original(tmp_path: Path) -> None:
    score = LoggedScore()
    worker = Worker([evaluated(StepCodec())], [score])
    for name in ("a.png", "bb.png"):
        item = item_of(tmp_path, name)
        worker.describe(item)
        for quality in (4, 8):
            measured = worker.measure(Task(Item(name=name, path=item.path), 0, quality, (0,)))
            assert isinstance(measured.scores[0], float)
    assert score.prepared == ["a.png", "bb.png"]


def test_a_description_tells_pictures_apart_by_samples_and_shape(tmp_path: Path) -> None:
    worker = Worker([], [])
    flat = np.zeros((4, 8, 3), np.uint8)
    digests = []
    for number, samples in enumerate((flat, flat.reshape(8, 4, 3), flat + 1)):
        path = tmp_path / f"{number}.png"
        Image.fromarray(samples).save(path)
        described = worker.describe(Item(name=path.name, path=path))
        assert isinstance(described, Described)
        digests.append(described.digest)
        assert (described.height, described.width) == samples.shape[:2]
    assert len(set(digests)) == 3


@dataclass(frozen=True)
class WordyScore(ErrorScore):
    """Gives a text, as scores with records do."""

    def prepare(self, item: Item) -> Scorer:
        return lambda decoded: "good"


def test_a_score_that_gives_another_kind_is_a_bug(tmp_path: Path) -> None:
    worker = Worker([evaluated(StepCodec())], [WordyScore()])
    measured = worker.measure(Task(item_of(tmp_path, "a.png"), 0, 4, (0,)))
    assert "internal error (AssertionError: a score of pictures gave str" in measured.error
    assert measured.encoded is not None
