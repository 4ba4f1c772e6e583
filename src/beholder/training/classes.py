"""Classes of pictures, such as photographs and screen content: what is in them and how often they come."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from beholder.errors import UsageError

UNNAMED = "pictures"  # the class of places that name none
_ENTRY = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)=(.*)", re.DOTALL)


@dataclass(frozen=True)
class PictureClass:
    """Pictures that belong together.

    Attributes:
        name: Such as ``screen``.
        places: Folders, files and tar shards.
        share: Part of the crops that come from it; None: by its number of pictures, of what the others leave.
    """

    name: str
    places: tuple[str, ...]
    share: float | None = None


def as_entries(name: str, value: object) -> tuple[str, ...]:
    """Return a list of texts of a configuration; a table of classes becomes ``CLASS=TEXT`` entries.

    Args:
        name: Of the key.
        value: A list of texts, or a table of a text, a number or a list of texts for each class.

    Raises:
        UsageError: The value is something else.
    """
    if isinstance(value, Mapping):
        entries = [
            (key, own)
            for key, owned in value.items()
            for own in (owned if isinstance(owned, list | tuple) else (owned,))
        ]
        if all(isinstance(own, str | int | float) and not isinstance(own, bool) for _, own in entries):
            if wrong := [key for key in value if not _ENTRY.fullmatch(f"{key}=")]:
                raise UsageError(
                    f"{name}: {wrong[0]!r} is not a valid class name; use letters, digits, _ and -"
                )
            return tuple(f"{key}={own}" for key, own in entries)
    elif isinstance(value, list | tuple) and all(isinstance(text, str) for text in value):
        return tuple(value)
    raise UsageError(f"{name} is {value!r}; it must be a list of texts, or a table with a class for each key")


def picture_classes(
    name: str, entries: Sequence[str], shares: Sequence[str] = ()
) -> tuple[PictureClass, ...]:
    """Return the classes of ``PATH`` and ``CLASS=PATH`` entries, in the order in which they first come.

    A path that looks like ``CLASS=PATH`` itself is written as ``./a=b``.

    Args:
        name: Of the key, for messages.
        entries: Of the configuration.
        shares: ``CLASS=PART``.

    Raises:
        UsageError: A share is of no class or not from 0 to 1, or they leave nothing to the other classes.
    """
    places: dict[str, list[str]] = {}
    for entry in entries:
        found = _ENTRY.fullmatch(entry)
        places.setdefault(found[1] if found else UNNAMED, []).append(found[2] if found else entry)
    parts = _parts(shares)
    if unknown := parts.keys() - places.keys():
        raise UsageError(
            f"shares has {', '.join(sorted(unknown))}, and {name} has {', '.join(places)}; "
            f"write {name} as CLASS=PATH"
        )
    total = sum(parts.values())
    if total > 1 + 1e-9:
        raise UsageError(f"shares add up to {total:g}; they are parts of 1")
    if parts and parts.keys() == places.keys() and total < 1 - 1e-9:
        raise UsageError(f"shares add up to {total:g}, and there is no class for the rest; they must make 1")
    if parts.keys() < places.keys() and total > 1 - 1e-9:
        left = ", ".join(sorted(places.keys() - parts.keys()))
        raise UsageError(f"shares add up to 1 and leave nothing for {left}; give every class a share")
    return tuple(PictureClass(key, tuple(own), parts.get(key)) for key, own in places.items())


def _parts(shares: Sequence[str]) -> dict[str, float]:
    parts: dict[str, float] = {}
    for share in shares:
        found = _ENTRY.fullmatch(share)
        try:
            part = float(found[2]) if found else -1.0
        except ValueError:
            part = -1.0
        if not found or not 0 < part <= 1:
            raise UsageError(f"shares has {share!r}; write CLASS=PART with a part above 0 to 1")
        if found[1] in parts:
            raise UsageError(f"shares names {found[1]} twice")
        parts[found[1]] = part
    return parts
