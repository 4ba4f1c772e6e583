"""Anchors from rounded rows."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.learned.condition import ConditionTable
from beholder.learned.fit_anchors import fit_anchors


def rounded(anchors: torch.Tensor, least: float = -np.inf, most: float = np.inf) -> torch.Tensor:
    """The (64, channels) rows of anchors as a frozen codec holds them."""
    return ConditionTable(anchors.float()).all_rows().detach().round().clamp(least, most)


@pytest.mark.parametrize("size", [0.3, 3, 30, 3000])
def test_rows_of_any_anchors_come_back(size: float) -> None:
    generator = torch.Generator().manual_seed(round(size * 10))
    rows = rounded(size * torch.randn(8, 500, generator=generator))
    assert torch.equal(rounded(fit_anchors(rows)), rows)


def test_clamped_rows_come_back_from_anchors_beyond() -> None:
    generator = torch.Generator().manual_seed(1)
    rows = rounded(30 + 60 * torch.randn(8, 500, generator=generator), 0, 63)
    anchors = fit_anchors(rows, least=0, most=63)
    assert torch.equal(rounded(anchors, 0, 63), rows)
    assert anchors.abs().max() < 2000  # near what there is to go by, not at some far bound


def test_rows_that_no_anchors_make_are_met_by_least_squares() -> None:
    rows = torch.zeros(64, 2)
    rows[1::2, 0] = 9
    anchors = fit_anchors(rows)
    assert torch.equal(anchors[:, 1], torch.zeros(8, dtype=torch.float64))
    assert anchors[:, 0].mean() == pytest.approx(4.5, abs=0.5)
