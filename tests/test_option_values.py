"""Checks of options beyond what tests of the codecs' own options reach."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from beholder.errors import UsageError
from beholder.option_values import (
    check_choice,
    check_rates,
    checked_color,
    checked_number,
    samples_of_color,
)


@pytest.mark.parametrize("value", [2, 2.5, Fraction(5, 2), np.float16(2.5), np.int8(2)])
def test_numbers_become_pythons_own(value: float) -> None:
    number = checked_number("name", value, 0, 3)
    assert number == value
    assert type(number) in (int, float)


@pytest.mark.parametrize(
    "value", [None, "2", b"2", 2j, Decimal(2), [2], np.bool_(True), np.array([1.0, 2.0])]
)
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(UsageError, match=r"name is .*; it must be a number from 0 to 3"):
        checked_number("name", value, 0, 3)


def test_a_whole_number_stays_exact() -> None:
    assert checked_number("name", 2**60 + 1, 0, 1e30, whole=True) == 2**60 + 1


def test_a_choice_is_told_with_what_else_there_is() -> None:
    check_choice("name", "b", ("a", "b"))
    with pytest.raises(UsageError) as caught:
        check_choice("name", "c", ("a", "b"), "(or a file)")
    assert str(caught.value) == "name is 'c'; it must be one of 'a', 'b' (or a file)"
    with pytest.raises(UsageError) as caught:
        check_choice("name", ["a"], ("a", "b"))
    assert str(caught.value) == "name is ['a']; it must be one of 'a', 'b'"


@dataclass(frozen=True)
class _Options:
    size: float | None = None
    count: float | None = None


_RATES = {"size": (0.5, 3.0), "count": (1.0, 9.0)}


def test_at_most_one_rate_is_given_and_becomes_pythons_own() -> None:
    options = _Options(count=np.int8(4))
    assert check_rates(options, _RATES, whole=("count",)) == ["count"]
    assert type(options.count) is int
    assert check_rates(_Options(), _RATES, whole=("count",)) == []
    with pytest.raises(UsageError) as caught:
        check_rates(_Options(size=1, count=1), _RATES, whole=("count",))
    assert str(caught.value) == "got size and count; give one of size, count"


@pytest.mark.parametrize("options", [_Options(count=2.5), _Options(size=0.25), _Options(count=10)])
def test_a_rate_that_is_not_allowed_is_refused(options: _Options) -> None:
    with pytest.raises(UsageError, match=r"must be a (whole )?number from"):
        check_rates(options, _RATES, whole=("count",))


@pytest.mark.parametrize(
    ("value", "color", "samples"),
    [
        ("#000000", "#000000", (0, 0, 0)),
        ("#0aF", "#00aaff", (0, 170, 255)),
        ("#1234AB", "#1234ab", (18, 52, 171)),
        ("WHITE", "#ffffff", (255, 255, 255)),
        ("black", "#000000", (0, 0, 0)),
    ],
)
def test_colours(value: str, color: str, samples: tuple[int, int, int]) -> None:
    assert checked_color(value) == color
    assert samples_of_color(color) == samples
    assert checked_color(color) == color


@pytest.mark.parametrize(
    "value", ["", "fff", "#ff", "#ffff", "#fffff", "#fffffff", "#ggg", "#fff\n", " #fff", "white ", 0xFFF]
)
def test_what_is_no_colour_is_refused(value: object) -> None:
    with pytest.raises(UsageError) as caught:
        checked_color(value)
    assert str(caught.value) == f"background is {value!r}; it must be '#rrggbb', '#rgb', 'white' or 'black'"


def test_no_colour_has_no_samples() -> None:
    assert samples_of_color(None) is None
