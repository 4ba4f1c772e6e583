"""What a run starts from: its own last checkpoint, a file of weights, or nothing."""

from __future__ import annotations

import copy
from dataclasses import asdict, dataclass
from typing import Any

import torch

from beholder.errors import InputError, UsageError
from beholder.learned.architecture import Architecture
from beholder.learned.network import CompressionNetwork
from beholder.learned.networks import build_network
from beholder.learned.thaw import thaw
from beholder.learned.weight_files import read_weight_file
from beholder.learned.with_dial import with_dial
from beholder.training.checkpoint import load_checkpoint
from beholder.training.config import TrainingConfig


@dataclass(frozen=True)
class Start:
    """The state of a run before its first step, on the CPU.

    Attributes:
        step: Steps done.
        model: The network.
        average: Its moving average.
        optimizer: The optimiser's state, empty for a fresh one.
        origin: Weights that the run began from, in words; empty where it began from nothing.
        told: Where the run starts, for people.
        trouble: Of `Checkpoint`.
        has_new_dial: Whether the observers have no rows of their own yet.
    """

    step: int
    model: CompressionNetwork
    average: CompressionNetwork
    optimizer: dict[str, Any]
    origin: str
    told: str
    trouble: float = 0.0
    has_new_dial: bool = False


def find_start(config: TrainingConfig, *, overwrite: bool) -> Start:
    """Return what a run starts from.

    Args:
        config: Of the run, whose seed decides the weights of a run that starts from nothing.
        overwrite: Passes over the run's own checkpoint, from which it goes on otherwise.

    Raises:
        UsageError: The configuration asks for another network or fewer steps than there are already, or there
            are no such weights.
        InputError: The checkpoint or the weights cannot be read.
    """
    if config.checkpoint_path.exists() and not overwrite:
        return _from_checkpoint(config)
    if config.from_weights:
        return _from_weights(config)
    torch.manual_seed(config.seed)
    model = build_network(config.architecture)
    return Start(
        0,
        model,
        copy.deepcopy(model),
        {},
        "",
        "starts from random weights",
        has_new_dial=config.architecture.has_dial,
    )


def _from_checkpoint(config: TrainingConfig) -> Start:
    path = config.checkpoint_path
    saved = load_checkpoint(path)
    # A run from weights has their sizes, which its configuration need not name.
    if other := _other_sizes(config, saved.architecture, defaults_ask=not saved.origin):
        raise UsageError(
            f"{path}: is of a network of other sizes ({other}); name another output, or give --overwrite"
        )
    if saved.step > config.steps:
        raise UsageError(
            f"{path}: has {saved.step} steps already, and steps is {config.steps}; ask for more, "
            "or name another output"
        )
    model = build_network(saved.architecture)
    average = copy.deepcopy(model)
    model.load_state_dict(saved.model)
    average.load_state_dict(saved.average)
    begun = f", begun from {saved.origin}" if saved.origin else ""
    return Start(
        saved.step,
        model,
        average,
        saved.optimizer,
        saved.origin,
        f"goes on from {path}, step {saved.step}{begun}",
        saved.trouble,
    )


def _from_weights(config: TrainingConfig) -> Start:
    data, name = read_weight_file(config.from_weights)
    try:
        # An extra that training from nothing does without.
        from beholder.learned.weights import read_weights  # noqa: PLC0415

        weights = read_weights(data)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"training from weights needs {error.name}; install it with: pip install 'beholder[learned]'"
        ) from error
    except InputError as error:
        raise InputError(f"{name}: {error}") from error
    model = thaw(weights.network)
    has_new_dial = config.architecture.has_dial and not model.architecture.has_dial
    if has_new_dial:
        model = with_dial(model, config.architecture.observer_anchors)
    if other := _other_sizes(config, model.architecture, defaults_ask=False):
        raise UsageError(f"{name}: is of a network of other sizes ({other}); leave those keys out")
    origin = f"{config.from_weights} ({weights.identity.hex()})"
    told = f"starts from weights {origin}"
    return Start(0, model, copy.deepcopy(model), {}, origin, told, has_new_dial=has_new_dial)


def _other_sizes(config: TrainingConfig, there_is: Architecture, *, defaults_ask: bool) -> str:
    """Return the sizes that the configuration asks for otherwise, in words.

    Args:
        config: That asks.
        there_is: The network's.
        defaults_ask: Counts sizes that the configuration leaves at their defaults as well.
    """
    usual = Architecture()
    return ", ".join(
        f"{name} is {getattr(there_is, name)}, and {asked} is asked for"
        for name, asked in asdict(config.architecture).items()
        if asked != getattr(there_is, name) and (defaults_ask or asked != getattr(usual, name))
    )
