"""How well networks still understand decoded pictures: right answers, and answers that stay.

Answers on the original are the reference of `kl` and `agreement`, labels that of `top1` and `top5`.
"""

from __future__ import annotations

from dataclasses import dataclass

from beholder.errors import UsageError
from beholder.evaluation.item import Item, Needs
from beholder.evaluation.score import Scale, Scorer
from beholder.evaluation.scores.answers import answer, log_probabilities, network_of
from beholder.evaluation.scores.network_score import NetworkScore
from beholder.image.pixels import Pixels


@dataclass(frozen=True)
class Top1Score(NetworkScore):
    """1 where the label is among the `count` likeliest classes, else 0: its mean is the accuracy."""

    needs = Needs.LABELS
    count = 1

    def prepare(self, item: Item) -> Scorer:
        label = item.label
        assert label is not None, "only items of which the score knows what it needs are scored"

        def score(decoded: Pixels) -> float:
            likelihoods = log_probabilities(self.model, decoded)
            if not 0 <= label < len(likelihoods):
                raise UsageError(
                    f"{item.name}: label {label}, but {self.model} knows classes 0 to {len(likelihoods) - 1}"
                )
            likelier = int((likelihoods > likelihoods[label]).sum())
            return float(likelier < self.count)

        return score


@dataclass(frozen=True)
class Top5Score(Top1Score):
    """The same of the five likeliest."""

    count = 5


@dataclass(frozen=True)
class KlScore(NetworkScore):
    """How far the answer has moved from that on the original, as the network's task measures it.

    For classes and segments the KL divergence in nats; what it is for boxes and features, `Detector` and
    `Embedding` say.
    """

    unit = "nats"
    scale = Scale.DECADES
    task = None

    def prepare(self, item: Item) -> Scorer:
        reference = answer(self.model, item.pixels)
        task = network_of(self.model).task
        return lambda decoded: float(task.distance(reference, answer(self.model, decoded))[0])


@dataclass(frozen=True)
class AgreementScore(NetworkScore):
    """1 where the likeliest class is that of the original, else 0."""

    def prepare(self, item: Item) -> Scorer:
        original = log_probabilities(self.model, item.pixels).argmax()
        return lambda decoded: float(log_probabilities(self.model, decoded).argmax() == original)
