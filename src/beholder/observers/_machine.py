"""The observer `machine`: a network by its profile (the network itself need not be there), and its name.

::

    Name --MachineName.of--> MachineName --observer()--> (1 - weight) * human() + weight * Machine
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast, get_args

import numpy as np
from numpy.typing import NDArray

from beholder.codec_options import Adapt
from beholder.errors import UsageError
from beholder.observers._adaptation import Adaptation, BlockSupplier
from beholder.observers._human import human
from beholder.observers._load import DEFAULT_MODEL, load_network
from beholder.observers._mixture import Mixable, Mixture
from beholder.observers._observer import FullReferenceObserver, GradientObserver
from beholder.observers._predictor import Predictor, TypicalLook
from beholder.observers._profile import Profile, load_profile
from beholder.observers._sensitivity import FloatArray, PictureBlocks, Sampling, Sensitivity, start_steps
from beholder.observers.grammar import Name
from beholder.options import Options, option, options_of

if TYPE_CHECKING:
    from torch import Tensor

KEYS = (":PROFILE", "none", "predictor", "network[=MODEL]", "weight=W")
DEFAULT_PROFILE = "machine"
DEFAULT_WEIGHT = 0.5
# A prediction is flatter than what a network tells (benchmarks/results/predictor_rate.md).
_GAMMA_OF_PREDICTOR = 1.0
# Tried on BSDS photographs with EfficientNet-Lite0, Lite1 and SqueezeNet looking (docs/machine.md).
_STEP_EXPONENT = 0.5
_LAMBDA_RATIO = 0.1
_ZEROING_SURCHARGE = 0.3
# What holds for the mean picture is flatter than what a network tells of one.
_ADAPTATION_TO_TYPICAL_LOOK = Adaptation(gamma=1.0)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Machine(Mixable):
    """A network as an observer, by its profile.

    Attributes:
        profile: Its offline sensitivity by frequency.
        supplier: Of block sensitivities; None takes what the profile tells of all pictures.
        adaptation: How weights follow what the supplier finds; None for what suits it.
        origin: What `parse` read; None for a machine that was made in Python.
    """

    profile: Profile
    supplier: BlockSupplier | None = None
    adaptation: Adaptation | None = None
    origin: MachineName | None = None

    @property
    def name(self) -> str:
        """What `parse` reads, where it can be read."""
        return self.name_beside_human(1.0) or f"machine of {self.profile.model}"

    def name_beside_human(self, weight: float) -> str | None:
        """Return the name of the mixture with `human`; None for a machine that was made in Python."""
        return None if self.origin is None else str(replace(self.origin, weight=weight))

    @property
    def gradient_observer(self) -> GradientObserver | None:
        """The network that tells block sensitivities, where one does."""
        return (
            cast("GradientObserver", self.supplier) if hasattr(self.supplier, "distance_gradient") else None
        )

    def sensitivity(self, sampling: Sampling, picture: PictureBlocks | None = None) -> Sensitivity:
        """The profile's weights by frequency and, for a picture, weights by block."""
        frequency = self.profile.frequency(sampling)
        if picture is None:
            return machine_sensitivity(frequency)
        supplier: BlockSupplier = TypicalLook(self.profile)
        suitable = _ADAPTATION_TO_TYPICAL_LOOK
        if self.supplier is not None:
            supplier, suitable = self.supplier, Adaptation()
        found = supplier.block_sensitivity(picture, sampling)
        blocks = (self.adaptation or suitable).weights(found, picture.block_counts)
        return machine_sensitivity(frequency, blocks)

    def distance(self, original: NDArray[np.uint8], decoded: NDArray[np.uint8]) -> float:
        """Return that of the network which supplies the block sensitivities, if there is one."""
        return self._network().distance(original, decoded)

    def loss(self, original: Tensor, decoded: Tensor) -> Tensor:
        """Return that of the network which supplies the block sensitivities, if there is one."""
        return self._network().loss(original, decoded)

    def _network(self) -> FullReferenceObserver:
        if not isinstance(self.supplier, FullReferenceObserver):
            raise UsageError(
                f"{self.name} is the profile of a network and cannot compare pictures itself; load the "
                'network: beholder.observers.load("efficientnet_lite0")'
            )
        return self.supplier


