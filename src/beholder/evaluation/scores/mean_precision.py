"""Box and mask mAP of detectors, against the objects of annotation files as COCO has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from beholder.evaluation.item import Item, Needs
from beholder.evaluation.score import Aggregate, Scorer
from beholder.evaluation.scores.answers import classes_are_ids, find_objects
from beholder.evaluation.scores.network_score import NetworkScore
from beholder.evaluation.sets.matching import Matcher, Shape
from beholder.image.pixels import Pixels


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
