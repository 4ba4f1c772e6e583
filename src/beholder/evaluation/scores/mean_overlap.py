"""mIoU of semantic segmentation, against label pictures."""

from __future__ import annotations

from dataclasses import dataclass

from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.item import Item
from beholder.evaluation.network_files import check_network, missing_for, network_fingerprint
from beholder.evaluation.package_digest import package_digest
from beholder.evaluation.score import Score, Scorer
from beholder.evaluation.scores.answers import answer, network_of
from beholder.evaluation.scores.network_score import NetworkScore
from beholder.evaluation.sets.segment_record import IGNORED, SegmentRecord
from beholder.image.pixels import Pixels

KIND = "miou"


@dataclass(frozen=True)
class MeanOverlapScore(NetworkScore):
    """mIoU over the classes that occur in labels, 0..1; a picture's record counts pixels by class."""

    needs = "a folder of label pictures (PNG, class indices, 255 ignored)"

    def fingerprint(self) -> str:
        code = package_digest("observers", "evaluation/sets", "evaluation/label_pictures.py")
        return f"miou {network_fingerprint(self.model)} {code}"

    def truth(self, item: Item) -> str:
        return "" if item.segments is None else item.segments.digest

    def prepare(self, item: Item) -> Scorer:
        if item.segments is None:
            raise UsageError(
                f"{item.name}: has no label picture, which {self.name} needs; give a folder of PNG files of "
                "the same names with --annotations FOLDER"
            )
        labels = item.segments.read()
        height, width = item.pixels.shape[:2]
        if labels.shape != (height, width):
            raise UsageError(
                f"{item.segments.path}: has {labels.shape[1]}x{labels.shape[0]} pixels, but {item.name} has "
                f"{width}x{height}; labels are not resized"
            )

        def score(decoded: Pixels) -> dict[str, str]:
            from beholder.observers.network.objects import classes_of_pixels  # noqa: PLC0415 -- which loads torch

            found = answer(self.model, decoded, "segmentation")
            predicted = classes_of_pixels(network_of(self.model, "segmentation"), found, (height, width))
            beyond = labels[(labels != IGNORED) & ((labels < 0) | (labels >= found.shape[1]))]
            if beyond.size:
                raise UsageError(
                    f"{item.name}: label {beyond[0]}, but {self.model} knows classes 0 to "
                    f"{found.shape[1] - 1}; {IGNORED} is for pixels that do not count"
                )
            return {self.name: SegmentRecord.count(labels, predicted).format()}

        return score


def mean_overlap_score(name: str) -> Score | Absent:
    """The score of a name such as ``miou:MODEL``, where its network can run.

    Raises:
        UsageError: It names no network, or there is no such network.
    """
    model = name.partition(":")[2]
    if not model:
        raise UsageError(f"{KIND} needs a network: {KIND}:MODEL, such as {KIND}:torchvision:fcn_resnet50")
    check_network(model, "segmentation")
    missing = missing_for(model)
    if missing is not None:
        return Absent(name, f"{missing} is not installed", f"pip install {missing}")
    return MeanOverlapScore(name, model)
