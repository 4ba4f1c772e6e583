"""Observers that are made of others, as weighted mixtures, or of arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from beholder.errors import UsageError
from beholder.observers._observer import GradientObserver, Observer, full_reference, kind_of
from beholder.observers._sensitivity import (
    FloatArray,
    PictureBlocks,
    Sampling,
    Sensitivity,
    block_weights,
    start_steps,
)

if TYPE_CHECKING:
    from torch import Tensor


class Mixable:
    """Lets observers be weighed and added: ``0.4 * human() + 0.6 * machine()``."""

    def __mul__(self: Observer, weight: float) -> Mixture:
        return Mixture(tuple((float(weight) * own, part) for own, part in _parts(self)))

    __rmul__ = __mul__

    def __add__(self: Observer, other: Observer) -> Mixture:
        return Mixture((*_parts(self), *_parts(other)))

    def __repr__(self: Observer) -> str:
        return f"<observer {self.name}>"


@dataclass(frozen=True, eq=False, repr=False)
class Mixture(Mixable):
    """Observers with their weights; the same one twice counts once, with the sum.

    Each part's weights on squared error are brought to mean 1 over the picture and added by its share (the
    HMOE distortion of L. Ye, arXiv 2503.10912, for any number of parts). The encoder takes a table by
    frequency times one weight a block; the mixture keeps both marginals of the sum, which is not such a
    product.

    Attributes:
        parts: Pairs of a weight, at least 0, and an observer; only the ratios of the weights count.
    """

    parts: tuple[tuple[float, Observer], ...]

    def __post_init__(self) -> None:
        """Refuse weights that are negative or not finite."""
        weights = [weight for weight, _ in self.parts]
        if not all(math.isfinite(weight) and weight >= 0 for weight in weights):
            raise UsageError(f"weights of observers must be at least 0, got {weights}")

    @property
    def name(self) -> str:
        """That of a part alone, that of a machine beside `human`, or else the parts with their shares."""
        shares = self._shares()
        if len(shares) == 1:
            return shares[0][1].name
        for (share, part), (_, other) in zip(shares, shares[::-1], strict=True):
            if len(shares) == 2 and getattr(other, "kind", None) == "human":
                named = getattr(part, "name_beside_human", lambda weight: None)(share)
                if named is not None:
                    return str(named)
        return " + ".join(f"{share:g} {observer.name}" for share, observer in shares)

    @property
    def kind(self) -> str:
        """That of a part alone."""
        shares = self._shares()
        return kind_of(shares[0][1]) if len(shares) == 1 else "mixture"

    def sensitivity(self, sampling: Sampling, picture: PictureBlocks | None = None) -> Sensitivity:
        """Return the mixed weights."""
        shares = self._shares()
        if len(shares) == 1:
            return shares[0][1].sensitivity(sampling, picture)
        parts = [_Normalised.of(observer.sensitivity(sampling, picture), picture) for _, observer in shares]
        weights = [share for share, _ in shares]
        frequency = sum(share * part.frequency for share, part in zip(weights, parts, strict=True))
        assert isinstance(frequency, np.ndarray), "there are parts"
        blocks: list[FloatArray] = []
        if any(part.blocks for part in parts):
            for component in range(len(sampling)):
                mixed = sum(
                    share * part.frequency[component].mean() * part.block(component)
                    for share, part in zip(weights, parts, strict=True)
                )
                blocks.append(np.ascontiguousarray(mixed / frequency[component].mean(), np.float32))
        return Sensitivity(
            frequency=frequency.astype(np.float32),
            start_steps=_geometric_mean(weights, [part.start_steps for part in parts]).astype(np.float32),
            blocks=tuple(blocks),
            lambda_ratio=float(_geometric_mean(weights, [np.array(part.lambda_ratio) for part in parts])),
            zeroing_surcharge=sum(
                share * part.zeroing_surcharge for share, part in zip(weights, parts, strict=True)
            ),
        )

    def distance(self, original: NDArray[np.uint8], decoded: NDArray[np.uint8]) -> float:
        """Return the sum of the parts' distances, each in its own unit, weighted by their shares."""
        return sum(
            share * full_reference(observer).distance(original, decoded) for share, observer in self._shares()
        )

    def loss(self, original: Tensor, decoded: Tensor) -> Tensor:
        """Return the sum of the parts' losses, each in its own unit, weighted by their shares."""
        (share, first), *others = self._shares()
        total = share * full_reference(first).loss(original, decoded)
        for share, observer in others:
            total = total + share * full_reference(observer).loss(original, decoded)
        return total

    def _shares(self) -> list[tuple[float, Observer]]:
        total = sum(weight for weight, _ in self.parts)
        if total == 0:
            raise UsageError("all weights of the observers are 0; one of them must be more")
        weights: dict[int, float] = {}
        for weight, observer in self.parts:
            weights[id(observer)] = weights.get(id(observer), 0.0) + weight
        observers = {id(observer): observer for _, observer in self.parts}
        return [(weight / total, observers[own]) for own, weight in weights.items() if weight > 0]


