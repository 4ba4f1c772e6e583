r"""From the answers of detectors and segmenters to objects and classes in the picture's pixels.

::

    candidates --score, class-wise suppression--> at most 100 --undo resize and padding--> Objects
                                                      \--coefficients x prototypes--> masks
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from beholder.errors import UsageError
from beholder.image.pixels import Pixels
from beholder.observers._detections import MAX_OBJECTS, DetectionRules, Objects
from beholder.observers.network.calling import called, one_thread_an_operation
from beholder.observers.network.observer import NetworkObserver
from beholder.observers.network.preprocessing import Preprocessing
from beholder.observers.network.tasks import Detections, Detector, Segmenter
from beholder.observers.network.torchvision_models import TorchvisionDetector

# The best of the candidates are enough for 100 detections, and more would take suppression minutes.
_MAX_CANDIDATES = 30_000
_MASKS_AT_ONCE = 8  # bounds the memory: of a picture of 12 megapixels they are 400 MB


def rules_of(network: NetworkObserver) -> DetectionRules:
    """Returns what makes detections of a network's candidates.

    Raises:
        UsageError: It is no detector.
    """
    if not isinstance(network.task, Detector):
        raise UsageError(
            f"{network.name}: its task is {network.task.name}; objects are found by a network for detection"
        )
    return network.task.rules


def finds_itself(network: NetworkObserver) -> bool:
    """Returns whether `own_objects` takes the network, rather than `objects_of_candidates` its answer."""
    return isinstance(network.module, TorchvisionDetector)


def own_objects(network: NetworkObserver, pixels: Pixels) -> Objects:
    """Returns what a detector of torchvision finds by its own rules, masks where it makes them."""
    module = network.module
    assert isinstance(module, TorchvisionDetector), "the caller has asked `finds_itself`"
    with torch.inference_mode(), one_thread_an_operation():
        picture = network.to_tensor(pixels)
        return called(network.name, lambda: module.find(picture), tuple(picture.shape))


def objects_of_candidates(
    found: Detections,
    rules: DetectionRules,
    preprocessing: Preprocessing,
    size: tuple[int, int],
    *,
    masks: bool,
) -> Objects:
    """Returns the objects of one picture.

    Args:
        found: The answer on a batch of one.
        rules: What makes detections of candidates.
        preprocessing: What was done to the picture.
        size: Height and width of the picture.
        masks: Whether to make masks, where the network gives what it takes.

    Raises:
        UsageError: torchvision, which suppresses, is not installed.
    """
    boxes, scores = found.boxes[0].detach(), found.scores[0].detach()
    candidate, label = suppressed(boxes, scores, rules)
    kept = boxes[candidate]
    height, width = size
    place = preprocessing.place(height, width)
    scale = kept.new_tensor([width / place.columns, height / place.rows] * 2)
    kept = (kept - kept.new_tensor([place.left, place.top] * 2)) * scale
    drawn = None
    if masks and found.coefficients is not None and found.prototypes is not None:
        drawn = _masks(found.coefficients[0, candidate], found.prototypes[0], kept, preprocessing, size)
    return Objects(
        boxes=kept.cpu().numpy(),
        scores=scores[candidate, label].cpu().numpy(),
        classes=label.cpu().numpy(),
        masks=None if drawn is None else drawn.cpu().numpy(),
    )


def suppressed(boxes: Tensor, scores: Tensor, rules: DetectionRules) -> tuple[Tensor, Tensor]:
    """Returns candidate and class of each detection, best first, at most `MAX_OBJECTS`.

    Args:
        boxes: (candidates, 4) x0, y0, x1, y1.
        scores: (candidates, classes).
        rules: Scores and overlaps that count.

    Raises:
        UsageError: torchvision, which suppresses, is not installed.
    """
    try:
        ops: Any = import_module("torchvision.ops")
    except ImportError as error:
        raise UsageError("torchvision is not installed: pip install 'beholder[machine]'") from error
    candidate, label = (scores > rules.score_threshold).nonzero(as_tuple=True)
    score = scores[candidate, label]
    if len(score) > _MAX_CANDIDATES:
        score, best = score.topk(_MAX_CANDIDATES)
        candidate, label = candidate[best], label[best]
    kept = ops.batched_nms(boxes[candidate], score, label, rules.iou_threshold)[:MAX_OBJECTS]
    return candidate[kept], label[kept]


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


def _masks(
    coefficients: Tensor,
    prototypes: Tensor,
    boxes: Tensor,
    preprocessing: Preprocessing,
    size: tuple[int, int],
) -> Tensor:
    """(n, H, W) bool.

    Args:
        coefficients: (n, k).
        prototypes: (k, h, w) over the whole input.
        boxes: (n, 4) in pixels of the picture.
        preprocessing: What was done to the picture.
        size: Of the picture.
    """
    height, width = size
    rows = torch.arange(height, device=boxes.device).view(1, -1, 1) + 0.5
    columns = torch.arange(width, device=boxes.device).view(1, 1, -1) + 0.5
    drawn = torch.empty((len(boxes), height, width), dtype=torch.bool, device=boxes.device)
    for first in range(0, len(boxes), _MASKS_AT_ONCE):
        some = slice(first, first + _MASKS_AT_ONCE)
        likely = torch.einsum("nk,khw->nhw", coefficients[some].float(), prototypes.float()).sigmoid()
        left, top, right, bottom = boxes[some].view(-1, 4, 1, 1).unbind(1)
        within = (rows >= top) & (rows < bottom) & (columns >= left) & (columns < right)
        drawn[some] = (preprocessing.onto_picture(likely[None], *size)[0] > 0.5) & within
    return drawn
