"""How to train: one dataclass for Python, the command line and TOML files."""

from __future__ import annotations

import argparse
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import get_type_hints

from beholder.errors import UsageError

_LISTS = ("data", "evaluation_data")
_COUNTS = ("steps", "batch", "crop", "workers", "loaders", "log_every", "save_every", "evaluation_qualities")


_INTEGER_FROM = 300_000


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """Everything that decides what weights come out.

    Attributes:
        data: Folders of pictures, taken with all below them, and tar shards (WebDataset).
        output: Folder for checkpoints, log and the resolved configuration.
        from_weights: What a new run starts from: the name of weights that ship, or a file of weights. The
            sizes of the network are then theirs. Empty: random weights.
        steps: Optimiser steps in all.
        batch: Crops a step, over all processes together.
        crop: Side of a crop, a multiple of 64.
        shrink_least: Smallest factor by which a picture is scaled down before it is cropped.
        shrink_most: Largest such factor, for pictures without loss; 1 leaves them as they are.
        shrink_most_jpeg: The same for JPEG and lossy WebP, whose 8x8 blocks shrinking removes.
        cache_bytes: Decoded pictures kept in memory, at most.
        learning_rate: Of AdamW at its peak, for the blocks of the transforms; see `parameter_groups`.
        final_learning_rate: At the last step.
        warmup: Steps of a linear rise at the start.
        decay: Steps at the end over which the rate falls along half a cosine; 0: all after the rise. A run
            that shall be stopped, or prolonged, whenever there is time takes few of many steps.
        weight_decay: Of AdamW, on weights of convolutions alone.
        clip: Largest norm of the gradient.
        average: Decay of the moving average of the weights, which is what is evaluated and shipped.
        lambda_least: Multiplier of 255^2 * MSE at quality 0.
        lambda_most: The same at quality 63.
        loss_floor: Added to each sample's loss before its logarithm is taken, by which it counts: by how many
            percent it gets better, unless there is next to nothing in it.
        integer_from: Step from which the entropy path trains in integers. None: 0 with `from_weights`, whose
            entropy path is in integers already, and 300,000 otherwise.
        seed: Of everything random; step and process are mixed in, so that a resumed run draws the same.
        bfloat16: Lets the transforms compute in bfloat16 (autocast).
        compiled: Compiles the transforms with torch.compile.
        threads: Of torch on a CPU. 0: its own choice.
        workers: Threads on a CPU that each take a share of every batch; with `threads` 1, one for each core.
        loaders: Threads that make crops.
        device: Such as ``cpu`` or ``cuda``. Empty: a GPU when there is one.
        log_every: Steps between records of the log.
        save_every: Steps between checkpoints.
        evaluate_every: Steps between evaluations; 0: none but at the end.
        evaluation_data: Folders or files to evaluate on. Empty: no evaluation.
        evaluation_pictures: How many of those to take, evenly spread; 0: all.
        evaluation_qualities: How many qualities, evenly spread over 0..63.
        fine: See `beholder.learned.model.Architecture`, as the next ones.
        coarse: Channels at 1/16.
        latents: Channels of y.
        hyper_latents: Channels of z.
        features: Channels of the hyper-synthesis.
        context: Channels inside a context step.
        fine_blocks: At 1/8 in the analysis.
        coarse_blocks: At 1/16 in each transform.
        synthesis_fine_blocks: At 1/8 in the synthesis.
    """

    data: tuple[str, ...]
    output: str
    from_weights: str = ""
    steps: int = 500_000
    batch: int = 8
    crop: int = 256
    shrink_least: float = 0.4
    shrink_most: float = 1.0
    shrink_most_jpeg: float = 0.75
    cache_bytes: int = 4_000_000_000
    learning_rate: float = 5e-4
    final_learning_rate: float = 1e-5
    warmup: int = 500
    decay: int = 0
    weight_decay: float = 0.01
    clip: float = 1.0
    average: float = 0.999
    lambda_least: float = 0.001
    lambda_most: float = 0.12
    loss_floor: float = 0.1
    integer_from: int | None = None
    seed: int = 0
    bfloat16: bool = False
    compiled: bool = False
    threads: int = 0
    workers: int = 1
    loaders: int = 1
    device: str = ""
    log_every: int = 100
    save_every: int = 1000
    evaluate_every: int = 10_000
    evaluation_data: tuple[str, ...] = ()
    evaluation_pictures: int = 0
    evaluation_qualities: int = 6
    fine: int = 192
    coarse: int = 256
    latents: int = 320
    hyper_latents: int = 96
    features: int = 160
    context: int = 224
    fine_blocks: int = 3
    coarse_blocks: int = 3
    synthesis_fine_blocks: int = 4

    def __post_init__(self) -> None:
        """Checks every value.

        Raises:
            UsageError: A value that is not allowed.
        """
        types = get_type_hints(type(self)) | {"integer_from": int}
        if self.integer_from is None:
            object.__setattr__(self, "integer_from", 0 if self.from_weights else _INTEGER_FROM)
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in _LISTS:
                object.__setattr__(self, field.name, _texts(field.name, value))
            else:
                object.__setattr__(self, field.name, _scalar(field.name, value, types[field.name]))
        if not self.data:
            raise UsageError("data is empty; name folders of pictures or tar shards")
        _check_at_least(self, 1, *_COUNTS)
        _check_at_least(self, 1, *_ARCHITECTURE)
        _check_at_least(
            self, 0, "cache_bytes", "warmup", "decay", "weight_decay", "integer_from", "seed", "threads",
            "evaluate_every", "evaluation_pictures",
        )  # fmt: skip
        if self.crop % 64:
            raise UsageError(f"crop is {self.crop}; it must be a multiple of 64")
        if self.latents % 4:
            raise UsageError(f"latents is {self.latents}; it must be a multiple of 4")
        for name in ("learning_rate", "final_learning_rate", "clip", "lambda_least", "loss_floor"):
            if not getattr(self, name) > 0:
                raise UsageError(f"{name} is {getattr(self, name)}; it must be above 0")
        if not self.lambda_least < self.lambda_most:
            raise UsageError(
                f"lambda_least is {self.lambda_least} and lambda_most {self.lambda_most}; it must be below"
            )
        if not 0 <= self.average < 1:
            raise UsageError(f"average is {self.average}; it must be from 0 to below 1")
        for name in ("shrink_most", "shrink_most_jpeg"):
            if not 0 < self.shrink_least <= getattr(self, name) <= 1:
                raise UsageError(
                    f"shrink_least is {self.shrink_least} and {name} {getattr(self, name)}; "
                    "they must rise from above 0 to at most 1"
                )

    @property
    def architecture(self) -> dict[str, int]:
        """The fields of `beholder.learned.model.Architecture`."""
        return {name: getattr(self, name) for name in _ARCHITECTURE}

    def to_toml(self) -> str:
        """The configuration as `load_config` reads it."""
        # JSON's texts, numbers, booleans and lists of texts are TOML's too.
        return "".join(f"{name} = {json.dumps(value)}\n" for name, value in asdict(self).items())


