"""Huffman code lengths against an independent search."""

import heapq
import itertools
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder._core import optimal_code_lengths

MAX_LENGTH = 16


def to_counts(weights: list[int]) -> np.ndarray:
    counts = np.zeros(256, np.uint64)
    counts[: len(weights)] = weights
    return counts


def cost(weights: list[int], lengths: list[int]) -> int:
    return sum(weight * length for weight, length in zip(weights, lengths, strict=False))


def least_cost_under_limit(weights: list[int]) -> int:
    """Returns the least total bits with lengths up to 16 and the all-ones code free, by dynamic programming.

    Walks down the code tree: at each length some of the open nodes become leaves (the heaviest symbols
    first), the others split in two. The reserved code is a symbol of weight zero.
    """
    ordered = [*sorted(weights, reverse=True), 0]
    below = [*itertools.accumulate(reversed(ordered)), 0]  # below[k - 1]: weight of the k lightest

    @cache
    def search(placed: int, open_nodes: int, length: int) -> float:
        left = len(ordered) - placed
        if left == 0:
            return 0
        if open_nodes == 0 or length > MAX_LENGTH:
            return float("inf")
        # Every symbol not yet placed pays one bit here; more open nodes than symbols are no use.
        best = float("inf")
        for leaves in range(min(open_nodes, left) + 1):
            rest = left - leaves
            nodes = min(2 * (open_nodes - leaves), rest)
            best = min(best, search(placed + leaves, nodes, length + 1))
        return best + below[left - 1]

    return int(search(0, 2, 1))


def unlimited_huffman_cost(weights: list[int]) -> int:
    heap = [0, *weights]
    heapq.heapify(heap)
    total = 0
    while len(heap) > 1:
        merged = heapq.heappop(heap) + heapq.heappop(heap)
        total += merged
        heapq.heappush(heap, merged)
    return total


def check_code(weights: list[int], lengths: list[int]) -> None:
    assert all((length > 0) == (weight > 0) for weight, length in zip(weights, lengths, strict=False))
    assert max(lengths) <= MAX_LENGTH
    # Strictly below one: the last code of canonical order, all ones, is not given to a symbol.
    assert sum(2.0**-length for length in lengths if length) < 1


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=256).filter(any))
def test_equals_huffman_where_the_limit_does_not_bind(weights: list[int]) -> None:
    lengths = optimal_code_lengths(to_counts(weights))
    check_code(weights, lengths)
    used = [weight for weight in weights if weight]
    optimum = unlimited_huffman_cost(used)
    assert cost(weights, lengths) >= optimum
    if max(lengths) < MAX_LENGTH:
        assert cost(weights, lengths) == optimum


@given(st.lists(st.integers(0, 60), min_size=2, max_size=24))
def test_optimal_under_the_limit(exponents: list[int]) -> None:
    weights = [2**exponent for exponent in exponents]
    weights = [min(weight, 2**50) for weight in weights]
    lengths = optimal_code_lengths(to_counts(weights))
    check_code(weights, lengths)
    assert cost(weights, lengths) == least_cost_under_limit(weights)


def test_fibonacci_counts_reach_the_limit() -> None:
    weights = [1, 1]
    while len(weights) < 26:
        weights.append(weights[-1] + weights[-2])
    lengths = optimal_code_lengths(to_counts(weights))
    check_code(weights, lengths)
    assert max(lengths) == MAX_LENGTH
    assert cost(weights, lengths) == least_cost_under_limit(weights) > unlimited_huffman_cost(weights)


@pytest.mark.parametrize("symbols", [1, 2, 3, 128, 255, 256])
def test_equal_counts(symbols: int) -> None:
    weights = [5] * symbols
    lengths = optimal_code_lengths(to_counts(weights))
    check_code(weights, lengths)
    assert cost(weights, lengths) == unlimited_huffman_cost(weights)


def test_no_symbols() -> None:
    assert optimal_code_lengths(np.zeros(256, np.uint64)) == [0] * 256
