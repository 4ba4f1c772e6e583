"""What a caller may ask of the learned codec's encoder: one dataclass for Python and the command line."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, TypeAlias, TypedDict, get_args

from beholder.learned.container import QUALITIES
from beholder.option_values import (
    TARGETS,
    MetadataPolicy,
    check_choice,
    check_rates,
    checked_color,
    checked_number,
    samples_of_color,
)

DEFAULT_QUALITY = 32

Rounding: TypeAlias = Literal["cheapest", "nearest"]


class LearnedKeywords(TypedDict, total=False):
    """The fields of `LearnedOptions` as keyword arguments."""

    quality: int | None
    bpp: float | None
    size_bytes: int | None
    psnr: float | None
    ssimulacra2: float | None
    background: str | None
    metadata: MetadataPolicy
    rounding: Rounding
    weights: str | None
    device: str | None
    threads: int | None


# The ways to say how large or how good the result shall be, and the values each allows.
_RATES: dict[str, tuple[float, float]] = {"quality": (0, QUALITIES - 1), **TARGETS}


@dataclass(frozen=True, kw_only=True)
class LearnedOptions:
    """How to encode.

    At most one of quality, bpp, size_bytes, psnr and ssimulacra2 is given; without any, quality is 32.

    Attributes:
        quality: 0..63, whole; about 0.1 to 1.5 bits a pixel over photographs.
        bpp: Bits a pixel of the whole file, at most.
        size_bytes: Size of the file, at most.
        psnr: dB over RGB, at least.
        ssimulacra2: SSIMULACRA2 score, at least.
        background: Colour behind transparent pixels, ``#rrggbb``, ``#rgb``, ``white`` or ``black``. None
            refuses them.
        metadata: ``keep`` profile, EXIF and XMP, or ``strip`` what does not change how the picture looks
            (profile and orientation stay).
        rounding: Of latents: to what costs least in bits and error (``cheapest``), or to the ``nearest``.
        weights: Name of weights that ship with the package, or a file. None: the usual ones.
        device: Such as ``cpu`` or ``cuda:1``. None: a GPU where there is one.
        threads: Of one picture; the bytes do not depend on it. None: as many as torch takes.
    """

    quality: int | None = None
    bpp: float | None = None
    size_bytes: int | None = None
    psnr: float | None = None
    ssimulacra2: float | None = None
    background: str | None = None
    metadata: MetadataPolicy = "keep"
    rounding: Rounding = "cheapest"
    weights: str | None = None
    device: str | None = None
    threads: int | None = None

    def __post_init__(self) -> None:
        """Checks every value.

        Raises:
            UsageError: A value that is not allowed, or more than one way to say how large the result shall
                be.
        """
        if not check_rates(self, _RATES, whole=("quality", "size_bytes")):
            object.__setattr__(self, "quality", DEFAULT_QUALITY)
        check_choice("metadata", self.metadata, get_args(MetadataPolicy))
        check_choice("rounding", self.rounding, get_args(Rounding))
        if self.threads is not None:
            object.__setattr__(self, "threads", checked_number("threads", self.threads, 1, 1024, whole=True))
        if self.background is not None:
            object.__setattr__(self, "background", checked_color(self.background))

    @property
    def background_color(self) -> tuple[int, int, int] | None:
        """The background as sRGB, 0..255."""
        return samples_of_color(self.background)


OPTION_NAMES = tuple(field.name for field in fields(LearnedOptions))
RATE_NAMES = tuple(_RATES)
