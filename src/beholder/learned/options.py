"""What a caller may ask of the learned codec's encoder: one dataclass for Python, flags and TOML files."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, TypeAlias

from beholder.codec_options import OBSERVER, TARGET, DecodeOptions, NetworkOptions
from beholder.errors import UsageError
from beholder.learned.container import LARGEST_DIAL, QUALITIES
from beholder.options import option

DEFAULT_QUALITY = 32
# Below 0 the file says 0, and latents are rounded coarser.
LOWEST_QUALITY = -24

Rounding: TypeAlias = Literal["cheapest", "nearest"]

_OBSERVERS = {"human": 0.0, "mse": 0.0, "machine": 1.0}


def observer_name(dial: int) -> str:
    """Return the observer of a file's dial, 0..255: human, machine, or a number that gives the dial again."""
    return {0: "human", LARGEST_DIAL: "machine"}.get(dial, f"{dial / LARGEST_DIAL:.3g}")


def _checked_observer(name: str, value: object) -> str:
    """Return the observer as it was given, in text: a word, or a number from 0 to 1."""
    text = str(value)
    if text in _OBSERVERS:
        return text
    alpha = math.nan
    if not isinstance(value, bool):
        with suppress(ValueError):
            alpha = float(text)
    if 0 <= alpha <= 1:
        return text
    allowed = "human, mse, machine, or a number from 0 (human) to 1 (machine)"
    if text.startswith(("machine:", "machine+")):
        raise UsageError(
            f"{name} is {value!r}; profiles, weights and what adapts are for the codec jpeg; for the learned "
            f"codec it must be {allowed}"
        )
    raise UsageError(f"{name} is {value!r}; for the learned codec it must be {allowed}")


@dataclass(frozen=True, kw_only=True, repr=False)
class LearnedOptions(DecodeOptions, NetworkOptions):
    """How to encode. Without a target, quality is 32."""

    quality: int | None = option(
        None,
        help=f"0 to {QUALITIES - 1}, whole, about 0.1 to 1.5 bits a pixel; with effort loop from "
        f"{LOWEST_QUALITY} (default {DEFAULT_QUALITY})",
        metavar="Q",
        flags=("-q", "--quality"),
        minimum=LOWEST_QUALITY,
        maximum=QUALITIES - 1,
        **TARGET,
    )
    observer: str = option(
        "human",
        help="for whom: human, machine, or a number from 0 (human) to 1 (machine)",
        **OBSERVER,
        parse=_checked_observer,
    )
    rounding: Rounding = option(
        "cheapest",
        help="of latents: to what costs least in bits and error (cheapest), or to the nearest",
        group="network",
    )

    def __post_init__(self) -> None:
        """Check every value.

        Raises:
            UsageError: A value that is not allowed, more than one target, or a model without use.
        """
        super().__post_init__()
        if self.model is not None and not self.shows_network:
            raise UsageError("a model looks with effort 'loop' or for a target kl; give one of them")
        if self.quality is not None and self.quality < self.lowest_quality:
            raise UsageError(
                f"quality is {self.quality}; below 0 it needs effort 'loop' with rounding 'cheapest'; give "
                "them, or a quality from 0 on"
            )
        if not self.target:
            object.__setattr__(self, "quality", DEFAULT_QUALITY)

    @property
    def lowest_quality(self) -> int:
        """The lowest quality that may be asked for, and that a search for a target tries."""
        return LOWEST_QUALITY if self.effort == "loop" and self.rounding == "cheapest" else 0

    @property
    def observer_dial(self) -> int:
        """The observer as a file's header has it, 0..255."""
        alpha = _OBSERVERS[self.observer] if self.observer in _OBSERVERS else float(self.observer)
        return round(LARGEST_DIAL * alpha)

    @property
    def observer_alpha(self) -> float:
        """The observer as the network has it, 0..1, a multiple of 1/255."""
        return self.observer_dial / LARGEST_DIAL
