"""Conditions, and the rows that are learned for them."""

from fractions import Fraction

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


def test_rows_are_linear_between_observers() -> None:
    start = torch.randn(8, 5, generator=torch.Generator().manual_seed(0))
    table = ConditionTable(start, observers=3)
    with torch.no_grad():
        table.anchors.add_(torch.randn(24, 5, generator=torch.Generator().manual_seed(1)))
    anchors = table.anchors.detach().reshape(3, 8, 5)
    for number, dial in ((0, 0), (2, 255)):
        found = table(Condition.of([0, 27, 63], [dial / 255] * 3))
        torch.testing.assert_close(found, anchors[number, [0, 3, 7]])
    found = table(Condition.of([27, 27], [51 / 255, 204 / 255]))  # 0.2 and 0.8
    torch.testing.assert_close(found[0], 0.6 * anchors[0, 3] + 0.4 * anchors[1, 3])
    torch.testing.assert_close(found[1], 0.4 * anchors[1, 3] + 0.6 * anchors[2, 3])
    torch.testing.assert_close(table.all_rows().reshape(3, 64, 5)[:, ::9], anchors)


@pytest.mark.parametrize("observers", [2, 3, 5])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_frozen_rows_between_observers_are_the_nearest_integers(observers: int, dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(observers)
    rows = torch.randint(-(2**22), 2**22, (64 * observers, 3), generator=generator)
    dials = torch.arange(256)
    found = rows_at(rows.to(dtype), Condition.of(dials % 64, dials / 255))
    assert found.dtype == dtype
    for dial, row in zip(dials.tolist(), found.tolist(), strict=True):
        position = Fraction(dial * (observers - 1), 255)
        left = min(int(position), observers - 2)
        first, second = (rows[64 * (left + side) + dial % 64].tolist() for side in (0, 1))
        assert row == [round(a + (position - left) * (b - a)) for a, b in zip(first, second, strict=True)]


def test_a_table_without_a_dial_is_the_same_for_every_observer() -> None:
    table = ConditionTable(torch.randn(8, 5, generator=torch.Generator().manual_seed(0)))
    plain, other = Condition.of([3, 40]), Condition.of([3, 40], [0.3, 1.0])
    assert torch.equal(table(plain), table(other))
    assert torch.equal(rows_at(table.all_rows(), plain), rows_at(table.all_rows(), other))


def test_anchors_of_another_number_are_refused() -> None:
    with pytest.raises(ValueError, match=r"got anchors of shape \(7, 5\)"):
        ConditionTable(torch.zeros(7, 5))


def test_a_gain_scales_each_sample_by_its_quality() -> None:
    gain = Gain(torch.linspace(0, 7, 8)[:, None].log1p().repeat(1, 2))
    scaled = gain(torch.ones(2, 2, 1, 1), Condition.of([0, 63]))
    torch.testing.assert_close(scaled.flatten(1), torch.tensor([[1.0, 1.0], [8.0, 8.0]]))
