"""mAP against pycocotools and faster-coco-eval."""

import json
from pathlib import Path

import numpy as np
import pytest

from beholder.errors import InputError, UsageError
from beholder.evaluation.coco_file import CocoFile
from beholder.evaluation.sets.detections import DetectionRecord, DetectionSet
from beholder.evaluation.sets.matching import Matcher, Shape
from beholder.observers import Objects
from tests.evaluation.sets.coco_sets import HEIGHT, WIDTH, precision_of, random_set, records_of

pytest.importorskip("faster_coco_eval", reason="faster-coco-eval is not installed (overlaps are its own)")

LIBRARIES = ("pycocotools", "faster_coco_eval")


def ours(records: list[DetectionRecord], weights: np.ndarray | None = None) -> tuple[float, float, float]:
    own = DetectionSet(records)
    counted = np.ones((1, len(records))) if weights is None else weights
    variants = own.variants(counted)
    return float(own.mean(counted)[0]), float(variants["50"][0]), float(variants["75"][0])


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("shape", ["box", "mask"])
@pytest.mark.parametrize("seed", range(6))
def test_precision_is_that_of_the_libraries(library: str, shape: Shape, seed: int, tmp_path: Path) -> None:
    content, found = random_set(seed)
    theirs = precision_of(library, content, found, shape, sorted(found))
    assert 0.05 < theirs[0] < 0.95
    assert ours(records_of(content, found, shape, tmp_path)) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("library", LIBRARIES)
def test_pictures_that_do_not_count_are_not_there(library: str, tmp_path: Path) -> None:
    content, found = random_set(1)
    records = records_of(content, found, "box", tmp_path)
    random = np.random.default_rng(0)
    for _ in range(5):
        chosen = random.random(len(found)) < 0.5
        pictures = [number for number, there in zip(sorted(found), chosen, strict=True) if there]
        expected = precision_of(library, content, found, "box", pictures)
        assert ours(records, chosen[None].astype(float)) == pytest.approx(expected, abs=1e-9, nan_ok=True)


def test_a_picture_that_counts_twice_is_two_pictures(tmp_path: Path) -> None:
    content, found = random_set(2)
    # Of equal scores the copy of a picture comes last in pycocotools, and at once in ours.
    random = np.random.default_rng(0)
    for number, own in found.items():
        scores = random.permutation(100)[: len(own)] + number / 100
        found[number] = Objects(own.boxes, (scores / 102).astype(np.float32), own.classes, own.masks)
    records = records_of(content, found, "box", tmp_path)
    twice = np.array([[2.0, 1, 3, *[1] * (len(found) - 3)]])
    value = ours(records, twice)
    for picture, copies in ((1, [101]), (3, [103, 203])):
        for copy in copies:
            own = [each for each in content["annotations"] if each["image_id"] == picture]
            content["annotations"] += [
                each | {"image_id": copy, "id": each["id"] + 1000 * copy} for each in own
            ]
            content["images"].append(content["images"][picture - 1] | {"id": copy})
            found[copy] = found[picture]
    assert value == pytest.approx(precision_of("pycocotools", content, found, "box", sorted(found)), abs=1e-9)


def test_no_detections_have_no_precision_and_no_objects_none_at_all(tmp_path: Path) -> None:
    content, found = random_set(3)
    nothing = Objects(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64))
    assert ours(records_of(content, dict.fromkeys(found, nothing), "box", tmp_path)) == (0, 0, 0)
    empty = {**content, "annotations": []}
    assert np.isnan(ours(records_of(empty, found, "box", tmp_path))).all()
    assert np.isnan(DetectionSet([]).mean(np.ones((1, 0)))).all()


def test_chunks_of_weights_give_what_each_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content, found = random_set(4)
    own = DetectionSet(records_of(content, found, "box", tmp_path))
    weights = np.random.default_rng(0).integers(0, 3, (7, len(found))).astype(float)
    together = own.mean(weights)
    assert len(np.unique(together)) > 3
    monkeypatch.setattr("beholder.evaluation.sets.detections._NUMBERS_AT_ONCE", 60)
    np.testing.assert_array_equal(own.mean(weights), together)


def test_a_record_is_short_text_that_reads_back(tmp_path: Path) -> None:
    content, found = random_set(5)
    for record in records_of(content, found, "mask", tmp_path):
        text = record.format()
        assert not set(text) & set(',"\n')
        again = DetectionRecord.parse(text)
        assert again.format() == text
        assert list(again.classes) == list(record.classes)
        for category, own in record.classes.items():
            assert again.classes[category].objects == own.objects
            for name in ("scores", "right", "ignored"):
                np.testing.assert_array_equal(getattr(again.classes[category], name), getattr(own, name))


