"""Box and mask mAP of detectors, against the objects of annotation files as COCO has them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec

from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.item import Item
from beholder.evaluation.network_files import check_network, missing_for, network_fingerprint
from beholder.evaluation.package_digest import package_digest
from beholder.evaluation.score import Score, Scorer
from beholder.evaluation.scores.detections import classes_are_ids, find_objects
from beholder.evaluation.scores.network_score import NetworkScore
from beholder.evaluation.sets.matching import Matcher, Shape
from beholder.image.pixels import Pixels

KINDS = ("map-box", "map-mask")


@dataclass(frozen=True)
class MeanPrecisionScore(NetworkScore):
    """mAP@[.5:.95] over the classes that have objects, 0..1; records say how detections match."""

    shape: Shape

    needs = "an annotation file as COCO has them (instances_*.json)"

    def fingerprint(self) -> str:
        versions = " ".join(f"{name} {version(name)}" for name in ("torchvision", "faster-coco-eval"))
        code = package_digest("observers", "evaluation/sets", "evaluation/scores/detections.py")
        return f"map-{self.shape} {network_fingerprint(self.model)} {versions} {code}"

    def truth(self, item: Item) -> str:
        return "" if item.objects is None else item.objects.digest

    def prepare(self, item: Item) -> Scorer:
        if item.objects is None:
            raise UsageError(
                f"{item.name}: has no entry in an annotation file, which {self.name} needs; give the "
                "pictures' own with --annotations FILE.json, where names of files are looked up"
            )
        height, width = item.pixels.shape[:2]
        matcher = Matcher(item.objects, self.shape, (height, width))

        def score(decoded: Pixels) -> dict[str, str]:
            found = find_objects(self.model, decoded, masks=self.shape == "mask")
            return {self.name: matcher.match(found, classes_are_ids=classes_are_ids(self.model)).format()}

        return score


def mean_precision_score(name: str) -> Score | Absent:
    """The score of a name such as ``map-box:MODEL``, where its network can run.

    Raises:
        UsageError: It names no network, or there is no such network.
    """
    kind, _, model = name.partition(":")
    if not model:
        raise UsageError(f"{kind} needs a detector: {kind}:MODEL, such as {kind}:detector.toml")
    check_network(model, "detection")
    missing = [package for package in (missing_for(model) or "").split() if package]
    for module, package in (("torchvision", "torchvision"), ("faster_coco_eval", "faster-coco-eval")):
        if find_spec(module) is None and package not in missing:
            missing.append(package)
    if missing:
        words = " ".join(missing)
        return Absent(name, f"{words} is not installed", f"pip install {words}")
    return MeanPrecisionScore(name, model, "box" if kind == "map-box" else "mask")
