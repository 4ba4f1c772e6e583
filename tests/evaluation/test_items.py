import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.errors import UsageError
from beholder.evaluation.annotations import read_annotations, read_labels
from beholder.evaluation.items import make_items
from tests.evaluation.fakes import write_pictures


def test_names_are_paths_below_the_common_folder_in_natural_order(tmp_path: Path) -> None:
    paths = [tmp_path / "set" / name for name in ("kodim10.png", "kodim2.png", "a/kodim1.png")]
    assert [item.name for item in make_items(paths)] == ["a/kodim1.png", "kodim2.png", "kodim10.png"]
    assert [item.name for item in make_items(paths[:1])] == ["kodim10.png"]
    assert make_items([]) == ()


def test_a_limit_takes_pictures_evenly_spread(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.png" for number in range(10)]
    assert [item.name for item in make_items(paths, limit=3)] == ["0.png", "3.png", "6.png"]
    assert len(make_items(paths, limit=99)) == 10


def test_a_file_counts_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="given twice"):
        make_items([tmp_path / "a.png", tmp_path / "sub" / ".." / "a.png"])


def test_labels_go_by_the_whole_name_or_by_its_last_part(tmp_path: Path) -> None:
    paths = [tmp_path / "a" / "1.png", tmp_path / "b" / "2.png", tmp_path / "b" / "3.png"]
    items = make_items(paths, labels={"a/1.png": 7, "2.png": 8, "elsewhere.png": 9})
    assert [item.label for item in items] == [7, 8, None]


def test_a_label_that_fits_two_pictures_is_refused(tmp_path: Path) -> None:
    paths = [tmp_path / "a" / "1.png", tmp_path / "b" / "1.png"]
    with pytest.raises(UsageError, match=r"the label of 1.png fits a/1.png and b/1.png"):
        make_items(paths, labels={"1.png": 7})
    items = make_items(paths, labels={"a/1.png": 7, "b/1.png": 8})
    assert [item.label for item in items] == [7, 8]


def test_annotations_go_by_the_end_of_the_path(tmp_path: Path) -> None:
    pictures = write_pictures(tmp_path / "val", 3)
    truth = tmp_path / "truth.json"
    box = {"image_id": 7, "category_id": 4, "bbox": [1, 2, 3, 4]}
    names = ("val/0.png", "1.png", "other/2.png")
    images = [{"id": number + 7, "file_name": name} for number, name in enumerate(names)]
    truth.write_text(json.dumps({"images": images, "categories": [{"id": 4}], "annotations": [box]}))
    labels = tmp_path / "labels"
    (labels / "val").mkdir(parents=True)
    for name in ("val/0", "2"):
        Image.new("L", (24, 16)).save(labels / f"{name}.png")
    first, second, third = make_items(pictures, annotations=read_annotations([truth, labels]))
    assert first.objects is not None
    assert [each.box for each in first.objects.objects] == [(1, 2, 3, 4)]
    assert second.objects is not None
    assert second.objects.objects == (), "a picture with an entry and no objects"
    assert third.objects is None
    assert [item.segments and item.segments.path for item in (first, second, third)] == [
        labels / "val" / "0.png",
        None,
        labels / "2.png",
    ]
    (labels / "2.png").write_bytes(b"other")
    (again,) = make_items(pictures[2:], annotations=read_annotations([labels]))
    assert again.segments != third.segments


def test_annotations_of_a_kind_are_given_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no label pictures"):
        read_annotations([tmp_path])
    Image.new("L", (24, 16)).save(tmp_path / "a.png")
    with pytest.raises(UsageError, match="is a second folder of label pictures"):
        read_annotations([tmp_path, tmp_path])
    truth = tmp_path / "truth.json"
    truth.write_text('{"images": [], "categories": [], "annotations": []}')
    with pytest.raises(UsageError, match="is a second annotation file"):
        read_annotations([truth, truth])


def test_pixels_are_of_three_components(tmp_path: Path) -> None:
    (path,) = write_pictures(tmp_path, 1)
    assert make_items([path])[0].pixels.shape == (16, 24, 3)
    assert make_items([path])[0].pixels.dtype == np.uint8


def test_labels_are_read_from_csv(tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text('file,split,class_index\n"a,b.png",val,3\nc.png,val,0\nc.png,val,0\n')
    assert read_labels(table) == {"a,b.png": 3, "c.png": 0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,class\na.png,3\n", "has no column class_index"),
        ("file,class_index\na.png,cat\n", "line 2: the class_index of a.png is 'cat'"),
        ("file,class_index\na.png,1\na.png,2\n", "a.png has two classes, 1 and 2"),
    ],
)
def test_what_is_no_table_of_labels_is_refused(tmp_path: Path, text: str, message: str) -> None:
    table = tmp_path / "labels.csv"
    table.write_text(text)
    with pytest.raises(UsageError, match=message):
        read_labels(table)
    with pytest.raises(UsageError, match="No such file"):
        read_labels(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "file,class_index\na.png,-1\n",
            "line 2: the class_index of a.png is '-1'; it must be a number from 0",
        ),
        ("file,class_index\na.png\n", "the class_index of a.png is None"),
        ("file,class_index\n,3\n", "line 2: names no file"),
        ("file,class_index\n", "holds no label below its header"),
        ('file,class_index\n"a.png,3\n', "not a CSV file in UTF-8"),
    ],
)
def test_damaged_labels_are_refused_with_their_line(tmp_path: Path, text: str, message: str) -> None:
    table = tmp_path / "labels.csv"
    table.write_text(text)
    with pytest.raises(UsageError, match=message):
        read_labels(table)


def test_a_byte_order_mark_and_blanks_behind_commas_are_read(tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_bytes(b"\xef\xbb\xbffile, class_index\r\na.png, 3\r\n")
    assert read_labels(table) == {"a.png": 3}
