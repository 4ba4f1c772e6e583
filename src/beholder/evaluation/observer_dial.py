"""Names of codecs that differ in how much they encode for a machine alone: places on one dial."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from beholder.errors import UsageError
from beholder.learned.container import LARGEST_DIAL
from beholder.learned.options import LearnedOptions
from beholder.observers import DEFAULT_WEIGHT, MachineName
from beholder.observers.grammar import Name


@dataclass(frozen=True)
class DialPlace:
    """Where a codec stands on a dial.

    Attributes:
        dial: The codec's name without the observer.
        alpha: 0 for people alone, 1 for a machine alone.
    """

    dial: str
    alpha: float


def dial_place(codec: str) -> DialPlace | None:
    """Return where a codec stands; None for one without a dial.

    >>> dial_place("learned+rounding=nearest+observer=0.5")
    DialPlace(dial='learned+rounding=nearest', alpha=0.5)
    >>> dial_place("beholder:machine:yolox_nano+weight=0.75")
    DialPlace(dial='beholder:machine:yolox_nano', alpha=0.75)
    """
    name = Name.parse(codec)
    try:
        if name.word == "learned":
            return _of_learned(name)
        if name.word == "beholder":
            return _of_jpeg(name)
    except UsageError:  # a name of another version
        pass
    return None


def dials(codecs: Iterable[str]) -> dict[str, dict[float, str]]:
    """Return the codecs by alpha, ascending, by dial; only dials on which two of them stand apart."""
    found: dict[str, dict[float, str]] = {}
    for codec in codecs:
        place = dial_place(codec)
        if place is not None:
            found.setdefault(place.dial, {}).setdefault(place.alpha, codec)
    return {dial: dict(sorted(places.items())) for dial, places in found.items() if len(places) > 1}


def _of_learned(name: Name) -> DialPlace:
    own, others = name.split(("observer=ALPHA",))
    observer = dict(own.options).get("observer")
    options = LearnedOptions() if observer is None else LearnedOptions(observer=observer)
    try:
        alpha = float(options.observer)
    except ValueError:  # a word
        alpha = options.observer_dial / LARGEST_DIAL
    return DialPlace(str(others), alpha)


def _of_jpeg(name: Name) -> DialPlace | None:
    observer = Name.of_head(name.argument or "")
    if observer.word != "machine":
        return None
    own, others = name.split(("weight=W",))
    weight = MachineName.of(replace(observer, options=own.options)).weight
    return DialPlace(str(others), DEFAULT_WEIGHT if weight is None else weight)