_ARCHITECTURE = (
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
CONFIG_NAMES = tuple(field.name for field in fields(TrainingConfig))


def load_config(path: str | None, overrides: Mapping[str, object]) -> TrainingConfig:
    """Returns the configuration of a TOML file, if one is given, with values put over it.

    Raises:
        UsageError: The file cannot be read, a key is unknown or missing, or a value is not allowed.
    """
    values: dict[str, object] = {}
    if path is not None:
        try:
            values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror or error}") from error
        except ValueError as error:
            raise UsageError(f"{path}: no TOML ({error})") from error
    label = path or "configuration"
    values |= overrides
    if unknown := sorted(values.keys() - set(CONFIG_NAMES)):
        raise UsageError(f"{label}: unknown key {', '.join(unknown)}; allowed are {', '.join(CONFIG_NAMES)}")
    if missing := sorted({"data", "output"} - values.keys()):
        raise UsageError(f"{label}: has no {' and no '.join(missing)}")
    return TrainingConfig(**values)  # type: ignore[arg-type]  # checked there


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the TOML file and a flag for every field; one that is not given sets nothing."""
    parser.add_argument("config", nargs="?", metavar="FILE", help="TOML file; flags override it")
    parser.add_argument(
        "--overwrite", action="store_true", help="start anew where a run lies in the output folder"
    )
    group = parser.add_argument_group("training")
    types = get_type_hints(TrainingConfig) | {"integer_from": int}
    for field in fields(TrainingConfig):
        flag = "--" + field.name.replace("_", "-")
        kind = types[field.name]
        if field.name == "from_weights":
            group.add_argument("--from", flag, dest=field.name, default=argparse.SUPPRESS, metavar="WEIGHTS")
        elif field.name in _LISTS:
            group.add_argument(flag, nargs="*", default=argparse.SUPPRESS, metavar="PATH")
        elif kind is bool:
            group.add_argument(flag, action=argparse.BooleanOptionalAction, default=argparse.SUPPRESS)
        else:
            told = f"(default {field.default})" if isinstance(field.default, int | float) else None
            group.add_argument(flag, type=kind, default=argparse.SUPPRESS, metavar="X", help=told)


def _texts(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(text, str) for text in value):
        raise UsageError(f"{name} is {value!r}; it must be a list of paths")
    return tuple(value)


def _scalar(name: str, value: object, kind: type) -> object:
    """The value as its field's type; whole numbers are taken for fractions, and nothing else is converted."""
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise UsageError(f"{name} is {value!r}; it must be of type {kind.__name__}")
    return value


def _check_at_least(config: TrainingConfig, least: int, *names: str) -> None:
    for name in names:
        if not getattr(config, name) >= least:
            raise UsageError(f"{name} is {getattr(config, name)}; it must be at least {least}")
