"""What detectors find in a version of a picture, to be drawn over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beholder.evaluation.report.coco_classes import class_name
from beholder.evaluation.report.windows import Window, lossless_webp
from beholder.evaluation.scores.answers import classes_are_ids, find_objects
from beholder.image.pixels import Pixels

# Detectors give objects down to scores of 0.01, for mAP; a drawing of those would hide the picture.
LEAST_SCORE = 0.3
_MASK_ALPHA = 110
# Of masks by class; the page's colours of boxes.
_COLOURS = np.array(
    [
        *((109, 179, 242), (255, 141, 74), (63, 203, 156), (242, 135, 190)),
        *((236, 208, 74), (163, 220, 247), (177, 163, 255), (255, 255, 255)),
    ],
    np.uint8,
)


@dataclass(frozen=True)
class FoundObjects:
    """Objects in the window, best first.

    Attributes:
        model: That found them.
        boxes: x0, y0, x1, y1 of each in pixels of the window, beyond its ends where objects are.
        scores: 0..1.
        classes: Numbers, for colours.
        names: What COCO calls the classes.
        mask: The window with the objects' masks in colours as a WebP file; None where there are none.
    """

    model: str
    boxes: Sequence[tuple[float, float, float, float]]
    scores: Sequence[float]
    classes: Sequence[int]
    names: Sequence[str]
    mask: bytes | None


def objects_in(model: str, pixels: Pixels, window: Window) -> FoundObjects:
    """Returns what a detector finds in a picture and the window shows of it.

    Raises:
        UsageError: There is no such network, what runs it is not installed, or it takes no such picture.
    """
    found = find_objects(model, pixels)
    ids = classes_are_ids(model)
    boxes = found.boxes - np.array([window.left, window.top] * 2, np.float32)
    seen = (found.scores >= LEAST_SCORE) & (boxes[:, 2:] > 0).all(axis=1)
    seen &= (boxes[:, 0] < window.width) & (boxes[:, 1] < window.height)
    kept = np.flatnonzero(seen)
    numbers = [int(found.classes[index]) for index in kept]
    return FoundObjects(
        model=model,
        boxes=[(float(x0), float(y0), float(x1), float(y1)) for x0, y0, x1, y1 in boxes[kept]],
        scores=[float(found.scores[index]) for index in kept],
        classes=numbers,
        names=[class_name(number, is_id=ids) for number in numbers],
        mask=None if found.masks is None else _coloured(found.masks[kept], numbers, window),
    )


def _coloured(masks: NDArray[np.bool_], classes: Sequence[int], window: Window) -> bytes:
    """The masks in the window, the best objects on top."""
    drawn = np.zeros((window.height, window.width, 4), np.uint8)
    for mask, number in reversed(list(zip(masks, classes, strict=True))):
        colour = (*_COLOURS[number % len(_COLOURS)], _MASK_ALPHA)
        drawn[window.cut(mask)] = colour
    return lossless_webp(drawn)
