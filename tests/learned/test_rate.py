"""Bits under a Gaussian with a tail, against the standard library's normal distribution."""

import math
from statistics import NormalDist

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.learned import fused
from beholder.learned.rate import LOG_STEP, SMALLEST_SCALE, residual_bits, scale_of_index


def index_of(scale: float) -> float:
    return math.log(scale / SMALLEST_SCALE) / LOG_STEP


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
    index = torch.tensor(index_of(scale), dtype=torch.float64)
    bits = residual_bits(torch.tensor(residual, dtype=torch.float64), index)
    assert bits.item() == pytest.approx(-math.log2(probability), rel=1e-6)


def test_bits_of_integers_are_those_of_a_code() -> None:
    residuals = torch.arange(-(2.0**16), 2.0**16 + 1)
    for scale in (0.11, 0.5, 3.0, 9.0):
        bits = residual_bits(residuals, torch.full_like(residuals, index_of(scale)))
        assert torch.exp2(-bits).sum().item() == pytest.approx(1, abs=1e-5)


def test_the_unlikely_costs_what_coding_it_does_and_pulls_back() -> None:
    residual = torch.tensor([500.0, -500.0], requires_grad=True)
    scale = torch.tensor([0.0, 0.0], requires_grad=True)  # indices
    bits = residual_bits(residual, scale)
    bits.sum().backward()
    assert (bits > 30).all() and (bits < 32).all()
    assert residual.grad is not None and scale.grad is not None
    assert torch.isfinite(scale.grad).all()
    # By the square of its size, which is about what the digits of a number take.
    expected = 2 / 501 / math.log(2)
    assert residual.grad.tolist() == pytest.approx([expected, -expected], rel=1e-3)


def test_the_fused_loop_is_its_plain_twin() -> None:
    generator = torch.Generator().manual_seed(0)
    index = torch.rand(20_000, generator=generator) * 63
    residual = torch.randn(20_000, generator=generator) * scale_of_index(index) * 3
    residual[:8] = torch.tensor([0.0, 0.5, -0.5, 1e-20, 300.0, -2000.0, 7.5, -1.0])
    index[:8] = torch.tensor([0.0, 0.0, 63.0, 30.0, 0.0, 20.0, 1.5, 0.0])
    assert fused.is_fusible(residual, index)
    results = []
    for kind in (torch.float32, torch.float64):  # the plain twin takes float64
        own = [values.to(kind).requires_grad_() for values in (residual, index)]
        bits = residual_bits(*own)
        bits.sum().backward()
        results.append([bits.detach().double(), *(values.grad.double() for values in own)])
    for got, expected in zip(*results, strict=True):
        torch.testing.assert_close(got, expected, rtol=2e-4, atol=2e-5)
