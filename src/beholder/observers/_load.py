"""The door to networks: torch is loaded when somebody goes through it."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from beholder.observers._profile import Profile
    from beholder.observers.network import NetworkObserver, Task


def load(
    model: str | os.PathLike[str] | torch.nn.Module,
    *,
    weights: str | os.PathLike[str] | None = None,
    task: str | Task[Any] | None = None,
    preprocessing: Any = None,
    input_size: int | None = None,
    name: str | None = None,
    profile: Profile | None = None,
    device: str | torch.device | None = None,
    assumed_task: str | None = None,
) -> NetworkObserver:
    """Return a network as an observer: by name, as a TorchScript file, or any module with its preprocessing.

    A module is copied and stays as it is. `preprocessing` is a `Preprocessing` or torchvision's transforms,
    such as ``ResNet50_Weights.DEFAULT.transforms()``. `beholder.observers.network.load` documents the
    arguments; Preprocessing and tasks are there too.

    Warns:
        UserWarning: The file of weights holds several, and which were taken.

    Raises:
        UsageError: torch is not installed, there is no such network or device, weights do not fit it, a
            module cannot be copied, or its task or preprocessing is not given.
    """
    from beholder.observers import network  # noqa: PLC0415 -- torch takes a second, and only this needs it

    observer = network.load(
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
    for note in observer.notes:
        warnings.warn(note, stacklevel=2)
    return observer
