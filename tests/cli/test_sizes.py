"""Sizes as people write them."""

import pytest

from beholder.cli.output import format_size
from beholder.options import read_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1", 1),
        ("60000", 60_000),
        ("60k", 60_000),
        ("0.2k", 200),
        ("60K", 60_000),
        ("60kB", 60_000),
        ("1.5M", 1_500_000),
        ("1.5 MB", 1_500_000),
        ("2G", 2_000_000_000),
        ("64Ki", 65_536),
        ("64kiB", 65_536),
        ("2MiB", 2_097_152),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert read_size(text) == size


@pytest.mark.parametrize(
    "text", ["", "k", "0", "0.9", "-5", "1e3", "60kk", "60 bytes", "1,5M", "nan", "9" * 400]
)
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="is not a size"):
        read_size(text)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (999_499, "999 kB"),
        (999_500, "1 MB"),
        (1_234_567, "1.23 MB"),
        (7_654_321_000, "7.65 GB"),
    ],
)
def test_sizes_for_people(size: int, text: str) -> None:
    assert format_size(size) == text
