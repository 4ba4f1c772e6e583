"""Random objects and detections as COCO has them, and what pycocotools and faster-coco-eval say of them."""

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from beholder.evaluation.coco_file import CocoFile
from beholder.evaluation.sets.detections import DetectionRecord
from beholder.evaluation.sets.matching import Matcher, Shape
from beholder.observers import Objects

HEIGHT, WIDTH = 48, 64
CATEGORIES = (3, 7, 8, 90)  # with gaps, as COCO's ids have


def random_set(seed: int, pictures: int = 12) -> tuple[dict[str, Any], dict[int, Objects]]:
    """Annotations with crowds, ignored objects and empty pictures; and detections, some near the objects.

    Scores come in steps, so that many are equal.
    """
    random = np.random.default_rng(seed)
    annotations: list[dict[str, Any]] = []
    found: dict[int, Objects] = {}
    for number in range(1, pictures + 1):
        boxes = _boxes(random, int(random.integers(0, 7)) if number % 4 else 0)
        classes = random.integers(0, len(CATEGORIES) - 1, len(boxes))  # the last category has no object
        for box, index in zip(boxes, classes, strict=True):
            annotations.append(_annotation(random, len(annotations) + 1, number, CATEGORIES[index], box))
        if number % 5 == 0:  # a picture without detections
            here, labels = boxes[:0], classes[:0]
        else:
            other = _boxes(random, int(random.integers(0, 9)))
            near = boxes + random.normal(0, 2, boxes.shape)
            here = np.vstack([near, boxes[:1], other])  # some objects are found twice
            here[:, 2:] = np.maximum(here[:, 2:], here[:, :2] + 1)
            labels = np.concatenate([classes, classes[:1], random.integers(0, len(CATEGORIES), len(other))])
        scores = (random.integers(1, 20, len(here)) / 20).astype(np.float32)
        masks = np.stack([_mask(box) for box in here]) if len(here) else np.zeros((0, HEIGHT, WIDTH), bool)
        found[number] = Objects(here.astype(np.float32), scores, labels.astype(np.int64), masks)
    content = {
        "info": {},
        "images": [
            {"id": number, "file_name": f"{number:04}.jpg", "height": HEIGHT, "width": WIDTH}
            for number in range(1, pictures + 1)
        ],
        "categories": [{"id": number, "name": str(number)} for number in CATEGORIES],
        "annotations": annotations,
    }
    return content, found


def records_of(
    content: dict[str, Any], found: dict[int, Objects], shape: Shape, folder: Path
) -> list[DetectionRecord]:
    """Ours, of all pictures in the order of their ids, once to text and back."""
    path = folder / "instances.json"
    path.write_text(json.dumps(content))
    truth = CocoFile(path)
    records = []
    for number in sorted(found):
        picture = truth.objects(number)
        assert picture.height is not None
        assert picture.width is not None
        matcher = Matcher(picture, shape, (picture.height, picture.width))
        text = matcher.match(found[number], classes_are_ids=False).format()
        records.append(DetectionRecord.parse(text))
    return records


def precision_of(
    library: str, content: dict[str, Any], found: dict[int, Objects], shape: Shape, pictures: list[int]
) -> tuple[float, float, float]:
    """mAP, AP at 0.5 and at 0.75, as a library computes them; nan where it says that there are none."""
    categories = sorted({each["id"] for each in content["categories"]})
    results = []
    for number, own in found.items():
        for index in range(len(own)):
            x0, y0, x1, y1 = own.boxes[index].astype(float).tolist()
            result: dict[str, Any] = {
                "image_id": number,
                "category_id": categories[own.classes[index]],
                "score": float(own.scores[index]),
            }
            if shape == "box":
                result["bbox"] = [x0, y0, x1 - x0, y1 - y0]
            else:
                assert own.masks is not None
                result["segmentation"] = _packed(library, own.masks[index])
            results.append(result)
    # pycocotools changes what it is given.
    content = json.loads(json.dumps(content))
    kind = "bbox" if shape == "box" else "segm"
    with contextlib.redirect_stdout(io.StringIO()):
        if library == "pycocotools":
            coco_module = pytest.importorskip("pycocotools.coco", reason="pycocotools is not installed")
            from pycocotools.cocoeval import COCOeval  # noqa: PLC0415

            truth = coco_module.COCO()
            truth.dataset = content
            truth.createIndex()
            evaluation = COCOeval(truth, truth.loadRes(results), kind)
        else:
            faster = pytest.importorskip("faster_coco_eval", reason="faster-coco-eval is not installed")
            truth = faster.COCO(content)
            evaluation = faster.COCOeval_faster(truth, truth.loadRes(results), kind)
        evaluation.params.imgIds = pictures
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    first, at_50, at_75 = (float(value) if value != -1 else float("nan") for value in evaluation.stats[:3])
    return first, at_50, at_75


def _boxes(random: np.random.Generator, count: int) -> np.ndarray:
    corner = random.uniform(0, (WIDTH - 20, HEIGHT - 20), (count, 2))
    return np.hstack([corner, corner + random.uniform(5, 18, (count, 2))])


def _mask(box: np.ndarray) -> np.ndarray:
    """An ellipse in the box."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    (x0, y0), (x1, y1) = box[:2], box[2:]
    across, down = (columns - (x0 + x1) / 2) / (x1 - x0), (rows - (y0 + y1) / 2) / (y1 - y0)
    return np.asarray(across**2 + down**2 <= 0.25)


def _annotation(
    random: np.random.Generator, number: int, picture: int, category: int, box: np.ndarray
) -> dict[str, Any]:
    crowd = number % 5 == 0
    x0, y0, x1, y1 = box.tolist()
    if crowd:  # uncompressed run lengths, by columns
        flat = _mask(box).T.ravel()
        edges = np.flatnonzero(np.diff(np.concatenate([[False], flat]))) if flat.any() else np.zeros(0, int)
        counts = np.diff(np.concatenate([[0], edges, [flat.size]])).tolist()
        outline: Any = {"counts": counts, "size": [HEIGHT, WIDTH]}
    else:
        angles = np.linspace(0, 2 * np.pi, 17)[:-1]
        points = np.stack(
            [(x0 + x1 + (x1 - x0) * np.cos(angles)) / 2, (y0 + y1 + (y1 - y0) * np.sin(angles)) / 2]
        )
        outline = [points.T.ravel().tolist()]
    found = {
        "id": number,
        "image_id": picture,
        "category_id": category,
        "bbox": [x0, y0, x1 - x0, y1 - y0],
        "area": (x1 - x0) * (y1 - y0),
        "iscrowd": int(crowd),
        "segmentation": outline,
    }
    if number % 7 == 0:
        found["ignore"] = 1  # which pycocotools overwrites by iscrowd
    return found


def _packed(library: str, mask: np.ndarray) -> Any:
    if library == "pycocotools":
        functions: Any = pytest.importorskip("pycocotools.mask", reason="pycocotools is not installed")
    else:
        functions = pytest.importorskip(
            "faster_coco_eval.core.mask", reason="faster-coco-eval is not installed"
        )
    return functions.encode(np.asfortranarray(mask[:, :, None], np.uint8))[0]
