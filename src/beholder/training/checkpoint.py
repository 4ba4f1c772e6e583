"""The state of a run on disk: there whole or not at all, and enough to go on as if it had not stopped."""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from beholder.errors import InputError
from beholder.learned.architecture import Architecture
from beholder.learned.weight_files import CHECKPOINT_MARK
from beholder.safe_write import write_file

_KIND = f"{CHECKPOINT_MARK} 1"


@dataclass(frozen=True)
class Checkpoint:
    """A run after some steps.

    What is random in a step follows from the seed and the step's number, so there is no generator's state to
    keep.

    Attributes:
        step: Steps done.
        architecture: Kind and sizes of the network.
        model: Its state.
        average: The state of its moving average.
        optimizer: The optimiser's state.
        origin: Weights that the run began from, in words; empty where it began from nothing.
        trouble: Of `beholder.training.losses.Divergence`.
    """

    step: int
    architecture: Architecture
    model: dict[str, Any]
    average: dict[str, Any]
    optimizer: dict[str, Any]
    origin: str = ""
    trouble: float = 0.0


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint in place of the one before.

    Raises:
        OutputError: It cannot be written.
    """
    buffer = io.BytesIO()
    content = {**vars(checkpoint), "architecture": asdict(checkpoint.architecture)}
    torch.save({"kind": _KIND, **content}, buffer)
    write_file(path, buffer.getvalue(), overwrite=True)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint onto the CPU.

    Raises:
        InputError: It cannot be read, or is something else.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        if content.pop("kind") != _KIND:
            raise ValueError("of another version")
        return Checkpoint(**{**content, "architecture": Architecture(**content["architecture"])})
    except Exception as error:  # torch raises errors of many kinds on damaged files
        reason = " ".join(str(error).split()[:20]) or type(error).__name__
        raise InputError(f"{path}: is not a checkpoint of a training run ({reason})") from error
