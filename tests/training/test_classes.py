"""Classes of pictures in a configuration."""

import pytest

from beholder.errors import UsageError
from beholder.training.classes import PictureClass, as_entries, picture_classes
from beholder.training.config import TrainingConfig


def test_entries_without_a_class_are_one_class_and_shares_go_by_name() -> None:
    entries = ("photos", "screen=a/b", "./x=1", "screen=/c=d", "C:/e")
    assert picture_classes("data", entries, ("screen=0.25",)) == (
        PictureClass("pictures", ("photos", "./x=1", "C:/e")),
        PictureClass("screen", ("a/b", "/c=d"), 0.25),
    )


def test_a_table_is_the_same_as_entries() -> None:
    config = TrainingConfig(
        data={"photo": ["a", "b"], "screen": "c"},  # type: ignore[arg-type]  # as TOML gives it
        shares={"screen": 0.5},  # type: ignore[arg-type]
        output="o",
    )
    assert config.data == ("photo=a", "photo=b", "screen=c")
    assert config.shares == ("screen=0.5",)
    assert [(own.name, own.places, own.share) for own in config.classes] == [
        ("photo", ("a", "b"), None),
        ("screen", ("c",), 0.5),
    ]


@pytest.mark.parametrize(
    ("entries", "shares", "message"),
    [
        (("a=x",), ("b=0.5",), "shares has b, and data has a; write data as CLASS=PATH"),
        (("a=x", "b=y"), ("a=0.7", "b=0.7"), "add up to 1.4"),
        (("a=x", "b=y"), ("a=0.7", "b=0.2"), "add up to 0.9, and there is no class for the rest"),
        (("a=x", "b=y"), ("a=1",), "leave nothing for b"),
        (("a=x", "b=y"), ("a=0.1", "a=0.2"), "names a twice"),
        (("a=x",), ("a=much",), "write CLASS=PART with a part above 0 to 1"),
        (("a=x",), ("a=nan",), "write CLASS=PART"),
        (("a=x",), ("a=0",), "write CLASS=PART"),
        (("a=x",), ("a",), "write CLASS=PART"),
    ],
)
def test_wrong_shares_are_told(entries: tuple[str, ...], shares: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        picture_classes("data", entries, shares)


@pytest.mark.parametrize("value", ["a", [1], {"a": True}, {"a": {"b": "c"}}, 3])
def test_other_values_are_told(value: object) -> None:
    with pytest.raises(UsageError, match="must be a list of texts, or a table"):
        as_entries("data", value)


def test_a_key_that_is_no_name_of_a_class_is_told() -> None:
    with pytest.raises(UsageError, match="'my pictures' is not a valid class name"):
        as_entries("data", {"my pictures": "a"})
