"""Options: a frozen dataclass whose fields say all that checks, flags, TOML files and documentation need.

::

    class Options + option(default, help=..., minimum=...)
        --check_options--------> every value checked, of Python's own types
        --option_flags---------> flags of argparse, tables of the documentation
        --option_files---------> TOML files: read, written, an example of every key
"""

from __future__ import annotations

import math
import numbers
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from beholder.errors import UsageError


def option(
    default: Any = MISSING,
    *,
    help: str,  # noqa: A002 -- argparse's word
    metavar: str = "",
    group: str = "",
    **more: Any,
) -> Any:
    """Return a field of an options dataclass.

    Args:
        default: Its value unless it is given; without one it has to be given.
        help: What it means, for the command line, TOML files and the documentation.
        metavar: What stands for its value there.
        group: Heading of its flag.
        more: Further attributes of `Option`.
    """
    return field(default=default, metadata={"help": help, "metavar": metavar, "group": group, **more})


@dataclass(frozen=True, kw_only=True)
class Option:
    """What a field of an options dataclass says of itself.

    Attributes:
        name: Of the field.
        kind: bool, int, float, str, tuple (of texts), or an options dataclass that is nested.
        optional: Whether None is allowed, which follows from other values or turns something off.
        choices: All texts allowed, from a `Literal`; empty: any.
        default: Of the field; MISSING where it must be given.
        help: What it means.
        metavar: What stands for a value in help.
        group: Heading of its flag.
        minimum: Smallest number allowed.
        maximum: Largest number allowed.
        above: Number that a value is above.
        below: Number that a value is below.
        multiple: Number that a value is a multiple of.
        one_of: Name of a set of options of which at most one is given.
        flags: Of the command line, if it is not only the name with dashes.
        example: Value in an example, where there is no default.
        parse: Check of a value in place of those by kind; takes name and value, and returns the value.
        read: Value of a flag's text, in place of that by kind; raises ValueError.
    """

    name: str
    kind: type
    optional: bool
    choices: tuple[str, ...]
    default: Any
    help: str
    metavar: str
    group: str
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    below: float | None = None
    multiple: int = 1
    one_of: str = ""
    flags: tuple[str, ...] = ()
    example: Any = None
    parse: Callable[[str, object], Any] | None = None
    read: Callable[[str], object] | None = None

    @property
    def is_nested(self) -> bool:
        """Whether its value holds options itself."""
        return is_dataclass(self.kind)

    @property
    def all_flags(self) -> tuple[str, ...]:
        """Flags of the command line, the longest last."""
        return self.flags or ("--" + self.name.replace("_", "-"),)

    @property
    def allowed(self) -> str:
        """Values that are allowed, in words."""
        if self.choices:
            return f"one of {', '.join(map(repr, self.choices))}"
        if self.kind in (int, float):
            if self.multiple > 1:
                return f"a multiple of {self.multiple}"
            return ("a whole number" if self.kind is int else "a number") + self.range
        words = {bool: "true or false", str: "a text that is not empty", tuple: "a list of texts"}
        return words.get(self.kind, "a table of options")

    @property
    def range(self) -> str:
        """Numbers that are allowed, in words; empty: all."""
        if self.minimum is not None and self.maximum is None and self.below is None:
            return f" of at least {self.minimum:g}"
        low = f" from {self.minimum:g}" if self.minimum is not None else ""
        low = f" above {self.above:g}" if self.above is not None else low
        high = f" to {self.maximum:g}" if self.maximum is not None else ""
        return low + (f" to below {self.below:g}" if self.below is not None else high)

    def checked(self, value: Any) -> object:
        """Return a value as Python's own type.

        Raises:
            UsageError: It is not allowed.
        """
        if value is None and self.optional:
            return None
        if self.parse is not None:
            return self.parse(self.name, value)
        if isinstance(value, os.PathLike) and self.kind is str:
            value = os.fspath(value)
        if self.is_nested and isinstance(value, Mapping):
            return self.kind(**value)
        if not self._allows(value):
            raise UsageError(f"{self.name} is {value!r}; it must be {self.allowed}")
        return self.kind(value) if self.kind in (int, float) else value

    def from_text(self, text: str) -> object:
        """Return the value that a text says, as in the name of a codec.

        Raises:
            UsageError: It says none that is allowed.
        """
        value: object = {"true": True, "false": False}.get(text, text) if self.kind is bool else text
        if self.read is not None or self.kind in (int, float):
            try:
                value = (self.read or read_number)(text)
            except ValueError:
                value = text  # which is refused in words that say what is allowed
        return self.checked(value)

    def _allows(self, value: Any) -> bool:
        if self.kind in (int, float):
            number: Any = numbers.Integral if self.kind is int else numbers.Real  # numpy's scalars are both
            if isinstance(value, bool) or not isinstance(value, number):
                return False
            try:
                return self._in_range(self.kind(value))
            except OverflowError:  # of a whole number that is no float
                return False
        if self.choices:
            return isinstance(value, str) and value in self.choices
        return isinstance(value, self.kind) and not (value == "" and self.optional)

    def _in_range(self, value: float) -> bool:
        return (
            abs(value) < math.inf
            and (self.minimum is None or value >= self.minimum)
            and (self.maximum is None or value <= self.maximum)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
            and (self.multiple == 1 or value % self.multiple == 0)
        )


