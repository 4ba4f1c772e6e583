"""How to train: one dataclass for Python, the command line and TOML files."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

from beholder.errors import UsageError
from beholder.learned.networks import FIRST_KIND, NETWORKS
from beholder.training.classes import PictureClass, as_entries, picture_classes

_INTEGER_FROM = 300_000
_DATA = "training data"
_RUN = "run"
_LOSS = "optimiser and loss"
_MACHINE = "machine"
_RECORD = "record and evaluation"
_NETWORK = "sizes of the network"


def _told(group: str, meaning: str, metavar: str) -> dict[str, str]:
    return {"group": group, "help": meaning, "metavar": metavar}


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """Everything that decides what weights come out.

    What a field means stands in its metadata (`help`, `metavar`, `group`), of which `beholder train --help`
    and `beholder train --example` are made. An optional field that is None follows from others, or turns
    something off.
    """

    data: tuple[str, ...] = field(
        metadata=_told(
            _DATA,
            "folders of pictures, with all below them, and uncompressed tar shards (WebDataset); "
            "CLASS=PATH puts pictures into a class",
            "PATH",
        )
    )
    shares: tuple[str, ...] = field(
        default=(),
        metadata=_told(
            _DATA,
            "part of the crops that come from a class, such as screen=0.2; classes without one divide the "
            "rest by their numbers of pictures",
            "CLASS=PART",
        ),
    )
    output: str = field(
        metadata=_told(_RUN, "folder for checkpoint, log and configuration; a run there goes on", "FOLDER")
    )
    from_weights: str = field(
        default="",
        metadata=_told(
            _RUN,
            "what a new run starts from: the name of weights that ship, such as photograph, or a file; the "
            "sizes of the network are then theirs; empty: random weights",
            "WEIGHTS",
        ),
    )
    steps: int = field(default=500_000, metadata=_told(_RUN, "optimiser steps in all", "STEPS"))
    batch: int = field(default=8, metadata=_told(_DATA, "crops a step, over all processes together", "CROPS"))
    crop: int = field(default=256, metadata=_told(_DATA, "side of a crop, a multiple of 64", "PIXELS"))
    late_from: int | None = field(
        default=None,
        metadata=_told(
            _DATA, "step from which late_crop and late_batch hold; not set: crops stay as they are", "STEP"
        ),
    )
    late_crop: int | None = field(
        default=None, metadata=_told(_DATA, "side of a crop from late_from on; not set: crop", "PIXELS")
    )
    late_batch: int | None = field(
        default=None, metadata=_told(_DATA, "crops a step from late_from on; not set: batch", "CROPS")
    )
    shrink_least: float = field(
        default=0.4,
        metadata=_told(
            _DATA, "smallest factor by which a picture is scaled down before it is cropped", "FACTOR"
        ),
    )
    shrink_most: float = field(
        default=1.0, metadata=_told(_DATA, "largest such factor for pictures stored without loss", "FACTOR")
    )
    shrink_most_jpeg: float = field(
        default=0.75,
        metadata=_told(
            _DATA, "largest such factor for JPEG and lossy WebP, whose 8x8 blocks shrinking removes", "FACTOR"
        ),
    )
    augment_hue: float = field(
        default=0.0, metadata=_told(_DATA, "part of the crops whose hues are turned by some angle", "PART")
    )
    augment_saturation: float = field(
        default=0.0,
        metadata=_told(_DATA, "part of the crops whose colours are made stronger or paler", "PART"),
    )
    augment_grey: float = field(default=0.0, metadata=_told(_DATA, "part of the crops made grey", "PART"))
    augment_dark: float = field(default=0.0, metadata=_told(_DATA, "part of the crops made darker", "PART"))
    cache_bytes: int = field(
        default=4_000_000_000, metadata=_told(_MACHINE, "decoded pictures kept in memory, at most", "BYTES")
    )
    learning_rate: float = field(
        default=5e-4, metadata=_told(_LOSS, "of AdamW at its peak, for the blocks of the transforms", "RATE")
    )
    final_learning_rate: float = field(
        default=1e-5, metadata=_told(_LOSS, "learning rate at the last step", "RATE")
    )
    warmup: int = field(
        default=500, metadata=_told(_LOSS, "steps at the start in which the learning rate rises", "STEPS")
    )
    decay: int = field(
        default=0,
        metadata=_told(
            _LOSS,
            "steps at the end in which the learning rate falls along half a cosine, few if the run may be "
            "prolonged; 0: all after the rise",
            "STEPS",
        ),
    )
    weight_decay: float = field(
        default=0.01, metadata=_told(_LOSS, "of AdamW, on weights of convolutions alone", "DECAY")
    )
    clip: float = field(default=1.0, metadata=_told(_LOSS, "largest norm of the gradient", "NORM"))
    average: float = field(
        default=0.999,
        metadata=_told(
            _LOSS, "decay of the moving average of the weights, which is evaluated and exported", "DECAY"
        ),
    )
    lambda_least: float = field(
        default=0.001, metadata=_told(_LOSS, "multiplier of 255^2 * MSE in the loss at quality 0", "LAMBDA")
    )
    lambda_most: float = field(default=0.12, metadata=_told(_LOSS, "the same at quality 63", "LAMBDA"))
    loss_floor: float = field(
        default=0.1,
        metadata=_told(
            _LOSS,
            "added to each crop's loss before its logarithm is taken, so that flat crops count less",
            "LOSS",
        ),
    )
    integer_from: int | None = field(
        default=None,
        metadata=_told(
            _RUN,
            f"step from which the entropy path trains in integers; not set: 0 with from_weights, and "
            f"{_INTEGER_FROM} otherwise",
            "STEP",
        ),
    )
    seed: int = field(
        default=0,
        metadata=_told(_RUN, "of everything random, so that a resumed run makes the same numbers", "SEED"),
    )
    bfloat16: bool = field(
        default=False, metadata=_told(_MACHINE, "let the transforms compute in bfloat16", "")
    )
    compiled: bool = field(
        default=False, metadata=_told(_MACHINE, "compile the transforms with torch.compile", "")
    )
    threads: int = field(
        default=0, metadata=_told(_MACHINE, "of torch on a CPU; 0: its own choice", "THREADS")
    )
    workers: int = field(
        default=1,
        metadata=_told(
            _MACHINE,
            "threads on a CPU that each take a share of every batch; with threads = 1, one for each core",
            "THREADS",
        ),
    )
    loaders: int = field(default=1, metadata=_told(_MACHINE, "threads that make crops", "THREADS"))
    device: str = field(
        default="",
        metadata=_told(_MACHINE, "such as cpu or cuda; empty: a GPU where there is one", "DEVICE"),
    )
    log_every: int = field(default=100, metadata=_told(_RECORD, "steps between records of the log", "STEPS"))
    save_every: int = field(default=1000, metadata=_told(_RECORD, "steps between checkpoints", "STEPS"))
    evaluate_every: int = field(
        default=10_000, metadata=_told(_RECORD, "steps between evaluations; 0: at the end alone", "STEPS")
    )
    evaluation_data: tuple[str, ...] = field(
        default=(),
        metadata=_told(
            _RECORD,
            "folders or files to evaluate on, or CLASS=PATH for a report by class; empty: no evaluation",
            "PATH",
        ),
    )
    evaluation_pictures: int = field(
        default=0,
        metadata=_told(_RECORD, "pictures of each class to evaluate on, evenly spread; 0: all", "PICTURES"),
    )
    evaluation_qualities: int = field(
        default=6,
        metadata=_told(_RECORD, "qualities to evaluate at, evenly spread over 0 to 63", "QUALITIES"),
    )
    kind: str = field(default=FIRST_KIND, metadata=_told(_NETWORK, f"one of {', '.join(NETWORKS)}", "KIND"))
    fine: int = field(default=192, metadata=_told(_NETWORK, "channels at 1/8", "CHANNELS"))
    coarse: int = field(default=256, metadata=_told(_NETWORK, "channels at 1/16", "CHANNELS"))
    latents: int = field(
        default=320, metadata=_told(_NETWORK, "channels of the latents y, a multiple of 4", "CHANNELS")
    )
    hyper_latents: int = field(
        default=96, metadata=_told(_NETWORK, "channels of the hyper-latents z", "CHANNELS")
    )
    features: int = field(
        default=160, metadata=_told(_NETWORK, "channels that the hyper-synthesis gives", "CHANNELS")
    )
    context: int = field(default=224, metadata=_told(_NETWORK, "channels inside a context step", "CHANNELS"))
    fine_blocks: int = field(default=3, metadata=_told(_NETWORK, "blocks at 1/8 in the analysis", "BLOCKS"))
    coarse_blocks: int = field(
        default=3, metadata=_told(_NETWORK, "blocks at 1/16 in each transform", "BLOCKS")
    )
    synthesis_fine_blocks: int = field(
        default=4, metadata=_told(_NETWORK, "blocks at 1/8 in the synthesis", "BLOCKS")
    )

    def __post_init__(self) -> None:
        """Check every value.

        Raises:
            UsageError: A value that is not allowed.
        """
        if self.integer_from is None:
            object.__setattr__(self, "integer_from", 0 if self.from_weights else _INTEGER_FROM)
        for name, kind in FIELD_TYPES.items():
            value = getattr(self, name)
            if name in LISTS:
                object.__setattr__(self, name, as_entries(name, value))
            elif value is not None or name not in OPTIONAL:
                object.__setattr__(self, name, _scalar(name, value, kind))
        if not self.data:
            raise UsageError("data is empty; name folders of pictures or tar shards")
        self._check_sizes()
        self._check_fractions()
        self._check_late()
        _ = self.classes, self.evaluation_classes  # their own checks

    @property
    def architecture(self) -> dict[str, Any]:
        """The fields of `beholder.learned.network.Architecture`."""
        return {name: getattr(self, name) for name in ARCHITECTURE}

    @property
    def checkpoint_path(self) -> Path:
        """Where the run's state is."""
        return Path(self.output, "last.pt")

    @property
    def classes(self) -> tuple[PictureClass, ...]:
        """Classes of the training data."""
        return picture_classes("data", self.data, self.shares)

    @property
    def evaluation_classes(self) -> tuple[PictureClass, ...]:
        """Classes of the pictures to evaluate on."""
        return picture_classes("evaluation_data", self.evaluation_data)

    def crop_at(self, step: int) -> int:
        """Return the side of the crops of a step."""
        late = self.late_from is not None and step >= self.late_from
        return self.late_crop if late and self.late_crop else self.crop

    def batch_at(self, step: int) -> int:
        """Return how many crops a step takes."""
        late = self.late_from is not None and step >= self.late_from
        return self.late_batch if late and self.late_batch else self.batch

    def _check_sizes(self) -> None:
        _check_at_least(
            self, 1, "steps", "batch", "late_batch", "crop", "late_crop", "workers", "loaders", "log_every",
            "save_every", "evaluation_qualities", *ARCHITECTURE[1:],
        )  # fmt: skip
        _check_at_least(
            self, 0, "cache_bytes", "warmup", "decay", "weight_decay", "integer_from", "late_from", "seed",
            "threads", "evaluate_every", "evaluation_pictures",
        )  # fmt: skip
        for name in ("crop", "late_crop"):
            if (getattr(self, name) or 0) % 64:
                raise UsageError(f"{name} is {getattr(self, name)}; it must be a multiple of 64")
        if self.latents % 4:
            raise UsageError(f"latents is {self.latents}; it must be a multiple of 4")

    def _check_fractions(self) -> None:
        for name in ("learning_rate", "final_learning_rate", "clip", "lambda_least", "loss_floor"):
            if not getattr(self, name) > 0:
                raise UsageError(f"{name} is {getattr(self, name)}; it must be above 0")
        if not self.lambda_least < self.lambda_most:
            raise UsageError(
                f"lambda_least is {self.lambda_least} and lambda_most {self.lambda_most}; it must be below"
            )
        if not 0 <= self.average < 1:
            raise UsageError(f"average is {self.average}; it must be from 0 to below 1")
        for name in ("augment_hue", "augment_saturation", "augment_grey", "augment_dark"):
            if not 0 <= getattr(self, name) <= 1:
                raise UsageError(f"{name} is {getattr(self, name)}; it must be from 0 to 1")
        for name in ("shrink_most", "shrink_most_jpeg"):
            if not 0 < self.shrink_least <= getattr(self, name) <= 1:
                raise UsageError(
                    f"shrink_least is {self.shrink_least} and {name} {getattr(self, name)}; "
                    "they must rise from above 0 to at most 1"
                )

    def _check_late(self) -> None:
        changes = self.late_crop is not None or self.late_batch is not None
        if changes and self.late_from is None:
            raise UsageError("late_crop and late_batch need late_from, the step from which they hold")
        if self.late_from is not None and not changes:
            raise UsageError("late_from is given, but no late_crop or late_batch")


