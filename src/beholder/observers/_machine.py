"""A network as an observer, by its profile: the network itself need not be there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from beholder.errors import UsageError
from beholder.observers._adaptation import Adaptation, BlockSupplier
from beholder.observers._mixture import Mixable
from beholder.observers._observer import FullReferenceObserver, GradientObserver
from beholder.observers._predictor import TypicalLook
from beholder.observers._profile import Profile
from beholder.observers._sensitivity import FloatArray, PictureBlocks, Sampling, Sensitivity, start_steps

if TYPE_CHECKING:
    from torch import Tensor

    from beholder.observers._machine_name import MachineName

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
