"""The objects that networks find, each picture looked at once for all the scores that want to know."""

from __future__ import annotations

from beholder.evaluation.scores.answers import answer, final_objects, network_of
from beholder.image.pixels import Pixels
from beholder.observers import Objects

__all__ = ["Objects", "classes_are_ids", "find_objects"]


def find_objects(model: str, pixels: Pixels, *, masks: bool = True) -> Objects:
    """Returns what a detector finds in a picture, best first, at most 100, in the picture's pixels.

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
        return final_objects(model, pixels, masks=masks)
    height, width = pixels.shape[:2]
    found = answer(model, pixels, "detection")
    return objects.objects_of_candidates(found, rules, network.preprocessing, (height, width), masks=masks)


def classes_are_ids(model: str) -> bool:
    """Returns whether a detector's classes are category ids, rather than places in their order."""
    from beholder.observers.network import objects  # noqa: PLC0415 -- which loads torch

    return objects.rules_of(network_of(model, "detection")).classes == "ids"
