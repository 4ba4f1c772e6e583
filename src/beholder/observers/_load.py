"""The door to networks: torch is loaded when somebody goes through it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from beholder.observers._profile import Profile
    from beholder.observers.network import NetworkObserver, Preprocessing, Task


def load(
    model: str | os.PathLike[str] | torch.nn.Module,
    *,
    weights: str | os.PathLike[str] | None = None,
    task: str | Task[Any] | None = None,
    preprocessing: Preprocessing | None = None,
    input_size: int | None = None,
    name: str | None = None,
    profile: Profile | None = None,
    device: str | torch.device | None = None,
    assumed_task: str | None = None,
) -> NetworkObserver:
    """A network as an observer: by name, as a TorchScript file, or any module with its preprocessing.

    `beholder.observers.network.load`, which documents the arguments; Preprocessing and tasks are there too.

    Raises:
        UsageError: torch is not installed, there is no such network, weights do not fit it, or its task or
            preprocessing is not given.
    """
    from beholder.observers import network  # noqa: PLC0415 -- torch takes a second, and only this needs it

    return network.load(
        model,
        weights=weights,
        task=task,
        preprocessing=preprocessing,
        input_size=input_size,
        name=name,
        profile=profile,
        device=device,
        assumed_task=assumed_task,
    )