@dataclass(frozen=True, eq=False)
class _Normalised:
    """A sensitivity with mean weight 1, and block weights with mean 1 in each component."""

    frequency: np.ndarray
    start_steps: np.ndarray
    blocks: list[FloatArray]
    lambda_ratio: float
    zeroing_surcharge: float

    @classmethod
    def of(cls, sensitivity: Sensitivity, picture: PictureBlocks | None) -> _Normalised:
        blocks = list(sensitivity.blocks) if picture is None else block_weights(sensitivity, picture)
        means = np.array([block.mean(dtype=np.float64) for block in blocks] or [1.0])
        frequency = sensitivity.frequency * means[: len(sensitivity.frequency), None]
        mean = float(frequency.mean())
        return cls(
            frequency=frequency / mean,
            start_steps=sensitivity.start_steps,
            blocks=[block / own for block, own in zip(blocks, means, strict=False)],
            lambda_ratio=sensitivity.lambda_ratio / mean,
            zeroing_surcharge=sensitivity.zeroing_surcharge,
        )

    def block(self, component: int) -> np.ndarray | float:
        return self.blocks[component] if self.blocks else 1.0


def gradient_observers(observer: Observer) -> list[tuple[float, GradientObserver]]:
    """Return the networks among the parts of an observer, with their shares of what networks make up of it.

    A part gives gradients itself, or has a `gradient_observer`.
    """
    found: list[tuple[float, GradientObserver]] = []
    for weight, part in _parts(observer):
        own = part if hasattr(part, "distance_gradient") else getattr(part, "gradient_observer", None)
        if weight > 0 and own is not None:
            found.append((weight, cast("GradientObserver", own)))
    total = sum(weight for weight, _ in found)
    return [(weight / total, own) for weight, own in found]


def _parts(observer: Observer) -> tuple[tuple[float, Observer], ...]:
    return observer.parts if isinstance(observer, Mixture) else ((1.0, observer),)


def _geometric_mean(weights: list[float], values: list[np.ndarray]) -> np.ndarray:
    logs = sum(weight * np.log(value) for weight, value in zip(weights, values, strict=True))
    return np.asarray(np.exp(logs))


@dataclass(frozen=True, eq=False, repr=False)
class FixedSensitivity(Mixable):
    """An observer made of arrays.

    Attributes:
        frequency: (components, 64) weights in zigzag order.
        blocks: One (rows, columns) array of weights a component, or empty.
        name: A word for messages.
    """

    frequency: FloatArray
    blocks: tuple[FloatArray, ...] = field(default=())
    name: str = "fixed"

    def sensitivity(self, sampling: Sampling, picture: PictureBlocks | None = None) -> Sensitivity:
        """The arrays as they were given.

        Raises:
            UsageError: They are for another number of components.
        """
        weights = np.ascontiguousarray(self.frequency, dtype=np.float32)
        if weights.ndim != 2 or len(weights) != len(sampling):
            raise UsageError(
                f"the sensitivity has shape {weights.shape}; this picture needs ({len(sampling)}, 64)"
            )
        return Sensitivity(
            frequency=weights, start_steps=start_steps(weights, exponent=0.5), blocks=self.blocks
        )
