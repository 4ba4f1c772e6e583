"""What a caller may ask of the JPEG encoder: one dataclass for Python, the command line and TOML files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from beholder.codec_options import OBSERVER, TARGET, THREADS, Adapt, NetworkOptions
from beholder.errors import UsageError
from beholder.options import option

if TYPE_CHECKING:  # observers need numpy, options do not
    from beholder.observers import Observer
else:
    Observer = object

DEFAULT_QUALITY = 75.0

Subsampling: TypeAlias = Literal["4:2:0", "4:2:2", "4:4:4", "auto"]
Scans: TypeAlias = Literal["auto", "sequential", "progressive"]

_CODING = "coding"


@dataclass(frozen=True, kw_only=True, repr=False)
class JpegOptions(NetworkOptions):
    """How to encode. Without a target, quality is 75.

    The observer may be an object with a name and a `sensitivity` (`beholder.observers.Observer`).
    """

    quality: float | None = option(
        None,
        help=f"looks like libjpeg-turbo at that quality, 1 to 100, on average (default {DEFAULT_QUALITY:g})",
        metavar="Q",
        flags=("-q", "--quality"),
        minimum=1,
        maximum=100,
        **TARGET,
    )
    lossless: bool = option(
        False,
        help="of a JPEG, keep every pixel and optimise the coding alone; without it a JPEG loses detail",
        group=TARGET["group"],
    )
    observer: str | Observer = option(
        "human",
        help="whose errors are weighed: human, mse, machine or machine:PROFILE, a name or a file, with "
        "options such as machine+network+weight=0.7",
        **OBSERVER,
        parse=lambda name, value: value,  # check_observer knows them
    )
    machine_weight: float | None = option(
        None,
        help="of the machine in its mixture with human, 0 to 1 (default 0.5)",
        metavar="M",
        group=OBSERVER["group"],
        minimum=0,
        maximum=1,
    )
    adapt: Adapt | None = option(
        None,
        help="what finds the regions that a machine uses: a small predictor, the network itself, which needs "
        "torch, or none (default predictor, with --effort loop the network)",
        group=OBSERVER["group"],
    )
    subsampling: Subsampling | None = option(
        None, help="of chroma; auto chooses (default 4:2:0; a JPEG keeps its own)", group=_CODING
    )
    scans: Scans = option("auto", help="sequential, progressive, or auto, the smaller file", group=_CODING)
    threads: int = option(1, help="threads a file; the bytes do not depend on it", **THREADS)

    def __post_init__(self) -> None:
        """Check every value, and what does not go together.

        Raises:
            UsageError: A value that is not allowed, or that contradicts another.
        """
        super().__post_init__()
        if self.lossless and self.target:
            raise UsageError(f"got lossless and {self.target}; a lossless file has the quality of its source")
        if not self.target and not self.lossless:
            object.__setattr__(self, "quality", DEFAULT_QUALITY)
        chosen = (self.observer, self.machine_weight, self.adapt, self.model, self.effort)
        if chosen != ("human", None, None, None, "normal"):  # of which all is well, without numpy
            from beholder.jpeg.observer_choice import check_observer  # noqa: PLC0415 -- observers need numpy

            check_observer(self)

    @property
    def pixel_subsampling(self) -> Subsampling:
        """What pixels (not a JPEG's coefficients) are subsampled to."""
        return self.subsampling or "4:2:0"
