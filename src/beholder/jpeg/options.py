"""What a caller may ask of the JPEG encoder: one dataclass for Python, the command line and TOML files."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal, TypeAlias, TypedDict, get_args

from beholder.errors import UsageError
from beholder.option_values import (
    TARGETS,
    MetadataPolicy,
    check_choice,
    check_rates,
    checked_color,
    checked_number,
    samples_of_color,
)

if TYPE_CHECKING:  # observers need numpy, options do not
    from beholder.observers import Observer

DEFAULT_QUALITY = 75.0

Subsampling: TypeAlias = Literal["4:2:0", "4:2:2", "4:4:4", "auto"]
Scans: TypeAlias = Literal["auto", "sequential", "progressive"]
Adapt: TypeAlias = Literal["none", "predictor", "network"]
Effort: TypeAlias = Literal["normal", "loop"]


class JpegKeywords(TypedDict, total=False):
    """The fields of `JpegOptions` as keyword arguments."""

    quality: float | None
    bpp: float | None
    size_bytes: int | None
    psnr: float | None
    ssimulacra2: float | None
    kl: float | None
    observer: str | Observer
    machine_weight: float | None
    adapt: Adapt | None
    model: str | None
    effort: Effort
    subsampling: Subsampling | None
    scans: Scans
    background: str | None
    metadata: MetadataPolicy
    lossless: bool
    threads: int


# The ways to say how large or how good the result shall be, and the values each allows.
_RATES: dict[str, tuple[float, float]] = {"quality": (1.0, 100.0), **TARGETS, "kl": (1e-6, 20.0)}


@dataclass(frozen=True, kw_only=True)
class JpegOptions:
    """How to encode.

    At most one of quality, bpp, size_bytes, psnr, ssimulacra2 and kl is given; without any, quality is 75.

    Attributes:
        quality: 1..100; the look of libjpeg-turbo at that quality, 4:2:0, on average over photographs.
        bpp: Bits a pixel of the whole file, at most.
        size_bytes: Size of the file, at most.
        psnr: dB over RGB, at least.
        ssimulacra2: SSIMULACRA2 score, at least.
        kl: How far the answer of `model` may move from that on the original, at most: nats for a classifier.
            Needs torch.
        observer: Whose errors are weighed: a name that `beholder.observers.parse` reads, such as ``human``,
            ``mse``, ``machine`` or ``machine:yolox_nano+network+weight=0.7``, or an object with a name and a
            `sensitivity` (`beholder.observers.Observer`).
        machine_weight: Of the machine in its mixture with `human`, 0..1. None: 0.5.
        adapt: What finds the regions that a machine uses: a small ``predictor``, the ``network`` itself
            (needs torch), or ``none``. None: the predictor, and with `effort` ``loop`` the network.
        model: The network: a name, a TorchScript file, or a TOML file that describes one.
            It brings its own profile, if it has one and no other is named. None:
            ``efficientnet_lite0``.
        effort: ``loop`` encodes several times, shows each result to the network and moves the coefficients
            that are aimed at, so that its answer stays; ``normal`` does not. Needs torch.
        subsampling: Of chroma; ``auto`` chooses. None: 4:2:0, and a JPEG keeps its own.
        scans: ``sequential``, ``progressive``, or ``auto``, the smaller file.
        background: Colour behind transparent pixels, ``#rrggbb``, ``#rgb``, ``white`` or ``black``. None
            refuses them.
        metadata: ``keep`` all that stays true, or ``strip`` what does not change how the picture looks
            (profile, orientation and density stay).
        lossless: Keep every level and table of a JPEG and optimise its coding alone; other pictures cannot
            be coded so.
        threads: Of one picture; the bytes do not depend on it.
    """

    quality: float | None = None
    bpp: float | None = None
    size_bytes: int | None = None
    psnr: float | None = None
    ssimulacra2: float | None = None
    kl: float | None = None
    observer: str | Observer = "human"
    machine_weight: float | None = None
    adapt: Adapt | None = None
    model: str | None = None
    effort: Effort = "normal"
    subsampling: Subsampling | None = None
    scans: Scans = "auto"
    background: str | None = None
    metadata: MetadataPolicy = "keep"
    lossless: bool = False
    threads: int = 1

    def __post_init__(self) -> None:
        """Checks every value.

        Raises:
            UsageError: A value that is not allowed, or more than one way to say how large the result shall
                be.
        """
        given = check_rates(self, _RATES, whole=("size_bytes",))
        if not isinstance(self.lossless, bool):
            raise UsageError(f"lossless is {self.lossless!r}; it must be true or false")
        if self.lossless and given:
            raise UsageError(f"got lossless and {given[0]}; a lossless file has the quality of its source")
        if not given and not self.lossless:
            object.__setattr__(self, "quality", DEFAULT_QUALITY)
        self._check_machine()
        if self.subsampling is not None:
            check_choice("subsampling", self.subsampling, get_args(Subsampling))
        check_choice("scans", self.scans, get_args(Scans))
        check_choice("metadata", self.metadata, get_args(MetadataPolicy))
        object.__setattr__(self, "threads", checked_number("threads", self.threads, 1, 1024, whole=True))
        if self.background is not None:
            object.__setattr__(self, "background", checked_color(self.background))

    def _check_machine(self) -> None:
        """Checks what belongs to machines alone."""
        if self.adapt is not None:
            check_choice("adapt", self.adapt, get_args(Adapt))
        if self.machine_weight is not None:
            weight = checked_number("machine_weight", self.machine_weight, 0.0, 1.0)
            object.__setattr__(self, "machine_weight", weight)
        if self.model is not None and not (isinstance(self.model, str) and self.model):
            raise UsageError(
                f"model is {self.model!r}; it must be a name such as efficientnet_lite0, or a file"
            )
        check_choice("effort", self.effort, get_args(Effort))
        chosen = (self.observer, self.machine_weight, self.adapt, self.model, self.effort)
        if chosen != ("human", None, None, None, "normal"):  # of which all is well, without numpy
            from beholder.jpeg.observer_choice import check_observer  # noqa: PLC0415 -- observers need numpy

            check_observer(self)

    @property
    def pixel_subsampling(self) -> Subsampling:
        """What pixels (not a JPEG's coefficients) are subsampled to."""
        return self.subsampling or "4:2:0"

    @property
    def background_color(self) -> tuple[int, int, int] | None:
        """The background as sRGB, 0..255."""
        return samples_of_color(self.background)


OPTION_NAMES = tuple(field.name for field in fields(JpegOptions))
RATE_NAMES = tuple(_RATES)
