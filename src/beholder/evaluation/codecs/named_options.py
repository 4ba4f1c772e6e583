"""Options of our own codecs in their names: ``+key=value`` for what the codec's Options have."""

from __future__ import annotations

from typing import Any

from beholder.errors import UsageError
from beholder.observers.grammar import Name
from beholder.options import Options, options_of

# What a curve over qualities of arrays of pixels sets itself or has no use for.
_NOT_NAMED = ("observer", "weights", "lossless", "background", "metadata", "threads")


def named_options(name: Name, cls: type[Options]) -> dict[str, Any]:
    """Return the options that a codec's name sets, checked.

    Raises:
        UsageError: An option is unknown, given twice, or has a value that is not allowed.
    """
    known = {
        key: own for key, own in options_of(cls).items() if own.one_of != "target" and key not in _NOT_NAMED
    }
    name.check((":ARGUMENT", *(f"{key}=VALUE" for key in known)))
    try:
        return {key: known[key].from_text(value or "") for key, value in name.options}
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from error
