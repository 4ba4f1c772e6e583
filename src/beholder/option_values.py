"""Checks of what callers give as options, alike for every codec."""

from __future__ import annotations

import numbers
import re
from collections.abc import Collection, Mapping
from typing import Literal, TypeAlias

from beholder.errors import UsageError

MetadataPolicy: TypeAlias = Literal["keep", "strip"]

# What a target may be, for every codec. 24 bpp is an uncompressed picture; 1e15 bytes are more than any
# picture has; PSNR of 8-bit samples that differ is 99 dB at most on pictures of a practical size.
TARGETS: dict[str, tuple[float, float]] = {
    "bpp": (0.001, 24.0),
    "size_bytes": (1.0, 1e15),
    "psnr": (1.0, 99.0),
    "ssimulacra2": (1.0, 99.0),
}

_COLOR_NAMES = {"white": "#ffffff", "black": "#000000"}


def checked_number(name: str, value: object, least: float, most: float, *, whole: bool = False) -> float:
    """Returns the value as a number of Python's own.

    Raises:
        UsageError: It is not a number, or out of range.
    """
    wanted = "a whole number" if whole else "a number"
    right_type = isinstance(value, numbers.Integral if whole else numbers.Real)  # numpy's scalars are both
    if isinstance(value, bool) or not right_type or not least <= value <= most:  # type: ignore[operator]
        raise UsageError(f"{name} is {value!r}; it must be {wanted} from {least:g} to {most:g}")
    return int(value) if isinstance(value, numbers.Integral) else float(value)  # type: ignore[arg-type]


def check_choice(name: str, value: object, allowed: tuple[str, ...], otherwise: str = "") -> None:
    """Refuses what is not among the values allowed.

    Raises:
        UsageError: Names them, followed by `otherwise`.
    """
    if not isinstance(value, str) or value not in allowed:
        choices = ", ".join(repr(choice) for choice in allowed)
        raise UsageError(f"{name} is {value!r}; it must be one of {choices} {otherwise}".rstrip())


def check_rates(
    options: object, rates: Mapping[str, tuple[float, float]], *, whole: Collection[str]
) -> list[str]:
    """Checks the ways to say how large or how good a result shall be, and puts Python's own numbers in place.

    Args:
        options: A frozen dataclass, in its `__post_init__`.
        rates: Fields of it, with the least and the most that each allows.
        whole: Those that take whole numbers alone.

    Returns:
        Which of them is given: one, or none.

    Raises:
        UsageError: More than one is given, or a value is not allowed.
    """
    given = [name for name in rates if getattr(options, name) is not None]
    if len(given) > 1:
        raise UsageError(f"got {' and '.join(given)}; give one of {', '.join(rates)}")
    for name in given:
        number = checked_number(name, getattr(options, name), *rates[name], whole=name in whole)
        object.__setattr__(options, name, number)
    return given


def checked_color(value: object) -> str:
    """Returns a background as ``#rrggbb``.

    Raises:
        UsageError: It is no colour.
    """
    text = value.lower() if isinstance(value, str) else ""
    text = _COLOR_NAMES.get(text, text)
    if re.fullmatch(r"#[0-9a-f]{3}", text):
        text = "#" + "".join(digit * 2 for digit in text[1:])
    if not re.fullmatch(r"#[0-9a-f]{6}", text):
        raise UsageError(f"background is {value!r}; it must be '#rrggbb', '#rgb', 'white' or 'black'")
    return text


def samples_of_color(color: str | None) -> tuple[int, int, int] | None:
    """Returns ``#rrggbb`` as sRGB, 0..255."""
    if color is None:
        return None
    red, green, blue = bytes.fromhex(color[1:])
    return red, green, blue