def machine_sensitivity(frequency: FloatArray, blocks: tuple[FloatArray, ...] = ()) -> Sensitivity:
    """Weights of a machine, with the constants that suit machines."""
    return Sensitivity(
        frequency=frequency,
        start_steps=start_steps(frequency, _STEP_EXPONENT),
        blocks=blocks,
        lambda_ratio=_LAMBDA_RATIO,
        zeroing_surcharge=_ZEROING_SURCHARGE,
    )


@dataclass(frozen=True, kw_only=True, repr=False)
class MachineName(Options):
    """What the name of a machine says; None where it says nothing and the default holds."""

    profile: str | None = option(None, help="a shipped profile's name or a profile file")
    weight: float | None = option(None, help="of the machine beside human", minimum=0, maximum=1)
    adapt: Adapt | None = option(None, help="who tells where in the picture the network would look")
    model: str | None = option(None, help="the network, where it adapts")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.model is not None and self.adapt != "network":
            raise UsageError(f"the network {self.model} would not look; take adapt 'network' with it")

    @classmethod
    def of(cls, name: Name) -> MachineName:
        """Return what a name says; UsageError if a value cannot be, or two options contradict each other."""
        options = dict(name.options)
        adapt = [key for key in options if key in get_args(Adapt)]
        if len(adapt) > 1:
            raise UsageError(f"{name}: got {' and '.join(adapt)}; give one of them")
        weight = options.get("weight")
        try:
            return cls(
                profile=name.argument,
                weight=None if weight is None else cast("float", options_of(cls)["weight"].from_text(weight)),
                adapt=cast("Adapt", adapt[0]) if adapt else None,
                model=options.get("network"),
            )
        except UsageError as error:
            raise UsageError(f"{name}: {error}") from error

    def completed(self, **given: Any) -> MachineName:
        """Return the name with what it does not say itself; UsageError if it says something else."""
        for key, value in given.items():
            if value is not None and getattr(self, key) not in (None, value):
                raise UsageError(f"the observer {self} contradicts {key} {value!r} of the options")
        return replace(self, **{key: value for key, value in given.items() if value is not None})

    def __str__(self) -> str:
        options: list[tuple[str, str | None]] = []
        if self.adapt not in (None, "predictor"):
            options.append((self.adapt, self.model))
        if self.weight not in (None, DEFAULT_WEIGHT):
            options.append(("weight", repr(self.weight).removesuffix(".0")))
        return str(Name("machine", self.profile, tuple(options)))

    def observer(self) -> Mixture:
        """Return the mixture of `human` and the machine; errors are those of `machine`."""
        profile = self._profile()
        match self.adapt:
            case "none":
                own = Machine(profile=profile, origin=self)
            case "network":
                network = load_network(self.model or DEFAULT_MODEL)
                own = Machine(profile=profile, supplier=network, origin=self)
            case _:
                adaptation = Adaptation(gamma=_GAMMA_OF_PREDICTOR)
                own = Machine(
                    profile=profile, supplier=Predictor(profile), adaptation=adaptation, origin=self
                )
        weight = DEFAULT_WEIGHT if self.weight is None else self.weight
        return (1 - weight) * human() + weight * own

    def _profile(self) -> Profile:
        if self.profile is None and self.model is not None:
            own = load_network(self.model).profile
            if own is not None:
                return own
        return load_profile(self.profile or DEFAULT_PROFILE)


def machine(
    profile: str | None = None,
    *,
    weight: float = DEFAULT_WEIGHT,
    adapt: Adapt = "predictor",
    model: str | None = None,
) -> Mixture:
    """Return the `machine` observer: networks, beside the person.

    Args:
        profile: A shipped profile's name or a profile file. None: that of `model`, or else the mean of
            several classifiers.
        weight: Of the machine in the mixture with `human`, 0..1.
        adapt: Who tells where in the picture the network would look: the ``network`` itself (needs torch), a
            ``predictor``, or ``none``: the profile alone, for what holds in most pictures.
        model: The network, with adapt ``network``; it brings its own profile. None: efficientnet_lite0.

    Raises:
        UsageError: There is no such profile or network, or what runs networks is not installed.
        InputError: The profile is damaged.

    >>> machine("yolox_nano", weight=0.7).name
    'machine:yolox_nano+weight=0.7'
    """
    return MachineName(profile=profile, weight=weight, adapt=adapt, model=model).observer()


def read(name: Name) -> Callable[[], Mixture]:
    """Check the name of a machine, and return what makes it.

    Raises:
        UsageError: A value cannot be, or two options contradict each other.
    """
    return MachineName.of(name).observer
