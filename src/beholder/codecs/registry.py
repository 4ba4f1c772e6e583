"""The codecs by name, and by the content of files. A new codec is a file and a line here."""

from __future__ import annotations

from importlib import import_module
from typing import Literal, TypeAlias

from beholder.codecs.codec import Codec
from beholder.errors import InputError, UsageError

CodecName: TypeAlias = Literal["jpeg", "learned"]

# Modules that have a `CODEC`. They load neither numpy nor torch before their codec reads or computes.
CODECS = {"jpeg": "beholder.codecs.jpeg", "learned": "beholder.codecs.learned"}


def find_codec(name: str) -> Codec:
    """Return the codec of a name.

    Raises:
        UsageError: There is none.
    """
    if name not in CODECS:
        raise UsageError(f"codec is {name!r}; it must be one of {', '.join(CODECS)}")
    codec: Codec = import_module(CODECS[name]).CODEC
    return codec


def all_codecs() -> list[Codec]:
    """Return all codecs."""
    return [find_codec(name) for name in CODECS]


def recognised_codec(data: bytes) -> Codec | None:
    """Return the codec whose files begin like this one; None for other files."""
    return next((codec for codec in all_codecs() if codec.recognises(data)), None)


def codec_of_file(data: bytes, name: str) -> Codec:
    """Return the codec of a file, told by its content; `name` is what messages call it.

    Raises:
        InputError: No codec recognises it.
    """
    codec = recognised_codec(data)
    if codec is None:
        known = " or ".join(f"{codec.name} ({codec.suffix})" for codec in all_codecs())
        raise InputError(f"{name}: not a file of the codecs {known}")
    return codec


def codecs_with_option(name: str) -> tuple[str, ...]:
    """Return the names of the codecs whose `Options` have a field of this name."""
    return tuple(codec for codec in CODECS if name in find_codec(codec).Options.__dataclass_fields__)
