"""What scores by networks have in common: names are ``KIND:MODEL``, or the kind for the usual network."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from typing import ClassVar

from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.digests import package_digest
from beholder.evaluation.network_files import check_network, missing_for, network_fingerprint
from beholder.evaluation.score import Aggregate, Score
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
