"""The closed loop: encode, let networks look at the decoded picture, move what is aimed at, encode again.

::

    target --encode--> file --decode--> picture --networks--> distance d, gradient g at the target
      ^                                                                        |
      +------ target - 2 d g c / sum(g^2 c), c how cheap values are to move <--+

A codec brings what it aims at (coefficients of a JPEG, latents of a network), in its own values and with its
own way back from pixels. The length of a move is Polyak's for a distance that grows with the square of the
error and could fall to 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np

from beholder.observers import FloatArray

# A file half as large is worth as much as a distance so many halvings lower: the slope of curves of
# photographs, whose distance falls with bits to the power of -1 / 0.55.
_WORTH_OF_DISTANCE = 0.55
# Share of the first distance below which less is worth nothing.
_ENOUGH = 0.05

File = TypeVar("File")


class Seen(NamedTuple):
    """What networks see in the picture of a file.

    Attributes:
        distance: From the original.
        gradient: Of the distance, at the values that the encoder aims at. Where it is smaller than they are,
            the rest lies beyond the picture.
        cheapness: Weights of the metric in which values move, which broadcast to the gradient: larger for
            those whose move costs fewer bits.
    """

    distance: float
    gradient: Sequence[FloatArray]
    cheapness: Sequence[FloatArray]


@dataclass(frozen=True, kw_only=True)
class LoopLimits:
    """How far a loop goes.

    Attributes:
        turns: Moves of the target.
        steps_a_turn: Quantiser steps that a value moves at once, at most.
        steps: From where it was, at most.
    """

    turns: int
    steps_a_turn: float
    steps: float


class MovedTarget:
    """How far each value that an encoder aims at has been moved."""

    def __init__(
        self, shapes: Sequence[tuple[int, ...]], steps: Iterable[FloatArray], limits: LoopLimits
    ) -> None:
        """Begin where nothing is moved.

        Args:
            shapes: Of the arrays of values.
            steps: Quantiser steps of each array, which broadcast to its shape.
            limits: Of the moves.
        """
        self.offsets: list[FloatArray] = [np.zeros(shape, np.float32) for shape in shapes]
        self._steps = list(steps)
        self._limits = limits

    def move(self, seen: Seen) -> bool:
        """Move the values down the gradient that was seen last; return whether there was anywhere to go."""
        limits = self._limits
        parts = list(zip(self.offsets, self._steps, seen.gradient, seen.cheapness, strict=False))
        power = sum(float((part * part * cheapness).sum(dtype=np.float64)) for _, _, part, cheapness in parts)
        if not (seen.distance > 0 and power > 0):
            return False
        for offset, step, part, cheapness in parts:
            move = np.float32(2 * seen.distance / power) * part * cheapness
            np.clip(move, -limits.steps_a_turn * step, limits.steps_a_turn * step, out=move)
            within = offset[tuple(slice(length) for length in part.shape)]
            np.clip(within - move, -limits.steps * step, limits.steps * step, out=within)
        return True


def close_loop(
    encode: Callable[[], File],
    size: Callable[[File], int],
    look: Callable[[File], Seen],
    target: MovedTarget,
    turns: int,
) -> File:
    """Return the best file of all turns.

    Args:
        encode: Makes a file of the target as it is moved by now.
        size: Of a file, in bytes.
        look: Lets networks that have seen the original look at a file.
        target: What is moved.
        turns: Moves, at most.
    """
    file = encode()
    seen = look(file)
    best = file
    enough = _ENOUGH * seen.distance
    min_cost = _cost(size(file), seen.distance, enough)
    for _ in range(turns):
        if not target.move(seen):
            break
        file = encode()
        seen = look(file)
        if (cost := _cost(size(file), seen.distance, enough)) < min_cost:
            best, min_cost = file, cost
    return best


def _cost(size_bytes: int, distance: float, enough: float) -> float:
    """Weighs size against distance, both in logarithms."""
    if distance + enough <= 0:
        return -math.inf
    return math.log(size_bytes) + _WORTH_OF_DISTANCE * math.log(distance + enough)
