"""The optimiser: Muon for the matrices of the network, AdamW for all else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, distributed, nn

from beholder.learned.model import LearnedCodec
from beholder.training.config import TrainingConfig

_MOMENTUM = 0.95
# Of the odd polynomial a X + b X X'X + c (X X')^2 X that, taken five times, moves every singular value from
# about 0.01..1 to near 1 (Jordan, "Muon: An optimizer for hidden layers in neural networks", 2024).
_POLYNOMIAL = (3.4445, -4.7750, 2.0315)
_ITERATIONS = 5
# The root mean square of AdamW's typical update, which Muon's is scaled to (Liu et al., "Muon is scalable for
# LLM training", 2025), so that one learning rate fits both.
_UPDATE_SIZE = 0.2


class Muon(torch.optim.Optimizer):
    """Steps along the nearest orthogonal matrix to the momentum of each matrix's gradient.

    Matrices are the 1x1 convolutions, (outputs, inputs, 1, 1). `torch.optim.Muon` takes (outputs, inputs)
    alone, and one at a time; here those of one shape go together, and processes that train together share
    the work.
    """

    def __init__(self, weights: Iterable[nn.Parameter], *, lr: float, weight_decay: float) -> None:
        """Takes the weights of 1x1 convolutions."""
        super().__init__(list(weights), {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        """Takes one step from the gradients."""
        for group in self.param_groups:
            weights = [weight for weight in group["params"] if weight.grad is not None]
            updates = orthogonalised([self._momentum(weight) for weight in weights])
            for weight, update in zip(weights, updates, strict=True):
                size = _UPDATE_SIZE * max(update.shape) ** 0.5
                weight.mul_(1 - group["lr"] * group["weight_decay"])
                weight.add_(update.view_as(weight), alpha=-group["lr"] * size)

    def _momentum(self, weight: nn.Parameter) -> Tensor:
        assert weight.grad is not None
        state = self.state[weight]
        if not state:
            state["momentum"] = torch.zeros_like(weight)
        state["momentum"].lerp_(weight.grad, 1 - _MOMENTUM)
        return weight.grad.lerp(state["momentum"], _MOMENTUM).flatten(1)


def orthogonalised(matrices: list[Tensor]) -> list[Tensor]:
    """Returns for each matrix U V' about, where U S V' is its singular value decomposition, in float32.

    Where processes train together each computes its share and all get all, the same to the bit.
    """
    by_shape = defaultdict(list)
    for number, matrix in enumerate(matrices):
        by_shape[matrix.shape].append(number)
    results = [torch.empty(0)] * len(matrices)
    for numbers in by_shape.values():
        stack = torch.stack([matrices[number] for number in numbers])
        for number, result in zip(numbers, _shared(stack), strict=True):
            results[number] = result
    return results


def _shared(stack: Tensor) -> Tensor:
    """The results of a (count, rows, columns) stack, of which each process makes a part."""
    processes = distributed.get_world_size() if distributed.is_initialized() else 1
    if processes == 1:
        return _newton_schulz(stack).float()
    share = -(-len(stack) // processes)
    first = share * distributed.get_rank()
    mine = stack.new_zeros(share, *stack.shape[1:], dtype=torch.bfloat16)
    own = stack[first : first + share]
    if len(own):
        mine[: len(own)] = _newton_schulz(own)
    parts = [torch.empty_like(mine) for _ in range(processes)]
    distributed.all_gather(parts, mine)
    return torch.cat(parts)[: len(stack)].float()


def _newton_schulz(stack: Tensor) -> Tensor:
    a, b, c = _POLYNOMIAL
    values = (stack / (stack.norm(dim=(1, 2), keepdim=True) + 1e-7)).bfloat16()
    tall = values.shape[1] > values.shape[2]
    if tall:
        values = values.mT
    for _ in range(_ITERATIONS):
        square = values @ values.mT
        values = a * values + (b * square + c * square @ square) @ values
    return values.mT if tall else values


class Optimizer:
    """Both as one, with the interface of one."""

    def __init__(self, model: LearnedCodec, config: TrainingConfig) -> None:
        """Gives the matrices to Muon, but for the linear paths, which start where they shall stay near."""
        linear = {model.analysis.linear.weight, model.synthesis.linear.weight}
        matrices, convolutions, others = [], [], []
        for parameter in model.parameters():
            if parameter.ndim != 4:
                others.append(parameter)
            elif config.muon and parameter.shape[2:] == (1, 1) and parameter not in linear:
                matrices.append(parameter)
            else:
                convolutions.append(parameter)
        # Biases and tables by quality do not decay.
        self._parts: list[torch.optim.Optimizer] = [
            torch.optim.AdamW(
                [
                    {"params": convolutions, "weight_decay": config.weight_decay},
                    {"params": others, "weight_decay": 0.0},
                ],
                lr=config.learning_rate,
                fused=True,
            )
        ]
        if matrices:
            self._parts.append(Muon(matrices, lr=config.learning_rate, weight_decay=config.weight_decay))

    def step(self, learning_rate: float) -> None:
        """Takes one step from the gradients at a learning rate."""
        for part in self._parts:
            for group in part.param_groups:
                group["lr"] = learning_rate
            part.step()

    def zero_grad(self) -> None:
        """Forgets the gradients."""
        for part in self._parts:
            part.zero_grad(set_to_none=True)

    def state_dict(self) -> list[dict[str, Any]]:
        """Returns the state, to be given to `load_state_dict`."""
        return [part.state_dict() for part in self._parts]

    def load_state_dict(self, states: list[dict[str, Any]]) -> None:
        """Takes up a state.

        Raises:
            ValueError: It is of another optimiser.
        """
        for part, state in zip(self._parts, states, strict=True):
            part.load_state_dict(state)
