"""From a segmenter's answer to the class of each of the picture's own pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from beholder.errors import UsageError
from beholder.observers.network.observer import NetworkObserver
from beholder.observers.network.tasks import Segmenter


def classes_of_pixels(network: NetworkObserver, answer: Tensor, size: tuple[int, int]) -> NDArray[np.int64]:
    """Returns (H, W) the likeliest class, of log probabilities that are resized to the picture.

    Args:
        network: The segmenter.
        answer: (1, classes, h, w) on the picture.
        size: H and W.

    Raises:
        UsageError: It is no segmenter, or its preprocessing crops the picture.
    """
    if not isinstance(network.task, Segmenter):
        raise UsageError(
            f"{network.name}: its task is {network.task.name}; pixels have classes by segmentation"
        )
    if not network.preprocessing.place(*size).whole:
        raise UsageError(
            f"{network.name}: its preprocessing crops pictures, so that it says nothing of their margins; "
            "leave canvas out, or resize by the longer side"
        )
    return np.asarray(network.preprocessing.onto_picture(answer, *size)[0].argmax(dim=0).cpu().numpy())
