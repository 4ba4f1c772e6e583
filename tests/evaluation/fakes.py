"""A fast codec and scores whose every failure can be asked for; values that worker processes can be sent."""

import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from beholder.errors import InputError
from beholder.evaluation.evaluated_codec import Peer
from beholder.evaluation.item import Item, Needs
from beholder.evaluation.score import Aggregate, Scale, Score, Scorer
from beholder.evaluation.sets.segments import SegmentRecord
from beholder.image.pixels import Pixels


@dataclass(frozen=True)
class StepCodec(Peer):
    """Rounds samples to a step and packs them; a quality is the number of steps."""

    name: str = "step"
    qualities: tuple[float, ...] = (4, 8, 16, 32)
    fingerprint_of: str = "step 1"
    padding: int = 0  # bytes more, which make other bytes under the same fingerprint
    refused: float | None = None  # the quality that raises one of our errors
    broken: float | None = None  # the quality that raises a bug's
    wrong_shape: float | None = None
    dies_of: int | None = None  # the first sample of pictures that kill the process

    settings = "steps of samples, zlib"  # type: ignore[assignment]

    def fingerprint(self) -> str:
        return self.fingerprint_of

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        if pixels.flat[0] == self.dies_of:
            os._exit(9)
        if quality == self.refused:
            raise InputError("the codec takes\nno such picture")
        if quality == self.broken:
            raise ZeroDivisionError("by accident")
        levels = np.round(pixels / 255 * quality).astype(np.uint8)
        height, width = pixels.shape[:2]
        header = f"{height} {width + (quality == self.wrong_shape)} {quality:g}\n".encode()
        padded = np.pad(levels, ((0, 0), (0, int(quality == self.wrong_shape)), (0, 0)))
        return header + zlib.compress(padded.tobytes(), 1) + b"\0" * self.padding

    def decode(self, data: bytes) -> Pixels:
        header, body = data.split(b"\n", 1)
        height, width, quality = header.split()
        levels = np.frombuffer(zlib.decompressobj().decompress(body), np.uint8)
        samples = np.round(levels.astype(np.float64) * 255 / float(quality)).astype(np.uint8)
        return samples.reshape(int(height), int(width), 3)


@dataclass(frozen=True)
class ErrorScore(Score):
    """Mean absolute error, with its sign turned."""

    name: str = "error"
    unit: str = ""
    scale: Scale = Scale.LINEAR
    fingerprint_of: str = "error 1"

    def fingerprint(self) -> str:
        return self.fingerprint_of

    def prepare(self, item: Item) -> Scorer:
        original = item.pixels.astype(np.float64)
        return lambda decoded: -float(np.abs(original - decoded).mean())


@dataclass(frozen=True)
class LabelScore(Score):
    """The label."""

    name: str = "label"
    needs = Needs.LABELS

    def fingerprint(self) -> str:
        return "label 1"

    def prepare(self, item: Item) -> Scorer:
        label = item.label
        assert label is not None
        return lambda decoded: float(label)


@dataclass(frozen=True)
class BrightnessScore(Score):
    """mIoU of pixels that are bright with those that are labelled 1."""

    name: str = "miou:bright"
    aggregate = Aggregate.RECORDS
    needs = Needs.SEGMENTS

    def fingerprint(self) -> str:
        return "bright 1"

    def prepare(self, item: Item) -> Scorer:
        assert item.segments is not None
        labels = item.segments.read()

        def score(decoded: Pixels) -> str:
            bright = decoded.mean(axis=2) > 127
            return SegmentRecord.count(labels, bright.astype(np.int64)).format()

        return score


class Count:
    """Counts rows."""

    def __init__(self) -> None:
        self.total = self.skipped = self.done = 0

    def start(self, total: int) -> None:
        self.total = total

    def skip(self, count: int = 1) -> None:
        self.skipped += count

    def advance(self, count: int = 1) -> None:
        self.done += count


def write_pictures(folder: Path, count: int, make: Callable[[int], str] = "{}.png".format) -> list[Path]:
    """Small pictures of smooth noise."""
    paths = []
    for number in range(count):
        steps = np.random.default_rng(number).normal(size=(16, 24, 3))
        surface = np.cumsum(np.cumsum(steps, axis=0), axis=1)
        path = folder / make(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((127 + 120 * surface / np.abs(surface).max()).astype(np.uint8)).save(path)
        paths.append(path)
    return paths
