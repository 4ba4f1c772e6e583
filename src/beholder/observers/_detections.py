"""Detections: what makes them of a detector's candidates, and what they are in the picture's own pixels."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from beholder.errors import UsageError

MAX_OBJECTS = 100  # a picture, as COCO counts

MaskKind: TypeAlias = Literal["none", "prototypes"]
ClassNumbers: TypeAlias = Literal["order", "ids"]


@dataclass(frozen=True, kw_only=True)
class DetectionRules:
    """How candidates become detections, and what they mean.

    Attributes:
        score_threshold: Candidates must score more.
        iou_threshold: IoU above which the lower of two boxes of one class goes.
        masks: ``prototypes``: behind boxes and scores the network gives (N, candidates, k) coefficients
            and (N, k, h, w) prototypes that cover its whole input; an object's mask is the sigmoid of their
            product, within its box (YOLACT, YOLOv5-seg and later).
        classes: What the number of a class means: its place in the ascending ``order`` of the category ids
            of an annotation file, or the ``ids`` themselves.
    """

    score_threshold: float = 0.01
    iou_threshold: float = 0.65
    masks: MaskKind = "none"
    classes: ClassNumbers = "order"

    def __post_init__(self) -> None:
        """Checks the fields.

        Raises:
            UsageError: A field has a value that it cannot have.
        """
        for name in ("score_threshold", "iou_threshold"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
                raise UsageError(f"{name} must be a number from 0 to 1, got {value!r}")
        for name, choice in (("masks", MaskKind), ("classes", ClassNumbers)):
            value = getattr(self, name)
            if value not in get_args(choice):
                raise UsageError(f"{name} must be one of {', '.join(get_args(choice))}, got {value!r}")

    @classmethod
    def of_table(cls, table: dict[str, Any]) -> DetectionRules:
        """The rules that a table of a TOML file describes; its keys are the fields.

        Raises:
            UsageError: It has keys or values that cannot be.
        """
        known = [field.name for field in fields(cls)]
        for key in table:
            if key not in known:
                raise UsageError(f"unknown key {key!r} in [detection]; known are {', '.join(known)}")
        return cls(**table)


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
