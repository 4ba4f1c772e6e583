"""Options of our own codecs in their names: ``+key=value`` for what the codec's Options have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from beholder.errors import UsageError
from beholder.observers.grammar import Name, bare_key
from beholder.options import Options, options_of

# What a curve over qualities of arrays of pixels sets itself or has no use for.
_NOT_NAMED = ("observer", "weights", "lossless", "background", "metadata", "threads")


def named_options(
    name: Name, cls: type[Options], short: Mapping[str, tuple[tuple[str, str | None], ...]] | None = None
) -> dict[str, Any]:
    """Return the options that a codec's name sets, checked.

    Args:
        name: Of the codec.
        cls: The codec's options.
        short: Options and their values by a word that stands for them; None is the value that the word has.

    Raises:
        UsageError: An option is unknown, given twice, or has a value that is not allowed.
    """
    short = short or {}
    known = {
        key: own for key, own in options_of(cls).items() if own.one_of != "target" and key not in _NOT_NAMED
    }
    name.check((":ARGUMENT", *short, *(f"{key}=VALUE" for key in known)))
    meant = {bare_key(key): pairs for key, pairs in short.items()}
    values: dict[str, Any] = {}
    for key, value in name.options:
        for option, fixed in meant.get(key, ((key, None),)):
            text = value if fixed is None else fixed
            if text is None:
                continue
            if option in values:
                raise UsageError(f"{name}: {option} is given twice; give it once")
            try:
                values[option] = known[option].from_text(text)
            except UsageError as error:
                raise UsageError(f"{name}: {error}") from error
    return values
