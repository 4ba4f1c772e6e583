"""What a caller may ask of the JPEG encoder: one dataclass for Python, the command line and TOML files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from beholder.codec_options import TARGET, EncodeOptions, ThreadOptions
from beholder.errors import UsageError
from beholder.options import option

if TYPE_CHECKING:  # observers need numpy, options do not
    from beholder.observers import Observer
else:
    Observer = object

DEFAULT_QUALITY = 75.0

Subsampling: TypeAlias = Literal["4:2:0", "4:2:2", "4:4:4", "auto"]
Scans: TypeAlias = Literal["auto", "sequential", "progressive"]
Adapt: TypeAlias = Literal["none", "predictor", "network"]
Effort: TypeAlias = Literal["normal", "loop"]

_OBSERVER = "observer"
_CODING = "coding"


def _checked_observer(name: str, value: object) -> object:
    is_object = hasattr(value, "name") and callable(getattr(value, "sensitivity", None))
    is_named = isinstance(value, str) and (value in ("human", "mse") or value.partition(":")[0] == "machine")
    if not is_object and not is_named:
        raise UsageError(
            f"{name} is {value!r}; it must be one of 'human', 'mse', 'machine' (machine:NAME for a profile), "
            "or an object with a name and a sensitivity()"
        )
    return value


@dataclass(frozen=True, kw_only=True, repr=False)
class JpegOptions(ThreadOptions, EncodeOptions):
    """How to encode. Without a target, quality is 75.

    The observer may be an object with a name and a `sensitivity` (`beholder.observers.Observer`).
    """

    quality: float | None = option(
        None,
        help=f"1 to 100, looks like libjpeg-turbo at that quality on average (default {DEFAULT_QUALITY:g})",
        metavar="Q",
        flags=("-q", "--quality"),
        minimum=1,
        maximum=100,
        **TARGET,
    )
    kl: float | None = option(
        None,
        help="let the model's answer move by at most NATS (of a classifier); needs torch",
        metavar="NATS",
        minimum=1e-6,
        maximum=20,
        **TARGET,
    )
    observer: str | Observer = option(
        "human",
        help="whose errors are weighed: human, mse, machine, or machine:PROFILE, a name or a file",
        metavar="NAME",
        group=_OBSERVER,
        parse=_checked_observer,
    )
    machine_weight: float | None = option(
        None,
        help="of the machine in its mixture with human, 0 to 1 (default 0.5)",
        metavar="M",
        group=_OBSERVER,
        minimum=0,
        maximum=1,
    )
    adapt: Adapt | None = option(
        None,
        help="what finds the regions that a machine uses: a small predictor, the network itself, which needs "
        "torch, or none (default predictor, with --effort loop the network)",
        group=_OBSERVER,
    )
    model: str | None = option(
        None,
        help="the network: a name, a TorchScript file, or a TOML file that describes one; it brings its own "
        "profile, if it has one (default efficientnet_lite0)",
        metavar="NAME",
        group=_OBSERVER,
    )
    effort: Effort = option(
        "normal",
        help="loop: encode several times, show each result to the network and move the coefficients that are "
        "aimed at, so that its answer stays; needs torch",
        group=_OBSERVER,
    )
    subsampling: Subsampling | None = option(
        None, help="of chroma; auto chooses (default 4:2:0; a JPEG keeps its own)", group=_CODING
    )
    scans: Scans = option("auto", help="sequential, progressive, or auto, the smaller file", group=_CODING)
    lossless: bool = option(
        False,
        help="of a JPEG, keep every pixel and optimise the coding alone; without it a JPEG loses detail",
        group=_CODING,
    )

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
        self._check_machine()

    def _check_machine(self) -> None:
        """Check what belongs to machines alone."""
        given = [name for name in ("machine_weight", "adapt") if getattr(self, name) is not None]
        if given and not self.is_machine:
            raise UsageError(f"{given[0]} is for the observer machine, got observer {self.observer!r}")
        if self.effort == "loop" and (self.observer in ("human", "mse") or self.machine_weight == 0):
            raise UsageError(
                "effort 'loop' needs a network; take observer machine, and a machine_weight above 0"
            )
        if self.effort == "loop" and self.lossless:
            raise UsageError("got effort 'loop' and lossless; a lossless file keeps the levels of its source")
        looks = self.kl is not None or self.adapt == "network" or self.effort == "loop"
        if self.model is not None and not looks:
            raise UsageError(
                "a model looks with adapt 'network', with effort 'loop' or for a target kl; give one of them"
            )

    @property
    def is_machine(self) -> bool:
        """Whether the observer is asked for as ``machine`` or ``machine:PROFILE``."""
        return isinstance(self.observer, str) and self.observer.partition(":")[0] == "machine"

    @property
    def profile(self) -> str | None:
        """The profile named with the machine."""
        return self.observer.partition(":")[2] or None if isinstance(self.observer, str) else None

    @property
    def pixel_subsampling(self) -> Subsampling:
        """What pixels (not a JPEG's coefficients) are subsampled to."""
        return self.subsampling or "4:2:0"
