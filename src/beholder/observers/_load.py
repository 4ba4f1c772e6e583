"""Networks as observers; torch is loaded when one is asked for."""

from __future__ import annotations

import os
import warnings
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from beholder.observers._profile import Profile
    from beholder.observers.network import NetworkObserver, Task

DEFAULT_MODEL = "efficientnet_lite0"


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
) -> NetworkObserver:
    """Return a network as an observer.

    Args:
        model: ``efficientnet_lite0`` to ``2``; ``torchvision:NAME``; ``timm:NAME``; the path of a TorchScript
            or LiteRT file (.tflite, which gives no gradient), or of a TOML file that describes one
            (docs/machine.md); a module. A TorchScript file is a program: torch runs what it holds, within
            torch's own language. Files of weights are not run. A TOML file of the same name beside a
            network's file says what is not given here. A module is
            copied and not changed; later training does not reach the observer.
        weights: A file for one of the named networks or for a module: safetensors, or a state_dict of
            `torch.save`. For a named network it may be of another number of classes.
        task: What its output means; must be given for files and modules, and replaces what is
            known of named ones (`beholder.observers.network`).
        preprocessing: A `beholder.observers.network.Preprocessing`, or torchvision's transforms, such as
            ``ResNet50_Weights.DEFAULT.transforms()``; must be given like `task`.
        input_size: Side of the input, to which the preprocessing is scaled.
        name: For messages and profiles.
        profile: Its offline sensitivity. None: the shipped one of a named network with its own weights.
        device: None: the first GPU when there is one.

    Warns:
        UserWarning: The file of weights holds several, and which were taken.

    Raises:
        UsageError: torch or another package is not installed, there is no such network or device, weights do
            not fit it, a module cannot be copied, or its task or preprocessing is not given.
    """
    given = locals()
    from beholder.observers.network import zoo  # noqa: PLC0415 -- torch takes a second, and only this needs it

    observer = zoo.load(**given)
    for note in observer.notes:
        warnings.warn(note, stacklevel=2)
    return observer


@cache
def load_network(model: str, assumed_task: str | None = None) -> NetworkObserver:
    """Return the network of this name, loaded once a process; its `notes` are not told here.

    Args:
        model: As `load` takes it.
        assumed_task: What its output means where nothing else says it.

    Raises:
        UsageError: There is no such network, or what runs networks is not installed.
    """
    from beholder.observers.network import zoo  # noqa: PLC0415

    return zoo.load(model, assumed_task=assumed_task)
