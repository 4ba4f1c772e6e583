"""What a network found in a picture, in the picture's own pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


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
