"""The benchmark of detectors: its precision against pycocotools, and rates at a precision."""

import contextlib
import io
import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pycocotools", reason="pycocotools is not installed (boxes are matched against it)")
pytest.importorskip("faster_coco_eval", reason="faster-coco-eval is not installed (overlaps are its own)")

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from benchmarks.networks.coco_boxes import BoxPrecision
from benchmarks.networks.detection_report import _rate_of_map

CLASSES = (3, 7, 90)
PICTURES = (12, 5, 40, 9)  # numbers in no order, as annotation files have them


def random_boxes(random: np.random.Generator, count: int) -> np.ndarray:
    corner = random.uniform(0, 60, (count, 2))
    return np.hstack([corner, corner + random.uniform(5, 40, (count, 2))])


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    random = np.random.default_rng(1)
    objects = []
    for picture in PICTURES[:3]:  # the last one has no object
        for box in random_boxes(random, 6):
            sides = box[2:] - box[:2]
            objects.append(
                {
                    "id": len(objects) + 1,
                    "image_id": picture,
                    "category_id": int(random.choice(CLASSES[:2])),
                    "bbox": [*box[:2].tolist(), *sides.tolist()],
                    "area": float(sides.prod()),
                    "iscrowd": int(len(objects) % 5 == 4),
                }
            )
    path = tmp_path / "instances.json"
    record = {
        "info": {},
        "images": [{"id": number, "width": 100, "height": 100} for number in PICTURES],
        "categories": [{"id": number, "name": str(number)} for number in CLASSES],
        "annotations": objects,
    }
    path.write_text(json.dumps(record))
    return path


def detections(path: Path) -> list[np.ndarray]:
    """Objects moved a little, and boxes where there is nothing."""
    random = np.random.default_rng(2)
    objects = json.loads(path.read_text())["annotations"]
    found = []
    for picture in PICTURES:
        own = [o for o in objects if o["image_id"] == picture]
        boxes = np.array([[*o["bbox"][:2], *np.add(o["bbox"][:2], o["bbox"][2:])] for o in own]).reshape(
            -1, 4
        )
        labels = [CLASSES.index(o["category_id"]) for o in own]
        boxes = np.vstack([boxes + random.normal(0, 2, boxes.shape), random_boxes(random, 5)])
        labels += random.integers(0, 3, 5).tolist()
        scores = random.uniform(0.1, 1, len(boxes))
        found.append(np.column_stack([boxes, scores, labels]).astype(np.float32))
    return found


def precision_of_pycocotools(path: Path, found: list[np.ndarray], pictures: list[int]) -> float:
    rows = [
        [picture, x0, y0, x1 - x0, y1 - y0, score, CLASSES[int(label)]]
        for picture, own in zip(PICTURES, found, strict=True)
        for x0, y0, x1, y1, score, label in own.tolist()
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        known = COCO(str(path))
        evaluation = COCOeval(known, known.loadRes(np.array(rows)), "bbox")
        evaluation.params.imgIds = pictures
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return float(evaluation.stats[0])


def test_precision_is_that_of_pycocotools_on_any_choice_of_pictures(truth: Path) -> None:
    found = detections(truth)
    precision = BoxPrecision(truth, PICTURES)
    choices = [[1, 1, 1, 1], [1, 0, 1, 1], [0, 1, 0, 0], [0, 1, 1, 0]]
    values = precision.mean_precision(precision.matches(found), np.array(choices, float))
    for value, choice in zip(values, choices, strict=True):
        pictures = [number for number, chosen in zip(PICTURES, choice, strict=True) if chosen]
        theirs = precision_of_pycocotools(truth, found, pictures)
        assert 0.05 < theirs < 0.95
        assert value == pytest.approx(theirs, abs=1e-9)


def test_a_picture_that_counts_twice_is_two_pictures(truth: Path, tmp_path: Path) -> None:
    found = detections(truth)
    precision = BoxPrecision(truth, PICTURES)
    (value,) = precision.mean_precision(precision.matches(found), np.array([[2.0, 1, 1, 1]]))
    record = json.loads(truth.read_text())
    copies = [o | {"image_id": 99, "id": o["id"] + 100} for o in record["annotations"] if o["image_id"] == 12]
    record["annotations"] += copies
    record["images"].append({"id": 99, "width": 100, "height": 100})
    both = tmp_path / "both.json"
    both.write_text(json.dumps(record))
    doubled = BoxPrecision(both, (*PICTURES, 99))
    (theirs,) = doubled.mean_precision(doubled.matches([*found, found[0]]), np.ones((1, 5)))
    assert value == pytest.approx(theirs, abs=0.01)  # copies stand apart in the order of scores
    (once,) = precision.mean_precision(precision.matches(found), np.ones((1, 4)))
    assert abs(value - once) > 0.01


def test_no_detections_have_no_precision(truth: Path) -> None:
    precision = BoxPrecision(truth, PICTURES)
    nothing = [np.zeros((0, 6), np.float32)] * 4
    assert precision.mean_precision(precision.matches(nothing), np.ones((2, 4))).tolist() == [0, 0]


def test_rate_of_a_precision_is_read_between_points() -> None:
    rates = np.array([[0.1, 0.2, 0.4], [0.1, 0.2, 0.4], [0.1, 0.2, 0.4]])
    maps = np.array([[0.1, 0.2, 0.3], [0.1, 0.3, 0.2], [0.1, 0.15, 0.2]])
    found = _rate_of_map(rates, maps, np.array([0.25, 0.25, 0.25]))
    assert found[:2] == pytest.approx([0.2 * 2**0.5, 0.1 * 2**0.75])
    assert np.isnan(found[2])
