"""The closed loop of a JPEG, which moves the coefficients that levels are searched for.

The weighted error that levels are searched for says how much a network minds an error, and nothing of its
sign. The loop (`beholder.targets.closed_loop`) does: it moves the target, not the weights, so that errors
which add up to another answer are made the other way round. Coefficients with large quantiser steps are
the cheap ones to move.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from beholder import _core
from beholder.observers import FloatArray, GradientObserver, Sampling
from beholder.targets import closed_loop
from beholder.targets.closed_loop import LoopLimits, MovedTarget, Seen

# Tried on BSDS photographs with EfficientNet-Lite0 in the loop (docs/machine.md).
_LIMITS = LoopLimits(turns=6, steps_a_turn=0.5, steps=2.0)

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
    shapes = [coefficients.values(component).shape for component in range(coefficients.components)]
    target = MovedTarget(shapes, steps, _LIMITS)

    def encode_moved() -> File:
        return encode(_moved(coefficients, target.offsets))

    def look(file: File) -> Seen:
        return Seen(*objective.distance_gradient(file), cheapness=list(steps))

    return closed_loop.close_loop(encode_moved, size, look, target, _LIMITS.turns)


def _moved(coefficients: _core.CoefficientImage, offsets: Sequence[FloatArray]) -> _core.CoefficientImage:
    limits = np.iinfo(np.int16)
    values = []
    for component, offset in enumerate(offsets):
        target = np.rint(coefficients.values(component) + _core.COEFFICIENT_SCALE * offset)
        values.append(np.clip(target, limits.min, limits.max).astype(np.int16))
    return coefficients.with_values(values)
