"""How well networks still understand decoded pictures: right answers, and answers that stay.

Answers on the original are the reference of `kl` and `agreement`, labels that of `top1` and `top5`.
"""

from __future__ import annotations

from dataclasses import dataclass

from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.item import Item
from beholder.evaluation.network_files import check_network, missing_for, network_fingerprint
from beholder.evaluation.package_digest import package_digest
from beholder.evaluation.score import Score, Scorer
from beholder.evaluation.scores.answers import answer, log_probabilities, network_of
from beholder.evaluation.scores.network_score import NetworkScore
from beholder.image.pixels import Pixels
from beholder.observers import DEFAULT_MODEL

KINDS = ("top1", "top5", "kl", "agreement")


@dataclass(frozen=True)
class TopScore(NetworkScore):
    """1 where the label is among the `count` likeliest classes, else 0: its mean is the accuracy."""

    count: int

    def fingerprint(self) -> str:
        return _fingerprint(f"top{self.count}", self.model)

    def prepare(self, item: Item) -> Scorer:
        if item.label is None:
            raise UsageError(f"{item.name}: has no label, which {self.name} needs; give --labels FILE.csv")
        label = item.label

        def score(decoded: Pixels) -> dict[str, float]:
            likelihoods = log_probabilities(self.model, decoded)
            if not 0 <= label < len(likelihoods):
                raise UsageError(
                    f"{item.name}: label {label}, but {self.model} knows classes 0 to {len(likelihoods) - 1}"
                )
            likelier = int((likelihoods > likelihoods[label]).sum())
            return {self.name: float(likelier < self.count)}

        return score


@dataclass(frozen=True)
class KlScore(NetworkScore):
    """How far the answer has moved from that on the original, as the network's task measures it.

    For classes and segments the KL divergence in nats; what it is for boxes and features, `Detector` and
    `Embedding` say.
    """

    unit = "nats"
    higher_is_better = False

    def fingerprint(self) -> str:
        return _fingerprint("kl", self.model)

    def prepare(self, item: Item) -> Scorer:
        reference = answer(self.model, item.pixels)
        task = network_of(self.model).task
        return lambda decoded: {self.name: float(task.distance(reference, answer(self.model, decoded))[0])}


@dataclass(frozen=True)
class AgreementScore(NetworkScore):
    """1 where the likeliest class is that of the original, else 0."""

    def fingerprint(self) -> str:
        return _fingerprint("agreement", self.model)

    def prepare(self, item: Item) -> Scorer:
        original = log_probabilities(self.model, item.pixels).argmax()
        return lambda decoded: {self.name: float(log_probabilities(self.model, decoded).argmax() == original)}


def network_score(name: str) -> Score | Absent:
    """The score of a name such as ``top1`` or ``kl:MODEL``, where its network can run.

    Raises:
        UsageError: The name is unknown, or the network is not available.
    """
    kind, _, given = name.partition(":")
    model = given or DEFAULT_MODEL
    check_network(model, None if kind == "kl" else "classification")
    missing = missing_for(model)
    if missing is not None:
        return Absent(name, f"{missing} is not installed", f"pip install {missing}")
    match kind:
        case "top1" | "top5":
            return TopScore(name, model, int(kind.removeprefix("top")))
        case "kl":
            return KlScore(name, model)
        case "agreement":
            return AgreementScore(name, model)
        case _:
            raise UsageError(f"unknown score {name!r}; those by networks are {', '.join(KINDS)}")


def _fingerprint(kind: str, model: str) -> str:
    return f"{kind} {network_fingerprint(model)} {package_digest('observers')}"