ARCHITECTURE = (
    "kind",
    "fine",
    "coarse",
    "latents",
    "hyper_latents",
    "features",
    "context",
    "fine_blocks",
    "coarse_blocks",
    "synthesis_fine_blocks",
)
LISTS = ("data", "shares", "evaluation_data")
_HINTS = get_type_hints(TrainingConfig)
OPTIONAL = frozenset(name for name, hint in _HINTS.items() if type(None) in get_args(hint))
# Of each field's values; of an optional one's, where there is one.
FIELD_TYPES: Mapping[str, type] = {
    own.name: get_args(_HINTS[own.name])[0] if own.name in OPTIONAL else _HINTS[own.name]
    for own in fields(TrainingConfig)
}


def _scalar(name: str, value: object, kind: type) -> object:
    """The value as its field's type; whole numbers are taken for fractions, and nothing else is converted."""
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise UsageError(f"{name} is {value!r}; it must be of type {kind.__name__}")
    if isinstance(value, float) and not math.isfinite(value):
        raise UsageError(f"{name} is {value}; it must be a finite number")
    return value


def _check_at_least(config: TrainingConfig, least: int, *names: str) -> None:
    for name in names:
        value = getattr(config, name)
        if value is not None and not value >= least:
            raise UsageError(f"{name} is {value}; it must be at least {least}")
