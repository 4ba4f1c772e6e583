"""What a caller may ask of the learned codec's encoder: one dataclass for Python, flags and TOML files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from beholder.codec_options import TARGET, DecodeOptions, EncodeOptions
from beholder.learned.container import QUALITIES
from beholder.options import option

DEFAULT_QUALITY = 32

Rounding: TypeAlias = Literal["cheapest", "nearest"]


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
