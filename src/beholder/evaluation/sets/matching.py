"""Which detections are right: greedy matching with the true objects, as COCO defines it.

Each class stands alone. The detections take turns, best first; each takes the object left that it overlaps
most, if by enough. Crowds are taken only by those that find no other object, and by any number of them;
overlap with a crowd is the share of the detection that lies in it. Who takes one counts neither as right nor
as wrong.

Overlaps are those of faster-coco-eval, and the rule that of its and pycocotools' `evaluateImg`.
"""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from beholder.errors import InputError, UsageError
from beholder.evaluation.coco_file import TrueObject, TrueObjects
from beholder.evaluation.sets.detections import OVERLAPS, ClassMatches, DetectionRecord
from beholder.observers import Objects

Shape: TypeAlias = Literal["box", "mask"]


class Matcher:
    """Matches detections with the objects of one picture."""

    def __init__(self, truth: TrueObjects, shape: Shape, size: tuple[int, int]) -> None:
        """Makes the shapes of the objects.

        Args:
            truth: The objects.
            shape: What has to overlap.
            size: Height and width of the picture.

        Raises:
            UsageError: The picture has another size than the one that was annotated.
            InputError: An object has no outline where masks are matched, or a damaged one.
        """
        height, width = size
        if (truth.width or width, truth.height or height) != (width, height):
            raise UsageError(
                f"the picture has {width}x{height} pixels, but the one that was annotated "
                f"{truth.width}x{truth.height}; give the pictures of the annotation file"
            )
        self._shape, self._size = shape, size
        self._categories = truth.categories
        self._crowd: dict[int, NDArray[np.bool_]] = {}
        self._shapes: dict[int, Any] = {}
        for category in sorted({each.category for each in truth.objects}):
            own = [each for each in truth.objects if each.category == category]
            self._crowd[category] = np.array([each.crowd for each in own])
            if shape == "box":
                self._shapes[category] = np.array([each.box for each in own])
            else:
                self._shapes[category] = [_run_lengths(each, size) for each in own]

    def match(self, found: Objects, *, classes_are_ids: bool) -> DetectionRecord:
        """Returns how detections match.

        Args:
            found: In the picture.
            classes_are_ids: Whether classes are category ids, or places in their order.

        Raises:
            UsageError: A class is beyond the file's categories, or there are no masks where they are matched.
        """
        categories = self._category_ids(found, classes_are_ids)
        best = np.argsort(-found.scores, kind="stable")
        shapes = self._detected_shapes(found)
        classes: dict[int, ClassMatches] = {}
        for category in sorted({*self._crowd, *categories.tolist()}):
            own = best[categories[best] == category]
            crowd = self._crowd.get(category, np.zeros(0, bool))
            right, ignored = self._greedy(category, shapes, own, crowd)
            classes[category] = ClassMatches(found.scores[own], right, ignored, int((~crowd).sum()))
        return DetectionRecord(classes)

    def _category_ids(self, found: Objects, classes_are_ids: bool) -> NDArray[np.int64]:
        if classes_are_ids:
            return found.classes
        beyond = found.classes[found.classes >= len(self._categories)]
        if len(beyond):
            raise UsageError(
                f"the network has found class {beyond[0]}, counted from 0, but the annotation file has "
                f'{len(self._categories)} categories; where classes are category ids, write classes = "ids" '
                "into [detection] of the network's description"
            )
        return np.array(self._categories)[found.classes]

    def _detected_shapes(self, found: Objects) -> Any:
        """(n, 4) x, y, width, height; or a list of n run lengths."""
        if self._shape == "box":
            boxes = found.boxes.astype(np.float64)
            return np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
        if found.masks is None:
            raise UsageError(
                "the network gives no masks; where it gives coefficients and prototypes of masks, write "
                'masks = "prototypes" into [detection] of its description'
            )
        if not len(found):
            return []
        return _mask_functions().encode(np.asfortranarray(found.masks.transpose(1, 2, 0), np.uint8))

    def _greedy(
        self, category: int, shapes: Any, own: NDArray[np.intp], crowd: NDArray[np.bool_]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """(10, n) whether each is right, and whether it is to be ignored."""
        right, ignored = np.zeros((2, len(OVERLAPS), len(own)), bool)
        if not len(own) or not len(crowd):
            return right, ignored
        detected = shapes[own] if self._shape == "box" else [shapes[index] for index in own]
        overlaps = np.asarray(
            _mask_functions().iou(detected, self._shapes[category], crowd.astype(int).tolist())
        )
        for number, least in enumerate(OVERLAPS):
            taken = np.zeros(len(crowd), bool)
            for detection, overlap in enumerate(overlaps):
                one = _best(overlap, least, taken, crowd)
                if one is not None:
                    taken[one] = not crowd[one]
                    right[number, detection] = not crowd[one]
                    ignored[number, detection] = crowd[one]
        return right, ignored


def _best(
    overlap: NDArray[np.float64], least: float, taken: NDArray[np.bool_], crowd: NDArray[np.bool_]
) -> int | None:
    """The object that a detection takes: of those of most overlap the last; a crowd if no other is left."""
    for kind in (~crowd, crowd):
        candidates = np.flatnonzero(kind & ~taken & (overlap >= least))
        if len(candidates):
            among = overlap[candidates]
            return int(candidates[np.flatnonzero(among == among.max())[-1]])
    return None


def _run_lengths(each: TrueObject, size: tuple[int, int]) -> Any:
    """An object's mask as the library packs it."""
    functions = _mask_functions()
    height, width = size
    outline = json.loads(each.outline)
    try:
        if isinstance(outline, list) and outline:
            return functions.merge(functions.frPyObjects(outline, height, width))
        if isinstance(outline, dict) and isinstance(outline["counts"], list):
            return functions.frPyObjects(outline, height, width)
        if isinstance(outline, dict) and list(outline["size"]) == [height, width]:
            return outline
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise InputError(f"an object of category {each.category} has a damaged outline ({error})") from error
    raise InputError(
        f"an object of category {each.category} has no outline that fits the picture, which masks need"
    )


def _mask_functions() -> Any:
    return import_module("faster_coco_eval.core.mask")