@pytest.mark.parametrize(
    "text", ["segments 1:2:3:4", "detections 1:2", "detections 1:2:AAA", "detections a:2:"]
)
def test_other_texts_are_no_records(text: str) -> None:
    with pytest.raises(InputError, match="no record of detections"):
        DetectionRecord.parse(text)


def found_of(boxes: list[list[float]], classes: list[int], *, masks: bool = False) -> Objects:
    drawn = np.zeros((len(boxes), HEIGHT, WIDTH), bool) if masks else None
    return Objects(
        np.array(boxes, np.float32),
        np.linspace(0.9, 0.5, len(boxes)).astype(np.float32),
        np.array(classes),
        drawn,
    )


@pytest.fixture
def truth(tmp_path: Path) -> CocoFile:
    def annotation(number: int, box: list[float], category: int, crowd: int) -> dict[str, object]:
        return {"id": number, "image_id": 5, "category_id": category, "bbox": box, "iscrowd": crowd}

    content = {
        "images": [
            {"id": 5, "file_name": "five.jpg"},
            {"id": 6, "file_name": "six.jpg", "width": 9, "height": 9},
        ],
        "categories": [{"id": 90}, {"id": 3}],
        "annotations": [annotation(1, [0, 0, 40, 40], 3, 1), annotation(2, [10, 10, 10, 10], 3, 0)],
    }
    path = tmp_path / "truth.json"
    path.write_text(json.dumps(content))
    return CocoFile(path)


def test_crowds_are_taken_last_and_by_many(truth: CocoFile) -> None:
    matcher = Matcher(truth.objects(5), "box", (HEIGHT, WIDTH))
    boxes = [[10, 10, 20, 20], [10, 10, 20, 20], [0, 0, 9, 9], [45, 41, 60, 46]]
    matches = matcher.match(found_of(boxes, [0, 0, 0, 0]), classes_are_ids=False).classes[3]
    assert matches.objects == 1
    assert matches.right.all(axis=0).tolist() == [True, False, False, False]
    assert matches.ignored.all(axis=0).tolist() == [False, True, True, False]
    assert not matches.ignored[:, [0, 3]].any()


def test_an_object_is_preferred_to_a_crowd_that_overlaps_more(truth: CocoFile) -> None:
    matcher = Matcher(truth.objects(5), "box", (HEIGHT, WIDTH))
    matches = matcher.match(found_of([[10, 10, 20, 19]], [0]), classes_are_ids=False).classes[3]
    # It lies in the crowd wholly, and overlaps with the object by 0.9.
    assert matches.right[:, 0].tolist() == [True] * 9 + [False]
    assert matches.ignored[:, 0].tolist() == [False] * 9 + [True]


@pytest.mark.parametrize("library", LIBRARIES)
def test_of_objects_of_equal_overlap_the_last_one_is_taken(library: str, tmp_path: Path) -> None:
    content, _ = random_set(0, pictures=1)
    outline = {"iscrowd": 0, "area": 100, "image_id": 1, "category_id": 3}
    content["annotations"] = [
        outline | {"id": 1, "bbox": [0, 0, 10, 10]},
        outline | {"id": 2, "bbox": [4, 0, 10, 10]},
    ]
    # The first one lies between both; the second one fits the first object alone.
    found = {1: found_of([[2, 0, 12, 10], [0, 0, 10, 10]], [0, 0])}
    expected = precision_of(library, content, found, "box", [1])
    assert ours(records_of(content, found, "box", tmp_path)) == pytest.approx(expected, abs=1e-9)
    content["annotations"].reverse()
    other = ours(records_of(content, found, "box", tmp_path))
    assert other == pytest.approx(precision_of(library, content, found, "box", [1]), abs=1e-9)
    assert other != expected


def test_classes_are_places_in_the_order_of_ids_or_ids(truth: CocoFile) -> None:
    matcher = Matcher(truth.objects(5), "box", (HEIGHT, WIDTH))
    one = found_of([[10, 10, 20, 20]], [1])
    assert len(matcher.match(one, classes_are_ids=False).classes[90].scores) == 1
    same = found_of([[10, 10, 20, 20]], [3])
    assert matcher.match(same, classes_are_ids=True).classes[3].right.all()
    with pytest.raises(UsageError, match=r'found class 3, .* file has 2 categories; .* classes = "ids"'):
        matcher.match(same, classes_are_ids=False)


