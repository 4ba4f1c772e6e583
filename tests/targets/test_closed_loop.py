"""What both codecs' loops share, on a quadratic that needs no codec."""

import math

import numpy as np
import pytest

from beholder.targets.closed_loop import LoopLimits, MovedTarget, Seen, close_loop

LIMITS = LoopLimits(turns=8, steps_a_turn=0.5, steps=2.0)
WANTED = np.array([0.3, -1.1, 0.0, 1.9], np.float32)


def look(offset: np.ndarray, cheapness: float = 1.0) -> Seen:
    """Half the squared distance to what is wanted."""
    error = offset - WANTED
    return Seen(float(0.5 * error @ error), [error], [np.full(1, cheapness, np.float32)])


def moved() -> MovedTarget:
    return MovedTarget([WANTED.shape], [np.ones(1, np.float32)], LIMITS)


@pytest.mark.parametrize("cheapness", [0.01, 1.0, 50.0])
def test_moves_go_all_the_way_whatever_the_unit_of_cheapness(cheapness: float) -> None:
    target = moved()
    best = close_loop(target.offsets[0].copy, lambda file: 100, lambda file: look(file, cheapness), target, 8)
    np.testing.assert_allclose(best, WANTED, atol=1e-5)


def test_moves_keep_to_their_limits() -> None:
    target = moved()
    far = Seen(1000.0, [np.array([1.0, -1.0, 0.0, 0.1], np.float32)], [np.ones(1, np.float32)])
    for turn in range(1, 8):
        before = target.offsets[0].copy()
        assert target.move(far)
        assert np.abs(target.offsets[0] - before).max() <= 0.5
        np.testing.assert_array_equal(target.offsets[0][:3], [-min(turn / 2, 2), min(turn / 2, 2), 0])


def test_cheap_values_move_and_dear_ones_hardly_do() -> None:
    target = moved()
    cheapness = np.array([1.0, 1e-4, 1.0, 1.0], np.float32)
    assert target.move(Seen(0.05, [np.array([1.0, 1.0, 0.0, 0.5], np.float32)], [cheapness]))
    first, dear, none, half = target.offsets[0]
    assert first == pytest.approx(2 * half)
    assert dear == pytest.approx(1e-4 * first)
    assert none == 0


def test_values_beyond_the_picture_stay() -> None:
    target = MovedTarget([(3, 4, 2)], [np.ones(2, np.float32)], LIMITS)
    assert target.move(Seen(1.0, [np.ones((2, 3, 2), np.float32)], [np.ones(2, np.float32)]))
    assert (target.offsets[0][:2, :3] < 0).all()
    assert not target.offsets[0][2:].any()
    assert not target.offsets[0][:, 3:].any()


@pytest.mark.parametrize("seen", [Seen(0.0, [WANTED], [np.ones(1)]), Seen(1.0, [0 * WANTED], [np.ones(1)])])
def test_nothing_to_gain_ends_the_loop(seen: Seen) -> None:
    files = iter(range(99))
    assert close_loop(lambda: next(files), lambda file: 100, lambda file: seen, moved(), 8) == 0
    assert next(files) == 1, "there was one file"


def test_the_best_file_weighs_size_against_distance() -> None:
    """Half the distance is worth a file 2 ** 0.55 times as large, and near 0 nothing."""
    sizes = [1000, 1400, 1500, 1000]
    distances = [1.0, 0.5 - 0.025, 1e-9, 1e-9 + 0.2]
    cost = [math.log(size) + 0.55 * math.log(d + 0.05) for size, d in zip(sizes, distances, strict=True)]
    files = iter(range(4))
    best = close_loop(
        lambda: next(files),
        lambda file: sizes[file],
        lambda file: Seen(distances[file], [WANTED], [np.ones(1, np.float32)]),
        moved(),
        3,
    )
    assert best == int(np.argmin(cost)) == 2
