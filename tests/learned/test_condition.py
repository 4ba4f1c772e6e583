"""Conditions, and the rows that are learned for them."""

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.learned.condition import Condition, ConditionTable, Gain, rows_at


def test_a_condition_is_what_each_sample_is_for() -> None:
    condition = Condition.of([3, 60, 5, 7], [0.0, 0.25, 1.0, 0.5])
    assert (condition.quality.dtype, condition.observer.dtype) == (torch.int64, torch.float32)
    first, second = condition.chunk(2)
    assert (first.quality.tolist(), first.observer.tolist()) == ([3, 60], [0.0, 0.25])
    assert (second.quality.tolist(), second.observer.tolist()) == ([5, 7], [1.0, 0.5])
    assert Condition.of(condition.quality).observer.tolist() == [0.0] * 4


def test_a_frozen_table_has_a_row_for_each_condition_or_one_for_all() -> None:
    table = ConditionTable(torch.randn(8, 5, generator=torch.Generator().manual_seed(0)))
    condition = Condition.of([0, 17, 63, 17])
    torch.testing.assert_close(rows_at(table.all_rows(), condition), table(condition))
    shared = torch.ones(1, 5)
    assert rows_at(shared, condition) is shared


def test_rows_are_linear_between_anchors() -> None:
    anchors = torch.randn(8, 5, generator=torch.Generator().manual_seed(0))
    rows = ConditionTable(anchors).all_rows().detach()
    torch.testing.assert_close(rows[::9], anchors)
    torch.testing.assert_close(rows[12], anchors[1] * 2 / 3 + anchors[2] / 3)
    torch.testing.assert_close(rows[62], anchors[6] / 9 + anchors[7] * 8 / 9)


def test_anchors_of_another_number_are_refused() -> None:
    with pytest.raises(ValueError, match=r"got anchors of shape \(7, 5\)"):
        ConditionTable(torch.zeros(7, 5))


def test_a_gain_scales_each_sample_by_its_quality() -> None:
    gain = Gain(torch.linspace(0, 7, 8)[:, None].log1p().repeat(1, 2))
    scaled = gain(torch.ones(2, 2, 1, 1), Condition.of([0, 63]))
    torch.testing.assert_close(scaled.flatten(1), torch.tensor([[1.0, 1.0], [8.0, 8.0]]))
