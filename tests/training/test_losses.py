"""What training minimises, and when a run has diverged."""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.learned.condition import Condition
from beholder.learned.network import Forward
from beholder.observers.network.losses import ms_ssim
from beholder.training.losses import (
    MOST_TROUBLE,
    Divergence,
    Losses,
    LossWindow,
    RateDistortion,
    lagrangians,
)


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


class HalfTheError:
    """Stands for networks that mind half of the squared error, and says which pictures it was shown."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def __call__(self, original, decoded, random):  # type: ignore[no-untyped-def]
        self.seen.append(len(original))
        return 255**2 / 2 * (original - decoded).square().mean(dim=(1, 2, 3))


def test_the_distortion_lies_between_those_of_people_and_machine() -> None:
    picture = torch.zeros(3, 3, 64, 64)
    result = Forward(torch.full_like(picture, 0.1), torch.full((3,), 4096.0), torch.zeros(3))
    machine = HalfTheError()
    loss = RateDistortion(
        lambda_min=0.001,
        lambda_max=0.12,
        loss_floor=0.1,
        device=torch.device("cpu"),
        machine=machine,  # type: ignore[arg-type]
    )
    condition = Condition.of([20, 20, 20], [0.0, 0.2, 1.0])
    losses = loss(result, picture, condition, np.random.default_rng(0))
    assert machine.seen == [2], "networks look at pictures for machines alone"
    assert losses.machine.tolist() == pytest.approx([0, 325.125, 325.125])
    weight = lagrangians(0.001, 0.12)[20].item()
    each = [1 + weight * distortion for distortion in (650.25, 0.8 * 650.25 + 0.2 * 325.125, 325.125)]
    calm = [1, 1 / 4, 1 / 16]
    logarithms = [weight * math.log(one + 0.1) for weight, one in zip(calm, each, strict=True)]
    assert losses.total.item() == pytest.approx(sum(logarithms) / 3, rel=1e-5)


def test_people_may_mind_ms_ssim() -> None:
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(2, 3, 24, 24, generator=generator) - 0.5
    picture = torch.nn.functional.interpolate(coarse, scale_factor=8)
    size = torch.tensor([0.02, 0.1])[:, None, None, None]
    decoded = picture + size * torch.randn(picture.shape, generator=generator)
    result = Forward(decoded.requires_grad_(), torch.zeros(2), torch.zeros(2))
    loss = RateDistortion(
        lambda_min=0.001, lambda_max=0.12, loss_floor=0.1, device=torch.device("cpu"), human="ms-ssim"
    )
    losses = loss(result, picture, Condition.of([0, 0]), np.random.default_rng(0))
    pair = [(values + 0.5) * 255 for values in (picture, decoded.detach())]
    expected = torch.log(0.1 + 0.001 * 1300 * (1 - ms_ssim(*pair))).mean()
    torch.testing.assert_close(losses.total.detach(), expected)
    losses.total.backward()
    assert decoded.grad is not None and torch.isfinite(decoded.grad).all() and decoded.grad.any()


def test_a_window_of_the_log_counts_people_and_machines_apart() -> None:
    window = LossWindow(0, torch.device("cpu"))
    for observer in ([0.0, 0.0, 1.0], [0.0, 0.5, 1.0]):
        losses = Losses(
            total=torch.tensor(2.0),
            rate_bpp=torch.tensor([1.0, 3.0, 8.0]),
            squared_error=torch.tensor([0.01, 0.001, 0.1]),
            observer=torch.tensor(observer),
            machine=torch.tensor([0.0, 10.0, 20.0]) * (torch.tensor(observer) > 0),
        )
        window.add(losses, torch.tensor(0.5))
    means = window.means(2)
    assert means["rate_bpp"] == pytest.approx((1 + 3 + 1) / 3)
    assert means["psnr_db"] == pytest.approx((20 + 30 + 20) / 3)
    assert means["machine_rate_bpp"] == pytest.approx((8 + 3 + 8) / 3)
    assert means["machine_error"] == pytest.approx((20 + 10 + 20) / 3)
    assert (means["loss"], means["gradient_norm"], means["skipped"]) == (2, 0.5, 0)


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
