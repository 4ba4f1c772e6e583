"""Cores of a CPU that share a step: each takes a part of the batch, on a copy of the network.

Threads of one operation wait for each other at its end, several thousand times a step, and processes hand all
gradients through sockets. Replicas in threads of one process do neither.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch
from torch import Tensor

from beholder.learned.network import CompressionNetwork
from beholder.learned.rounding import Rounding

_Result = TypeVar("_Result")


class Replicas:
    """A network, and copies of it that share its parameters' memory but not their gradients."""

    def __init__(self, model: CompressionNetwork, count: int) -> None:
        """Make the copies.

        Args:
            model: On the CPU, as it is to be trained.
            count: Of threads, the model's own one among them.
        """
        self._models = [model]
        for _ in range(count - 1):
            replica = copy.deepcopy(model)
            for own, shared in zip(replica.parameters(), model.parameters(), strict=True):
                own.data = shared.data
            self._models.append(replica)
        self._pool = ThreadPoolExecutor(count)

    def quantise(self) -> None:
        """Let the entropy path of all compute in integers from now on."""
        for model in self._models:
            model.quantise()

    def round(self, rounding: Rounding) -> None:
        """Let all round latents so from now on; see `CompressionNetwork`."""
        for model in self._models:
            model.rounding = rounding

    def gradients(self, descend: Callable[[int, CompressionNetwork], _Result]) -> list[_Result]:
        """Leave the mean of all gradients in the model's parameters; return what `descend` gives, in order.

        Args:
            descend: Computes the gradients of a share of the batch, for the number and model of a replica.
        """
        for model in self._models:
            model.zero_grad(set_to_none=True)
        results = list(self._pool.map(descend, range(len(self._models)), self._models))
        gradients = [_gradients(model) for model in self._models]
        for number, others in enumerate(gradients[1:], 2):  # a running mean: one pass over memory
            torch._foreach_lerp_(gradients[0], others, 1 / number)
        return results


def _gradients(model: CompressionNetwork) -> list[Tensor]:
    return [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
