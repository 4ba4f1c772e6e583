"""The search for a setting, on curves that are made up."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from beholder.jpeg.meet_target import SCALES
from beholder.targets.search import Guide, Settings, Trial, search

Curve = Callable[[float], float]


def search_scale(
    curve: Curve, counter: list[float], target: float, *, slope: float, estimate: Curve | None = None
) -> Trial[float] | None:
    """Files are their scales."""

    def encode(scale: float) -> float:
        assert SCALES.lowest <= scale <= SCALES.highest
        counter.append(scale)
        return scale

    guide = Guide(start=20.0, slope=slope, tolerance=0.01, estimate=estimate)
    return search(encode, curve, target, SCALES, guide)


CURVES: dict[str, tuple[Curve, float]] = {
    "falling power": (lambda scale: 1e5 * scale**-1.1, -1.1),
    "flat, then steep": (lambda scale: 1e5 / (1 + (scale / 30) ** 2), -1.1),
    "with a floor": (lambda scale: 400 + 1e5 * scale**-1.3, -1.1),
    "rising power": (lambda scale: 0.05 * scale**1.5, 1.5),
    "rising and bent": (lambda scale: 3 + 0.02 * scale**1.8 / (1 + scale / 50), 1.5),
    "in steps": (lambda scale: 1e5 * round(scale, 1) ** -1.1, -1.1),
    "with ripples": (lambda scale: 1e5 * scale**-1.0 * (1 + 0.004 * math.sin(40 * math.log(scale))), -1.1),
}


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("at", [2.0, 11.0, 60.0, 300.0])
@pytest.mark.parametrize("estimated", [False, True])
def test_the_search_meets_any_curve(name: str, at: float, estimated: bool) -> None:
    curve, slope = CURVES[name]
    target = curve(at)
    counter: list[float] = []
    found = search_scale(
        curve,
        counter,
        target,
        slope=slope,
        estimate=(lambda scale: 1.2 * curve(scale)) if estimated else None,
    )
    assert found is not None
    assert found.amount <= target
    assert found.amount >= 0.98 * target
    assert len(counter) <= 12


def test_a_good_estimate_saves_encodes() -> None:
    curve, slope = CURVES["falling power"]
    counter: list[float] = []
    search_scale(
        curve,
        counter,
        curve(77.0),
        slope=slope,
        estimate=lambda scale: 0.9 * curve(scale),
    )
    assert len(counter) <= 2


@pytest.mark.parametrize(
    ("curve", "slope"), [(lambda scale: 500 / scale + 100, -1.0), (lambda scale: 90 + scale, 1.5)]
)
def test_nothing_is_found_out_of_reach(curve: Curve, slope: float) -> None:
    counter: list[float] = []
    assert search_scale(curve, counter, 80.0, slope=slope) is None
    assert counter[-1] in (SCALES.lowest, SCALES.highest)


def test_an_amount_of_zero_is_within() -> None:
    counter: list[float] = []
    found = search_scale(lambda scale: 0.0, counter, 5.0, slope=1.5)
    assert found is not None
    assert found.amount == 0


MOST_TRIALS = 12  # five secants beyond the first trial, then halving of what can be left
QUALITIES = 64
QUALITY_RANGE = range(QUALITIES)
WHOLE = Settings(lowest=0, highest=63, is_whole=True, narrow=1.5, halvings=range(5, 64))

# Amounts that rise; those that fall are the same from the other end.
WHOLE_CURVES: dict[str, Callable[[int], float]] = {
    "as bytes over photographs": lambda quality: 3e4 * 15 ** (quality / 63),
    "steeper": lambda quality: 3e4 * 200 ** (quality / 63),
    "with metadata of half its size": lambda quality: 3e4 * (1 + 15 ** (quality / 63)),
    "bent": lambda quality: math.exp(4 * math.sqrt(quality / 63)),
    "flat": lambda quality: 500.0,
    "in steps": lambda quality: 2.0 ** (quality // 8),
    "a cliff": lambda quality: 1.0 if quality < 40 else 1000.0,
    "zero, then something": lambda quality: max(0.0, quality - 30.0),
}


class Encoder:
    """Gives files of a table of amounts, and counts them."""

    def __init__(self, amounts: list[float]) -> None:
        self._amounts = amounts
        self.tried: list[float] = []

    def __call__(self, quality: float) -> str:
        assert quality in QUALITY_RANGE
        self.tried.append(quality)
        return f"file {quality}"

    def amount(self, file: str) -> float:
        return self._amounts[int(file.removeprefix("file "))]


def search_whole(encode: Encoder, target: float, *, rises: bool, start: int) -> Trial[str] | None:
    slope = math.log(15) / QUALITIES * (1 if rises else -1)
    return search(encode, encode.amount, target, WHOLE, Guide(start=start, slope=slope))


def best_quality(amounts: list[float], target: float, *, rises: bool) -> int | None:
    """By trying them all."""
    meeting = [quality for quality in QUALITY_RANGE if amounts[quality] <= target]
    if not meeting:
        return None
    return max(meeting) if rises else min(meeting)


def checked_search(amounts: list[float], target: float, *, rises: bool, start: int) -> int:
    """Compares with all qualities; returns the number of trials."""
    encode = Encoder(amounts)
    found = search_whole(encode, target, rises=rises, start=start)
    expected = best_quality(amounts, target, rises=rises)
    assert (None if found is None else found.setting) == expected
    if found is not None:
        assert found == Trial(found.setting, amounts[int(found.setting)], f"file {found.setting}")
    assert encode.tried[0] == start
    assert len(set(encode.tried)) == len(encode.tried), "nothing is encoded twice"
    return len(encode.tried)


def amounts_of(name: str, *, rises: bool) -> list[float]:
    amounts = [WHOLE_CURVES[name](quality) for quality in QUALITY_RANGE]
    return amounts if rises else amounts[::-1]


@pytest.mark.parametrize("rises", [True, False])
@pytest.mark.parametrize("name", WHOLE_CURVES)
def test_the_search_finds_what_trying_all_finds(name: str, rises: bool) -> None:
    amounts = amounts_of(name, rises=rises)
    between = [(first + second) / 2 for first, second in pairwise(amounts)]
    beyond = [min(amounts) * 0.9 - 1e-3, max(amounts) * 1.1]
    for target in sorted({*amounts, *between, *beyond}):
        for start in (0, 1, 31, 62, 63):
            trials = checked_search(amounts, target, rises=rises, start=start)
            assert trials <= MOST_TRIALS


@pytest.mark.parametrize("rises", [True, False])
def test_few_trials_are_made_of_what_codecs_give(rises: bool) -> None:
    numbers = []
    for name, most in (
        ("as bytes over photographs", 4),
        ("steeper", 6),
        ("with metadata of half its size", 8),
        ("bent", 9),
    ):
        amounts = amounts_of(name, rises=rises)
        for target in [1.001 * amount for amount in amounts]:
            for start in QUALITY_RANGE:
                numbers.append(checked_search(amounts, target, rises=rises, start=start))
                assert numbers[-1] <= most, name
    assert np.mean(numbers) < 4.5


@given(
    st.lists(st.floats(0, 1e12), min_size=QUALITIES, max_size=QUALITIES),
    st.floats(0, 1e12),
    st.booleans(),
    st.integers(0, QUALITIES - 1),
)
@example([0.0] * QUALITIES, 0.0, True, 0)
@example([1.0] * QUALITIES, 0.5, False, 63)
def test_any_monotone_curve(amounts: list[float], target: float, rises: bool, start: int) -> None:
    ordered = sorted(amounts, reverse=not rises)
    assert checked_search(ordered, target, rises=rises, start=start) <= MOST_TRIALS
    checked_search(ordered, amounts[0], rises=rises, start=start)


@given(
    st.lists(st.floats(0, 1e6), min_size=QUALITIES, max_size=QUALITIES),
    st.floats(0, 1e6),
    st.booleans(),
    st.integers(0, QUALITIES - 1),
)
def test_of_any_curve_the_result_meets_the_target_and_its_neighbour_does_not(
    amounts: list[float], target: float, rises: bool, start: int
) -> None:
    encode = Encoder(amounts)
    found = search_whole(encode, target, rises=rises, start=start)
    assert len(encode.tried) <= MOST_TRIALS
    if found is None:
        assert all(amounts[quality] > target for quality in encode.tried)
        assert encode.tried[-1] == (0 if rises else 63), "the last resort was tried"
        return
    assert found.amount == amounts[int(found.setting)] <= target
    neighbour = int(found.setting) + (1 if rises else -1)
    if neighbour in QUALITY_RANGE:
        assert neighbour in encode.tried
        assert amounts[neighbour] > target