def test_what_cannot_be_matched_is_told(truth: CocoFile) -> None:
    with pytest.raises(UsageError, match="has 64x48 pixels, but the one that was annotated 9x9"):
        Matcher(truth.objects(6), "box", (HEIGHT, WIDTH))
    with pytest.raises(InputError, match="has no outline"):
        Matcher(truth.objects(5), "mask", (HEIGHT, WIDTH))
    with pytest.raises(UsageError, match=r'gives no masks; .* masks = "prototypes"'):
        Matcher(truth.objects(6), "mask", (9, 9)).match(found_of([[0, 0, 9, 9]], [0]), classes_are_ids=False)


def test_annotation_files_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "truth.json"
    with pytest.raises(InputError, match="No such file"):
        CocoFile(path)
    for text in ("[]", "{", '{"images": [{}], "categories": [], "annotations": []}'):
        path.write_text(text)
        with pytest.raises(InputError, match="no annotation file as COCO has them"):
            CocoFile(path)
    path.write_text(
        '{"images": [{"id": 1, "file_name": "a.jpg"}], "categories": [{"id": 1}], '
        '"annotations": [{"image_id": 1, "category_id": 1}]}'
    )
    with pytest.raises(InputError, match=r"an annotation of a\.jpg is damaged"):
        CocoFile(path).objects(1)


def test_other_annotations_are_another_truth(truth: CocoFile) -> None:
    assert truth.objects(5) == truth.objects(5)
    assert truth.objects(5) != truth.objects(6)


@pytest.mark.parametrize("shape", ["box", "mask"])
def test_what_pycocotools_ignores_does_not_count(shape: Shape, tmp_path: Path) -> None:
    """Objects of categories that are not listed, objects of other pictures, what is listed twice alike."""
    content, found = random_set(4)
    clean = ours(records_of(content, found, shape, tmp_path))
    objects = content["annotations"]
    strange = [each | {"id": each["id"] + 1000, "category_id": 44} for each in objects[:9]]
    elsewhere = [each | {"id": each["id"] + 2000, "image_id": 999} for each in objects[:9]]
    content["annotations"] = [*objects, *strange, *elsewhere]
    content["categories"].insert(0, content["categories"][2])
    content["images"].append(content["images"][3])
    assert ours(records_of(content, found, shape, tmp_path)) == pytest.approx(clean, abs=1e-12)
    theirs = precision_of("pycocotools", content, found, shape, sorted(found))
    assert theirs == pytest.approx(clean, abs=1e-9)


def wrong(folder: Path, **changes: object) -> Path:
    content = {
        "images": [{"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "b.jpg"}],
        "categories": [{"id": 3, "name": "cat"}, {"id": 4, "name": "dog"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4]}],
    }
    path = folder / "truth.json"
    path.write_text(json.dumps(content | changes))
    return path


ANNOTATION = {"id": 1, "image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"images": [{"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "a.jpg"}]},
            "the file_name a.jpg is that of two pictures, ids 1 and 2",
        ),
        (
            {"images": [{"id": 1, "file_name": "a.jpg"}, {"id": 1, "file_name": "b.jpg"}]},
            "the picture id 1 is given twice",
        ),
        (
            {"categories": [{"id": 3, "name": "cat"}, {"id": 3, "name": "dog"}]},
            "the category id 3 is given twice",
        ),
        (
            {"annotations": [ANNOTATION, ANNOTATION | {"bbox": [5, 5, 5, 5]}]},
            "the annotation id 1 is given twice",
        ),
        ({"annotations": [ANNOTATION | {"image_id": "1"}]}, "no annotation has the image_id of a picture"),
        ({"annotations": [ANNOTATION | {"category_id": 9}]}, "no annotation has the image_id of a picture"),
    ],
)
def test_what_pycocotools_leaves_to_chance_is_refused(
    changes: dict[str, object], message: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=f"truth.json: {message}"):
        CocoFile(wrong(tmp_path, **changes))


@pytest.mark.parametrize("box", [[1, 2, 3], [1, 2, float("nan"), 4], [1, 2, -3, 4], None])
def test_a_box_that_is_none_is_refused(box: object, tmp_path: Path) -> None:
    truth = CocoFile(wrong(tmp_path, annotations=[ANNOTATION | {"bbox": box}]))
    with pytest.raises(InputError, match=r"truth\.json: an annotation of a\.jpg is damaged"):
        truth.objects(1)
