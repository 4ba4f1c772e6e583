"""Detections: what makes them of a detector's candidates, and what they are in the picture's own pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from beholder.options import Options, option

MAX_OBJECTS = 100  # a picture, as COCO counts

MaskKind: TypeAlias = Literal["none", "prototypes"]
ClassNumbers: TypeAlias = Literal["order", "ids"]


@dataclass(frozen=True, kw_only=True, repr=False)
class DetectionRules(Options):
    """How candidates become detections, and what they mean: the table ``[detection]`` of a description."""

    score_threshold: float = option(0.01, help="candidates must score more", minimum=0, maximum=1)
    iou_threshold: float = option(
        0.65, help="IoU above which the lower of two boxes of one class goes", minimum=0, maximum=1
    )
    masks: MaskKind = option(
        "none",
        help="prototypes: behind boxes and scores the network gives (N, candidates, k) coefficients and "
        "(N, k, h, w) prototypes of its whole input; an object's mask is the sigmoid of their product, "
        "within its box (YOLACT, YOLOv5-seg and later)",
    )
    classes: ClassNumbers = option(
        "order",
        help="what the number of a class means: its place in the ascending order of the category ids of an "
        "annotation file, or the ids themselves",
    )


@dataclass(frozen=True)
class Objects:
    """Detections of one picture, best first.

    Attributes:
        boxes: (n, 4) float32: x0, y0, x1, y1 in pixels of the picture, its corner at 0, 0.
        scores: (n,) float32, 0..1.
        classes: (n,) whole numbers; what they mean, `DetectionRules.classes` says.
        masks: (n, H, W) bool; None where the network gives none, or nobody asked.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    classes: NDArray[np.int64]
    masks: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.scores)
