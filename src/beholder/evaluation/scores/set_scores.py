"""Scores of sets: mIoU against label pictures, mAP against the objects of annotation files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from beholder.errors import UsageError
from beholder.evaluation.item import Item, Needs
from beholder.evaluation.score import Aggregate, Scorer
from beholder.evaluation.scores.answers import answer, classes_are_ids, find_objects, network_of
from beholder.evaluation.scores.networks import NetworkScore
from beholder.evaluation.sets.matching import Matcher, Shape
from beholder.evaluation.sets.segments import IGNORED, SegmentRecord
from beholder.image.pixels import Pixels


@dataclass(frozen=True)
class MeanOverlapScore(NetworkScore):
    """mIoU over the classes that occur in labels, 0..1; a picture's record counts pixels by class."""

    aggregate = Aggregate.RECORDS
    needs = Needs.SEGMENTS
    task = "segmentation"
    needs_network = True
    code = ("observers", "evaluation/sets", "evaluation/label_pictures.py")

    def prepare(self, item: Item) -> Scorer:
        assert item.segments is not None, "only items of which the score knows what it needs are scored"
        labels = item.segments.read()
        height, width = item.pixels.shape[:2]
        if labels.shape != (height, width):
            raise UsageError(
                f"{item.segments.path}: has {labels.shape[1]}x{labels.shape[0]} pixels, but {item.name} has "
                f"{width}x{height}; labels are not resized"
            )

        def score(decoded: Pixels) -> str:
            from beholder.observers.network.objects import classes_of_pixels  # noqa: PLC0415 -- which loads torch

            found = answer(self.model, decoded, self.task)
            predicted = classes_of_pixels(network_of(self.model, self.task), found, (height, width))
            beyond = labels[(labels != IGNORED) & ((labels < 0) | (labels >= found.shape[1]))]
            if beyond.size:
                raise UsageError(
                    f"{item.name}: label {beyond[0]}, but {self.model} knows classes 0 to "
                    f"{found.shape[1] - 1}; {IGNORED} is for pixels that do not count"
                )
            return SegmentRecord.count(labels, predicted).format()

        return score


@dataclass(frozen=True)
class BoxPrecisionScore(NetworkScore):
    """mAP@[.5:.95] over the classes that have objects, 0..1; records say how detections match."""

    aggregate = Aggregate.RECORDS
    needs = Needs.OBJECTS
    task = "detection"
    needs_network = True
    packages = ("torchvision", "faster-coco-eval")
    code = ("observers", "evaluation/sets", "evaluation/scores/answers.py")
    shape: ClassVar[Shape] = "box"

    def prepare(self, item: Item) -> Scorer:
        assert item.objects is not None, "only items of which the score knows what it needs are scored"
        height, width = item.pixels.shape[:2]
        matcher = Matcher(item.objects, self.shape, (height, width))

        def score(decoded: Pixels) -> str:
            found = find_objects(self.model, decoded, masks=self.shape == "mask")
            return matcher.match(found, classes_are_ids=classes_are_ids(self.model)).format()

        return score


@dataclass(frozen=True)
class MaskPrecisionScore(BoxPrecisionScore):
    """The same of masks."""

    shape = "mask"
