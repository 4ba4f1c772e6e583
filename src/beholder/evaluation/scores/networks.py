"""Scores by networks, named ``KIND:MODEL``, or by the kind for the usual network; and those of classifiers.

Answers on the original are the reference of `kl` and `agreement`, labels that of `top1` and `top5`.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from typing import ClassVar

from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.digests import package_digest
from beholder.evaluation.item import Item, Needs
from beholder.evaluation.network_files import check_network, missing_for, network_fingerprint
from beholder.evaluation.score import Aggregate, Scale, Score, Scorer
from beholder.evaluation.scores.answers import answer, log_probabilities, network_of
from beholder.image.pixels import Pixels
from beholder.observers import DEFAULT_MODEL


@dataclass(frozen=True)
class NetworkScore(Score):
    """A score by one network.

    Attributes:
        model: The network, as `beholder.observers.load` takes it.
        task: What the network's output means where nothing else says it; None where that has to be said.
        usual: The network where the name has none.
        packages: That it needs beside those of the network.
        code: Parts of this package that decide its numbers.
    """

    name: str
    model: str

    aggregate = Aggregate.MEANS
    takes_network = True
    task: ClassVar[str | None] = "classification"
    usual: ClassVar[str] = DEFAULT_MODEL
    packages: ClassVar[tuple[str, ...]] = ()
    code: ClassVar[tuple[str, ...]] = ("observers",)

    @classmethod
    def find(cls, name: str) -> Score | Absent:
        kind, _, given = name.partition(":")
        model = given or cls.usual
        if cls.needs_network and not given:
            raise UsageError(f"{kind} needs a network for {cls.task}: {kind}:MODEL, such as {kind}:net.toml")
        check_network(model, cls.task)
        missing = (missing_for(model) or "").split()
        missing += [
            name for name in cls.packages if find_spec(name.replace("-", "_")) is None and name not in missing
        ]
        if missing:
            words = " ".join(missing)
            return Absent(name, f"{words} is not installed", f"pip install {words}")
        return cls(name, model)

    def fingerprint(self) -> str:
        kind = self.name.partition(":")[0]
        versions = [f"{package} {version(package)}" for package in self.packages]
        return " ".join([kind, network_fingerprint(self.model), *versions, package_digest(*self.code)])


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
