"""What networks answer, each picture asked about once for all the scores that want to know."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from beholder.errors import UsageError
from beholder.evaluation.network_files import says_task
from beholder.image.pixels import Pixels
from beholder.observers import Objects, load_network

if TYPE_CHECKING:
    from beholder.observers.network import NetworkObserver


@dataclass(frozen=True)
class _Picture:
    """A picture that is known by its digest."""

    digest: bytes
    pixels: Pixels = field(compare=False, repr=False)


def network_of(model: str, task: str | None = None) -> NetworkObserver:
    """Return the network, loaded once a process.

    Args:
        model: As `beholder.observers.load` takes it.
        task: What its output means, where neither its name nor a description says it.

    Raises:
        UsageError: There is no such network.
    """
    return load_network(model, None if says_task(model) else task)


def answer(model: str, pixels: Pixels, task: str | None = None) -> Any:
    """Return the network's answer as its task has it: for classes (1, classes) log probabilities.

    Args:
        model: As `network_of` takes it.
        pixels: (H, W, 3) uint8.
        task: As `network_of` takes it.

    Raises:
        UsageError: There is no such network, or it does not take such a picture.
    """
    return _answer(network_of(model, task), _known(pixels))


def log_probabilities(model: str, pixels: Pixels) -> NDArray[np.float32]:
    """Return the classes' log probabilities: (classes,).

    Raises:
        UsageError: As `answer`, or the network is no classifier.
    """
    network = network_of(model, "classification")
    if network.task.name != "classification":
        raise UsageError(
            f"{model}: its task is {network.task.name}; top1, top5 and agreement are for classification"
        )
    return np.asarray(answer(model, pixels, "classification")[0].cpu().numpy(), np.float32)


def find_objects(model: str, pixels: Pixels, *, masks: bool = True) -> Objects:
    """Return what a detector finds in a picture, best first, at most 100, in the picture's pixels.

    Candidates must score more than the network's description asks, and none overlaps with a better one of
    its class more than that allows. The detectors of torchvision do all of this themselves.

    Args:
        model: As `beholder.observers.load` takes it.
        pixels: (H, W, 3) uint8.
        masks: Whether to make masks, where the network can.

    Raises:
        UsageError: There is no such network, it is no detector, or it does not take such a picture.
    """
    network = network_of(model, "detection")
    from beholder.observers.network import objects  # noqa: PLC0415 -- which loads torch

    rules = objects.rules_of(network)
    if objects.finds_itself(network):
        own = _own_objects(network, _known(pixels))
        return own if masks else replace(own, masks=None)
    height, width = pixels.shape[:2]
    found = answer(model, pixels, "detection")
    return objects.objects_of_candidates(found, rules, network.preprocessing, (height, width), masks=masks)


def classes_are_ids(model: str) -> bool:
    """Return whether a detector's classes are category ids, rather than places in their order."""
    from beholder.observers.network import objects  # noqa: PLC0415 -- which loads torch

    return objects.rules_of(network_of(model, "detection")).classes == "ids"


def _known(pixels: Pixels) -> _Picture:
    contiguous = np.ascontiguousarray(pixels)
    digest = hashlib.sha256(str(contiguous.shape).encode() + contiguous.tobytes()).digest()
    return _Picture(digest, contiguous)


@lru_cache(maxsize=4)  # the picture at hand, for a few networks
def _answer(network: NetworkObserver, picture: _Picture) -> Any:
    return network.reference(picture.pixels)


@lru_cache(maxsize=2)  # masks are large
def _own_objects(network: NetworkObserver, picture: _Picture) -> Objects:
    from beholder.observers.network.objects import own_objects  # noqa: PLC0415 -- which loads torch

    return own_objects(network, picture.pixels)
