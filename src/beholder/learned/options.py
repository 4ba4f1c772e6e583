"""What a caller may ask of the learned codec's encoder: one dataclass for Python, flags and TOML files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from beholder.codec_options import TARGET, DecodeOptions, EncodeOptions
from beholder.errors import UsageError
from beholder.learned.container import LARGEST_DIAL, QUALITIES
from beholder.options import option

DEFAULT_QUALITY = 32

Rounding: TypeAlias = Literal["cheapest", "nearest"]

_OBSERVERS = {"human": 0.0, "mse": 0.0, "machine": 1.0}


def _checked_observer(name: str, value: object) -> str:
    """Return the observer as it was given, in text: a word, or a number from 0 to 1."""
    text = str(value)
    if text in _OBSERVERS:
        return text
    try:
        alpha = float(text)
    except ValueError:
        alpha = -1.0
    if isinstance(value, bool) or not 0 <= alpha <= 1:
        raise UsageError(
            f"{name} is {value!r}; for the learned codec it must be human, mse, machine, or a number from 0 "
            "(human) to 1 (machine)"
        )
    return text


@dataclass(frozen=True, kw_only=True, repr=False)
class LearnedOptions(DecodeOptions, EncodeOptions):
    """How to encode. Without a target, quality is 32."""

    quality: int | None = option(
        None,
        help=f"0 to {QUALITIES - 1}, whole, about 0.1 to 1.5 bits a pixel (default {DEFAULT_QUALITY})",
        metavar="Q",
        flags=("-q", "--quality"),
        minimum=0,
        maximum=QUALITIES - 1,
        **TARGET,
    )
    observer: str = option(
        "human",
        help="for whom: human, machine, or a number from 0 (human) to 1 (machine)",
        metavar="NAME",
        group="network",
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
            UsageError: A value that is not allowed, or more than one target.
        """
        super().__post_init__()
        if not self.target:
            object.__setattr__(self, "quality", DEFAULT_QUALITY)

    @property
    def observer_dial(self) -> int:
        """The observer as a file's header has it, 0..255."""
        alpha = _OBSERVERS[self.observer] if self.observer in _OBSERVERS else float(self.observer)
        return round(LARGEST_DIAL * alpha)

    @property
    def observer_alpha(self) -> float:
        """The observer as the network has it, 0..1, a multiple of 1/255."""
        return self.observer_dial / LARGEST_DIAL
