"""Bits under a Gaussian, against the standard library's normal distribution."""

import math
from statistics import NormalDist

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.learned.rate import gaussian_bits, scale_of_index


def test_scales_run_from_the_smallest_to_the_largest() -> None:
    scales = scale_of_index(torch.tensor([0.0, 63.0]))
    assert scales.tolist() == pytest.approx([0.11, 64.0], rel=1e-5)


@pytest.mark.parametrize("scale", [0.6, 1.0, 7.5, 64.0])
@pytest.mark.parametrize("residual", [0.0, -0.4, 1.0, -3.0])
def test_bits_are_those_of_the_interval(residual: float, scale: float) -> None:
    normal = NormalDist(0, scale)
    probability = normal.cdf(-abs(residual) + 0.5) - normal.cdf(-abs(residual) - 0.5)
    bits = gaussian_bits(
        torch.tensor(residual, dtype=torch.float64), torch.tensor(scale, dtype=torch.float64)
    )
    assert bits.item() == pytest.approx(-math.log2(probability), rel=1e-6)


def test_bits_of_integers_are_those_of_a_code() -> None:
    residuals = torch.arange(-60.0, 61.0)
    for scale in (0.11, 0.5, 3.0, 9.0):
        bits = gaussian_bits(residuals, torch.full_like(residuals, scale))
        assert torch.exp2(-bits).sum().item() == pytest.approx(1, abs=1e-5)


def test_the_impossible_costs_much_and_pulls_back() -> None:
    residual = torch.tensor([500.0, -500.0], requires_grad=True)
    scale = torch.tensor([0.11, 0.11], requires_grad=True)
    bits = gaussian_bits(residual, scale)
    bits.sum().backward()
    assert torch.isfinite(bits).all() and (bits > 1e6).all()
    assert torch.isfinite(residual.grad).all() and torch.isfinite(scale.grad).all()
    assert residual.grad[0] > 0 > residual.grad[1]
    assert (scale.grad < 0).all()
