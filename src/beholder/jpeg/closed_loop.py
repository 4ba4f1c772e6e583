"""The closed loop: encode, let the network look at the decoded picture, move what is aimed at, encode again.

::

    target --levels, file--> decoded picture --network--> distance d, gradient g at the coefficients
      ^                                                                        |
      +------ target - 2 d g s / sum(g^2 s), s the quantiser step <------------+

The weighted error that levels are searched for says how much a network minds an error, and nothing of its
sign. The loop does: it moves the target, not the weights, so that errors which add up to another answer are
made the other way round. The length of a move is Polyak's for a distance that grows with the square of the
error and could fall to 0; the step in it makes those coefficients move that are cheap to move.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from beholder import _core
from beholder.observers import FloatArray, GradientObserver, Sampling

# Tried on BSDS photographs with EfficientNet-Lite0 in the loop (docs/machine.md).
_TURNS = 6
_MAX_STEPS_A_TURN = 0.5
_MAX_STEPS = 2.0
# A file half as large is worth as much as a distance so many halvings lower: the slope of curves of
# photographs, whose distance falls with bits to the power of -1 / 0.55.
_WORTH_OF_DISTANCE = 0.55
# Share of the first distance below which less is worth nothing.
_ENOUGH = 0.05

File = TypeVar("File")


class LoopObjective(Generic[File]):
    """The distance that the loop makes small: that of networks which look at decoded files."""

    def __init__(
        self,
        observers: Sequence[tuple[float, GradientObserver]],
        original: NDArray[np.uint8],
        sampling: Sampling,
        decode: Callable[[File], NDArray[np.uint8]],
        orientation: int = 1,
    ) -> None:
        """Let the networks look at the original.

        Args:
            observers: Pairs of a share and a network.
            original: (H, W, 3) or (H, W).
            sampling: Of the components of the files.
            decode: Gives the pixels that a decoder makes of a file.
            orientation: EXIF's, 1..8, of the original and the files.
        """
        self._observers = [
            (share, observer, observer.reference(original, orientation)) for share, observer in observers
        ]
        self._orientation = orientation
        self._sampling = sampling
        self._decode = decode

    def distance_gradient(self, file: File) -> tuple[float, list[FloatArray]]:
        """Return the distance of a file's picture from the original, and its gradient at the coefficients."""
        decoded = self._decode(file)
        distance = 0.0
        gradient: list[FloatArray] = []
        for share, observer, reference in self._observers:
            own, parts = observer.distance_gradient(reference, decoded, self._sampling, self._orientation)
            distance += share * own
            parts = [np.float32(share) * part for part in parts]
            gradient = parts if not gradient else [a + b for a, b in zip(gradient, parts, strict=True)]
        return distance, gradient


def close_loop(
    coefficients: _core.CoefficientImage,
    encode: Callable[[_core.CoefficientImage], File],
    size: Callable[[File], int],
    objective: LoopObjective[File],
    steps: FloatArray,
) -> File:
    """Return the best file of all turns.

    Args:
        coefficients: Of the picture.
        encode: Makes a file of coefficients.
        size: Of a file, in bytes.
        objective: Networks, and what they found in the original.
        steps: (components, 64) quantiser steps, about those of the files.
    """
    offsets = [
        np.zeros(coefficients.values(component).shape, np.float32)
        for component in range(coefficients.components)
    ]
    file = encode(coefficients)
    distance, gradient = objective.distance_gradient(file)
    best = file
    enough = _ENOUGH * distance
    min_cost = _cost(size(file), distance, enough)
    for _ in range(_TURNS):
        power = sum(
            float((part * part * own).sum(dtype=np.float64))
            for part, own in zip(gradient, steps, strict=False)
        )
        if not (distance > 0 and power > 0):
            break
        for offset, part, own in zip(offsets, gradient, steps, strict=False):
            move = np.float32(2 * distance / power) * part * own
            np.clip(move, -_MAX_STEPS_A_TURN * own, _MAX_STEPS_A_TURN * own, out=move)
            seen = offset[: part.shape[0], : part.shape[1]]  # the rest lies beyond the picture
            np.clip(seen - move, -_MAX_STEPS * own, _MAX_STEPS * own, out=seen)
        file = encode(_moved(coefficients, offsets))
        distance, gradient = objective.distance_gradient(file)
        if (cost := _cost(size(file), distance, enough)) < min_cost:
            best, min_cost = file, cost
    return best


def _cost(size_bytes: int, distance: float, enough: float) -> float:
    """Weighs size against distance, both in logarithms."""
    if distance + enough <= 0:
        return -math.inf
    return math.log(size_bytes) + _WORTH_OF_DISTANCE * math.log(distance + enough)


def _moved(coefficients: _core.CoefficientImage, offsets: Sequence[FloatArray]) -> _core.CoefficientImage:
    limits = np.iinfo(np.int16)
    values = []
    for component, offset in enumerate(offsets):
        target = np.rint(coefficients.values(component) + _core.COEFFICIENT_SCALE * offset)
        values.append(np.clip(target, limits.min, limits.max).astype(np.int16))
    return coefficients.with_values(values)
