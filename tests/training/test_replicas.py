"""Threads that share a step: the mean of their gradients, and one set of weights."""

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.learned.condition import Condition
from beholder.learned.network import CompressionNetwork
from beholder.training.replicas import Replicas
from tests.learned.tiny import pictures, tiny_codec

CONDITION = Condition.of([20])


def descend(worker: int, model: CompressionNetwork) -> float:
    noise = torch.Generator().manual_seed(worker)
    result = model(pictures(3)[worker : worker + 1], CONDITION, noise)
    loss = result.bits.sum() / 1e3 + result.picture.square().sum()
    loss.backward()
    return loss.item()


def test_the_gradient_is_the_mean_of_all_shares() -> None:
    model = tiny_codec().train()
    losses, shares = [], []
    for worker in range(3):
        model.zero_grad()
        losses.append(descend(worker, model))
        shares.append([parameter.grad for parameter in model.parameters()])
    stacks = [torch.stack(own) for own in zip(*shares, strict=True)]
    replicas = Replicas(model, 3)
    for _ in range(2):  # nothing is left over from the step before
        assert replicas.gradients(descend) == losses
        for stack, parameter in zip(stacks, model.parameters(), strict=True):
            rounding = 1e-6 * max(1.0, stack.abs().max().item())  # of the shares, which may cancel
            torch.testing.assert_close(parameter.grad, stack.mean(dim=0), rtol=1e-5, atol=rounding)


def test_replicas_follow_the_model() -> None:
    model = tiny_codec().train()
    replicas = Replicas(model, 2)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1.01)
    first, second = replicas.gradients(_loss_of_parameters)
    assert first == second == pytest.approx(sum(own.square().sum().item() for own in model.parameters()))
    replicas.quantise()
    assert replicas.gradients(lambda worker, own: (_loss_of_parameters(worker, own), own.quantised)[1]) == [
        True,
        True,
    ]


def _loss_of_parameters(worker: int, model: CompressionNetwork) -> float:
    loss = torch.stack([parameter.square().sum() for parameter in model.parameters()]).sum()
    loss.backward()
    return loss.item()
