"""The closed loop: encode, let networks look at the decoded picture, move what is aimed at, encode again.

::

    target --encode--> file --decode--> picture --networks--> distance d, gradient g at the target
      ^                                                                        |
      +------ target - 2 d g s / sum(g^2 s), s the quantiser step <------------+

A codec brings what it aims at (coefficients of a JPEG, latents of a network), in its own values and with its
own way back from pixels. The length of a move is Polyak's for a distance that grows with the square of the
error and could fall to 0; the step in it makes those values move that are cheap to move.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np

from beholder.observers import FloatArray

# A file half as large is worth as much as a distance so many halvings lower: the slope of curves of
# photographs, whose distance falls with bits to the power of -1 / 0.55.
_WORTH_OF_DISTANCE = 0.55
# Share of the first distance below which less is worth nothing.
_ENOUGH = 0.05

File = TypeVar("File")

# Gives the distance of a file's picture from the original, and its gradient at what the encoder aims at.
Look: TypeAlias = Callable[[File], tuple[float, list[FloatArray]]]


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
        self, shapes: Sequence[tuple[int, ...]], steps: Sequence[FloatArray], limits: LoopLimits
    ) -> None:
        """Begin where nothing is moved.

        Args:
            shapes: Of the arrays of values.
            steps: Quantiser steps, which broadcast to each of the shapes.
            limits: Of the moves.
        """
        self.offsets: list[FloatArray] = [np.zeros(shape, np.float32) for shape in shapes]
        self._steps = steps
        self._limits = limits

    def move(self, distance: float, gradient: Sequence[FloatArray]) -> bool:
        """Move the values down the gradient, and return whether there was anywhere to go.

        Args:
            distance: Of the last file.
            gradient: Of the distance at the values; where it is smaller than they are, the rest lies beyond
                the picture.
        """
        limits = self._limits
        power = sum(
            float((part * part * own).sum(dtype=np.float64))
            for part, own in zip(gradient, self._steps, strict=False)
        )
        if not (distance > 0 and power > 0):
            return False
        for offset, part, own in zip(self.offsets, gradient, self._steps, strict=False):
            move = np.float32(2 * distance / power) * part * own
            np.clip(move, -limits.steps_a_turn * own, limits.steps_a_turn * own, out=move)
            seen = offset[tuple(slice(length) for length in part.shape)]
            np.clip(seen - move, -limits.steps * own, limits.steps * own, out=seen)
        return True


def close_loop(
    encode: Callable[[], File],
    size: Callable[[File], int],
    look: Look[File],
    target: MovedTarget,
    turns: int,
) -> File:
    """Return the best file of all turns.

    Args:
        encode: Makes a file of the target as it is moved by now.
        size: Of a file, in bytes.
        look: Of networks that have seen the original.
        target: What is moved.
        turns: Moves, at most.
    """
    file = encode()
    distance, gradient = look(file)
    best = file
    enough = _ENOUGH * distance
    min_cost = _cost(size(file), distance, enough)
    for _ in range(turns):
        if not target.move(distance, gradient):
            break
        file = encode()
        distance, gradient = look(file)
        if (cost := _cost(size(file), distance, enough)) < min_cost:
            best, min_cost = file, cost
    return best


def _cost(size_bytes: int, distance: float, enough: float) -> float:
    """Weighs size against distance, both in logarithms."""
    if distance + enough <= 0:
        return -math.inf
    return math.log(size_bytes) + _WORTH_OF_DISTANCE * math.log(distance + enough)
