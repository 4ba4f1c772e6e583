"""What training minimises, and when a run has diverged."""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.learned.condition import Condition
from beholder.learned.network import Forward
from beholder.training.losses import MOST_TROUBLE, Divergence, RateDistortion, lagrangians


def test_lagrangians_rise_by_one_factor() -> None:
    table = lagrangians(0.001, 0.16)
    assert table.shape == (64,)
    assert (table[0].item(), table[63].item()) == pytest.approx((0.001, 0.16))
    torch.testing.assert_close(
        table[1:] / table[:-1], torch.full((63,), 160 ** (1 / 63), dtype=torch.float64)
    )


def test_the_loss_is_the_logarithm_of_rate_and_weighed_error() -> None:
    picture = torch.zeros(2, 3, 64, 64)
    result = Forward(torch.full_like(picture, 0.1), torch.tensor([4096.0, 0]), torch.tensor([0.0, 8192.0]))
    condition = Condition.of([0, 63])
    table = lagrangians(0.001, 0.12)
    loss = RateDistortion(lambda_min=0.001, lambda_max=0.12, loss_floor=0.1, device=torch.device("cpu"))
    losses = loss(result, picture, condition, np.random.default_rng(0))
    assert losses.rate_bpp.tolist() == [1, 2]
    assert losses.squared_error.tolist() == pytest.approx([0.01, 0.01])
    each = [1 + table[0].item() * 650.25, 2 + table[63].item() * 650.25]
    assert losses.total.item() == pytest.approx(sum(math.log(one + 0.1) for one in each) / 2)


def test_gradients_that_fail_in_a_row_are_told() -> None:
    state = Divergence()
    assert [state.add(False) for _ in range(51)] == [False] * 50 + [True]


def test_so_are_those_that_fail_again_and_again_over_resumed_runs() -> None:
    state = Divergence()
    for _ in range(10):
        state = Divergence(state.trouble)  # as a checkpoint keeps it
        told = [state.add(step % 2 == 0) for step in range(20)]
        if any(told):
            break
    assert any(told)


def test_one_in_thirty_may_fail_for_ever() -> None:
    state = Divergence()
    assert not any(state.add(step % 30 != 0) for step in range(30_000))
    assert state.trouble < MOST_TROUBLE / 10
