"""Quality, its multipliers and the rows between anchors."""

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.learned.quality import AnchoredTable, Gain, lagrangians


def test_lagrangians_rise_by_one_factor() -> None:
    table = lagrangians(0.001, 0.16)
    assert table.shape == (64,)
    assert (table[0].item(), table[63].item()) == pytest.approx((0.001, 0.16))
    torch.testing.assert_close(
        table[1:] / table[:-1], torch.full((63,), 160 ** (1 / 63), dtype=torch.float64)
    )


def test_rows_are_linear_between_anchors() -> None:
    anchors = torch.randn(8, 5, generator=torch.Generator().manual_seed(0))
    rows = AnchoredTable(anchors).all_rows().detach()
    torch.testing.assert_close(rows[::9], anchors)
    torch.testing.assert_close(rows[12], anchors[1] * 2 / 3 + anchors[2] / 3)
    torch.testing.assert_close(rows[62], anchors[6] / 9 + anchors[7] * 8 / 9)


def test_anchors_of_another_number_are_refused() -> None:
    with pytest.raises(ValueError, match=r"got anchors of shape \(7, 5\)"):
        AnchoredTable(torch.zeros(7, 5))


def test_a_gain_scales_each_sample_by_its_quality() -> None:
    gain = Gain(torch.linspace(0, 7, 8)[:, None].log1p().repeat(1, 2))
    scaled = gain(torch.ones(2, 2, 1, 1), torch.tensor([0, 63]))
    torch.testing.assert_close(scaled.flatten(1), torch.tensor([[1.0, 1.0], [8.0, 8.0]]))
