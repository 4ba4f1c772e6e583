"""mIoU of semantic segmentation, against label pictures."""

from __future__ import annotations

from dataclasses import dataclass

from beholder.errors import UsageError
from beholder.evaluation.item import Item, Needs
from beholder.evaluation.score import Aggregate, Scorer
from beholder.evaluation.scores.answers import answer, network_of
from beholder.evaluation.scores.network_score import NetworkScore
from beholder.evaluation.sets.segment_record import IGNORED, SegmentRecord
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
