"""Observers by the words that the command line and option files use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from beholder.errors import UsageError
from beholder.observers._adaptation import Adaptation
from beholder.observers._human import human
from beholder.observers._machine import Machine
from beholder.observers._mse import mse
from beholder.observers._predictor import Predictor
from beholder.observers._profile import Profile, load_profile
from beholder.observers._sensitivity import Observer

if TYPE_CHECKING:
    from beholder.observers.network import NetworkObserver

Adapt: TypeAlias = Literal["none", "predictor", "network"]

DEFAULT_PROFILE = "machine"
DEFAULT_MODEL = "efficientnet_lite0"
DEFAULT_MACHINE_WEIGHT = 0.5
# A prediction is flatter than what a network tells (benchmarks/results/predictor_rate.md).
_GAMMA_OF_PREDICTOR = 1.0


@dataclass(frozen=True, kw_only=True)
class MachineChoice:
    """Which machine looks, beside the person.

    Attributes:
        profile: A shipped profile's name or a profile file; None for the default one.
        weight: Of the machine in the mixture with `human`, 0..1.
        adapt: Who tells where in the picture the network would look; with none, the profile tells where
            networks look in most pictures.
        model: The network, where one looks; it brings its own profile. None for the default one.
    """

    profile: str | None = None
    weight: float = DEFAULT_MACHINE_WEIGHT
    adapt: Adapt = "predictor"
    model: str | None = None

    def observer(self) -> Observer:
        """The mixture.

        Raises:
            UsageError: There is no such profile or network, or what runs networks is not installed.
            InputError: The profile is damaged.
        """
        profile = self._profile()
        machine = Machine(
            profile=profile,
            supplier=self._supplier(profile),
            adaptation=Adaptation(gamma=_GAMMA_OF_PREDICTOR) if self.adapt == "predictor" else None,
            name=f"machine:{self.profile}" if self.profile else "machine",
        )
        return (1 - self.weight) * human() + self.weight * machine

    def _profile(self) -> Profile:
        if self.profile is None and self.model is not None and self.adapt == "network":
            own = load_network(self.model).profile
            if own is not None:
                return own
        return load_profile(self.profile or DEFAULT_PROFILE)

    def _supplier(self, profile: Profile) -> Predictor | NetworkObserver | None:
        match self.adapt:
            case "none":
                return None
            case "predictor":
                return Predictor(profile)
            case "network":
                return load_network(self.model or DEFAULT_MODEL)


@cache
def load_network(model: str, assumed_task: str | None = None) -> NetworkObserver:
    """The network of this name, loaded once a process.

    Args:
        model: As `beholder.observers.load` takes it.
        assumed_task: What its output means where nothing else says it.

    Raises:
        UsageError: There is no such network, or what runs networks is not installed.
    """
    from beholder.observers import network  # noqa: PLC0415 -- torch takes a second, and only this needs it

    return network.load(model, assumed_task=assumed_task)


def named_observer(name: str) -> Observer:
    """`human` or `mse`.

    Raises:
        UsageError: The name is unknown.
    """
    if name == "human":
        return human()
    if name == "mse":
        return mse()
    raise UsageError(f"there is no observer {name!r}; there are human, mse and machine")
