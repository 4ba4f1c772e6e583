"""Bits under a Gaussian with a tail, against the standard library's normal distribution."""

import math
from statistics import NormalDist

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.learned.rate import residual_bits, scale_of_index


def test_scales_run_from_the_smallest_to_the_largest() -> None:
    scales = scale_of_index(torch.tensor([0.0, 63.0]))
    assert scales.tolist() == pytest.approx([0.11, 64.0], rel=1e-5)


@pytest.mark.parametrize("scale", [0.6, 1.0, 7.5, 64.0])
@pytest.mark.parametrize("residual", [0.0, -0.4, 1.0, -3.0])
def test_bits_are_those_of_the_interval(residual: float, scale: float) -> None:
    normal = NormalDist(0, scale)
    inside = normal.cdf(-abs(residual) + 0.5) - normal.cdf(-abs(residual) - 0.5)
    tail = 1 / (math.pi**2 / 3 - 1) / (1 + abs(residual)) ** 2
    probability = inside * (1 - 2**-12) + tail * 2**-12
    bits = residual_bits(
        torch.tensor(residual, dtype=torch.float64), torch.tensor(scale, dtype=torch.float64)
    )
    assert bits.item() == pytest.approx(-math.log2(probability), rel=1e-6)


def test_bits_of_integers_are_those_of_a_code() -> None:
    residuals = torch.arange(-(2.0**16), 2.0**16 + 1)
    for scale in (0.11, 0.5, 3.0, 9.0):
        bits = residual_bits(residuals, torch.full_like(residuals, scale))
        assert torch.exp2(-bits).sum().item() == pytest.approx(1, abs=1e-5)


def test_the_unlikely_costs_what_coding_it_does_and_pulls_back() -> None:
    residual = torch.tensor([500.0, -500.0], requires_grad=True)
    scale = torch.tensor([0.11, 0.11], requires_grad=True)
    bits = residual_bits(residual, scale)
    bits.sum().backward()
    assert (bits > 30).all() and (bits < 32).all()
    assert residual.grad is not None and scale.grad is not None
    assert torch.isfinite(scale.grad).all()
    # By the square of its size, which is about what the digits of a number take.
    expected = 2 / 501 / math.log(2)
    assert residual.grad.tolist() == pytest.approx([expected, -expected], rel=1e-3)
