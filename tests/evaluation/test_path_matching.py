"""Which picture a label means."""

from pathlib import Path

import pytest

from beholder.errors import UsageError
from beholder.evaluation.path_matching import match_paths


def matched(known: dict[str, int], *names: str, suffixes: bool = True) -> dict[str, int]:
    paths = {name: Path("/data/set", name) for name in names}
    return match_paths(paths, known, "the label", suffixes=suffixes)


@pytest.mark.parametrize(
    "word",
    [
        "cat/1.jpg",
        "./cat/1.jpg",
        "cat//1.jpg",
        "cat\\1.jpg",
        ".\\cat\\1.jpg",
        "/data/set/cat/1.jpg",
        "set/cat/1.jpg",
        "../set/cat/1.jpg",
        "..\\set\\x\\..\\cat\\1.jpg",
    ],
)
def test_paths_as_people_write_them(word: str) -> None:
    assert matched({word: 3, "other.jpg": 4}, "cat/1.jpg", "dog/1.jpg") == {"cat/1.jpg": 3}


def test_names_may_hold_backslashes() -> None:
    assert matched({"a\\b.jpg": 3}, "a\\b.jpg") == {"a\\b.jpg": 3}


def test_a_bare_name_that_fits_two_pictures_is_refused() -> None:
    for names in (("cat/1.jpg", "dog/1.jpg"), ("dog/1.jpg", "cat/1.jpg")):
        with pytest.raises(UsageError, match=r"the label of 1.jpg fits \w+/1.jpg and \w+/1.jpg"):
            matched({"1.jpg": 3}, *names)
        with pytest.raises(UsageError, match=r"the label of 1.jpg fits"):  # it may mean the cat's as well
            matched({"cat/1.jpg": 5, "1.jpg": 3}, *names)


def test_an_exact_name_wins_over_the_end_of_a_path() -> None:
    known = {"1.jpg": 3, "a/1.jpg": 5}
    assert matched(known, "1.jpg", "a/1.jpg") == known
    assert matched({"1.jpg": 3}, "1.jpg", "a/1.jpg") == {"1.jpg": 3}


def test_two_labels_of_one_picture_must_agree() -> None:
    with pytest.raises(UsageError, match=r"of a/1\.jpg is given twice, under a/1\.jpg and under \./a/1\.jpg"):
        matched({"a/1.jpg": 3, "./a/1.jpg": 4}, "a/1.jpg", "2.jpg")
    assert matched({"a/1.jpg": 3, "./a/1.jpg": 3}, "a/1.jpg") == {"a/1.jpg": 3}
    with pytest.raises(UsageError, match=r"of 1\.jpg is given twice, under set/1\.jpg and under 1\.jpg"):
        matched({"set/1.jpg": 3, "1.jpg": 4}, "1.jpg")
    with pytest.raises(UsageError, match="given twice"):
        matched({"set/a/1.jpg": 3, "1.jpg": 4}, "a/1.jpg", "b/2.jpg")


def test_labels_of_no_picture_are_refused() -> None:
    with pytest.raises(UsageError, match=r"none belongs to a given picture; the first is of /x/9.jpg"):
        matched({"/x/9.jpg": 3}, "9.png", "1.jpg")
    assert matched({}, "1.jpg") == {}


def test_without_suffixes() -> None:
    assert matched({"a/1": 3}, "a/1.jpg", "a/2.jpg", suffixes=False) == {"a/1.jpg": 3}
    with pytest.raises(UsageError, match=r"fits a/1\.jpg and b/1\.png"):
        matched({"1": 3}, "a/1.jpg", "b/1.png", suffixes=False)