def options_of(cls: type) -> dict[str, Option]:
    """Return the options of a dataclass, by name."""
    return _options_of(cls)


@cache
def _options_of(cls: type) -> dict[str, Option]:
    hints = get_type_hints(cls)
    return {own.name: _option(own, hints[own.name]) for own in fields(cls)}


def _option(own: Any, hint: Any) -> Option:
    members = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    first = members[0]  # what flags and files can hold
    choices = get_args(first) if get_origin(first) is Literal else ()
    return Option(
        name=own.name,
        kind=str if choices else get_origin(first) or first,
        optional=type(None) in members,
        choices=choices,
        default=own.default,
        **own.metadata,
    )


class Options:
    """Base of options dataclasses, which are frozen and have `repr=False`."""

    def __post_init__(self) -> None:
        """Check every value.

        Raises:
            UsageError: A value is not allowed, or of a set of options more than one is given.
        """
        own = options_of(type(self))
        for name, option_ in own.items():
            object.__setattr__(self, name, option_.checked(getattr(self, name)))
        for kind in {option_.one_of for option_ in own.values()} - {""}:
            given = self.given_of(kind)
            if len(given) > 1:
                known = ", ".join(names_of(type(self), kind))
                raise UsageError(f"got {' and '.join(given)}; give one of {known}")

    def given_of(self, kind: str) -> list[str]:
        """Return the names of the options of a set that are given: one, or none."""
        return [name for name in names_of(type(self), kind) if getattr(self, name) is not None]

    def __repr__(self) -> str:
        """Return the options that differ from their defaults."""
        told = (f"{name}={value!r}" for name, value in self.differing().items())
        return f"{type(self).__name__}({', '.join(told)})"

    def differing(self) -> dict[str, Any]:
        """Return the options that differ from their defaults, by name."""
        values = {name: (getattr(self, name), own.default) for name, own in options_of(type(self)).items()}
        return {name: value for name, (value, default) in values.items() if value != default}


def names_of(cls: type, one_of: str | None = None) -> tuple[str, ...]:
    """Return the names of the options of a dataclass: all, or those of a set."""
    return tuple(name for name, own in options_of(cls).items() if one_of in (None, own.one_of))


_SIZE_FACTORS = {"": 1, "k": 1000, "M": 1000**2, "G": 1000**3, "Ki": 1024, "Mi": 1024**2, "Gi": 1024**3}


def read_size(text: str) -> int:
    """Return a size: digits with an optional k, M, G (thousands), Ki, Mi, Gi (1024) and B.

    Raises:
        ValueError: It says none, or less than one.

    >>> read_size("60k"), read_size("1.5M"), read_size("2KiB")
    (60000, 1500000, 2048)
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kKMG]i?)?B?", text.strip())
    if found:
        unit = found[2] or ""
        unit = unit.replace("k", "K") if "i" in unit else unit.replace("K", "k")
        size = float(found[1]) * _SIZE_FACTORS[unit]
        if 1 <= size < math.inf:
            return int(size)
    raise ValueError(f"{text!r} is not a size; write a number of bytes, or like 60k, 1.5M, 64Ki")


def read_number(text: str) -> float:
    """Return the number that a text says, whole where it is written so.

    Raises:
        ValueError: It says none.
    """
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    raise ValueError(f"{text!r} is not a number")
