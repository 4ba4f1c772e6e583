from collections.abc import Sequence

import pytest

from beholder.evaluation.spread import spread


@pytest.mark.parametrize(
    ("count", "numbers"),
    [(0, []), (1, [0]), (2, [0, 5]), (99, list(range(10))), (None, list(range(10)))],
)
def test_spread(count: int | None, numbers: Sequence[int]) -> None:
    assert spread(range(10), count) == numbers
