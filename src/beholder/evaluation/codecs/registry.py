"""The codecs by the names that the command line gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.codec import Codec
from beholder.evaluation.codecs.jpeg import jpeg
from beholder.evaluation.codecs.webp import webp

_CODECS: Mapping[str, Callable[[], Codec | Absent]] = {
    "jpeg": lambda: jpeg("jpeg", "4:2:0"),
    "jpeg:444": lambda: jpeg("jpeg:444", "4:4:4"),
    "webp": webp,
}


def find_codec(name: str) -> Codec | Absent:
    """Returns the codec of a name, or what is missing for it on this machine.

    Raises:
        UsageError: No codec has that name.
    """
    if name not in _CODECS:
        raise UsageError(f"unknown codec {name!r}; known are {', '.join(_CODECS)}")
    return _CODECS[name]()


def all_codecs() -> dict[str, Codec | Absent]:
    """Returns every codec by its name, those that are absent here included."""
    return {name: find_codec(name) for name in _CODECS}
