"""Rounding to what costs least, against trying both."""

import math

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.learned import rounding
from beholder.learned.rounding import ToCheapest, to_nearest
from beholder.learned.tables import gaussian_tables

TABLES = gaussian_tables()


def cost(index: int, residual: float, whole: int) -> float:
    """Bits by the table and of the error."""
    table = TABLES[index]
    reach = (len(table) - 2) // 2
    bits = math.log2(65536 / table[reach + abs(whole)])
    return bits + rounding._ERROR_BITS * (residual - whole) ** 2


@pytest.mark.parametrize("index", [0, 10, 24])
def test_a_residual_becomes_the_cheaper_of_two(index: int) -> None:
    reach = min((len(TABLES[index]) - 2) // 2, 12)
    residuals = torch.linspace(-reach - 0.49, reach + 0.49, 1001, dtype=torch.float64)
    found = ToCheapest(TABLES)(residuals, torch.full_like(residuals, index)).tolist()
    changed = 0
    for residual, whole in zip(residuals.tolist(), found, strict=True):
        nearest = round(residual)
        lower = nearest - int(math.copysign(1, nearest)) if nearest else 0
        best = min((nearest, lower), key=lambda one: cost(index, residual, one))
        assert whole == best
        changed += whole != nearest
    assert changed > 0


@pytest.mark.parametrize("index", [0, 10, 24])
def test_below_quality_0_numbers_further_towards_0_are_taken(index: int) -> None:
    residuals = torch.linspace(-3.49, 3.49, 701, dtype=torch.float64)
    indices = torch.full_like(residuals, index)
    before = ToCheapest(TABLES, quality=40)(residuals, indices)
    torch.testing.assert_close(ToCheapest(TABLES)(residuals, indices), before)
    for quality in (-1, -8, -16, -24):
        found = ToCheapest(TABLES, quality=quality)(residuals, indices)
        assert (found.abs() <= before.abs()).all()
        assert (found * residuals >= 0).all()
        before = found
    assert (before.abs() < residuals.round().abs()).any()


def test_large_residuals_and_those_beyond_their_table_are_rounded_to_the_nearest() -> None:
    residuals = torch.tensor([16.4, -200.6, 3000.5, 5.6])
    indices = torch.tensor([63.0, 60.0, 63.0, 0.0])
    assert ToCheapest(TABLES)(residuals, indices).tolist() == to_nearest(residuals, indices).tolist()
