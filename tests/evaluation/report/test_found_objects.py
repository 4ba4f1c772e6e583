import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.errors import UsageError
from beholder.evaluation.item import Item, Needs
from beholder.evaluation.report import found_objects as module
from beholder.evaluation.report import gallery
from beholder.evaluation.report.coco_classes import class_name
from beholder.evaluation.report.found_objects import objects_in
from beholder.evaluation.report.gallery import detectors_of
from beholder.evaluation.report.versions import Version, VersionTask, make_version
from beholder.evaluation.report.windows import Window
from beholder.evaluation.score import Column
from beholder.image.pixels import Pixels
from beholder.observers import Objects
from tests.cli.program import photograph

WINDOW = Window(10, 5, 30, 20)
PIXELS = np.zeros((40, 60, 3), np.uint8)


def objects(masks: bool) -> Objects:
    """One in the window, one too unlikely, one left of the window, one below it."""
    boxes = np.array([[12, 6, 25, 15], [12, 6, 25, 15], [0, 0, 9, 9], [20, 26, 30, 39]], np.float32)
    drawn = np.zeros((4, 40, 60), bool)
    drawn[0, 6:15, 12:25] = True
    return Objects(
        boxes=boxes,
        scores=np.array([0.9, 0.1, 0.8, 0.7], np.float32),
        classes=np.array([16, 1, 2, 3]),
        masks=drawn if masks else None,
    )


@pytest.fixture
def masks(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> bool:
    with_masks: bool = request.param
    monkeypatch.setattr(module, "find_objects", lambda model, pixels: objects(with_masks))
    monkeypatch.setattr(module, "classes_are_ids", lambda model: False)
    return with_masks


@pytest.mark.parametrize("masks", [False, True], indirect=True)
def test_likely_objects_in_the_window_are_kept(masks: bool) -> None:
    found = objects_in("net", PIXELS, WINDOW)
    assert found.boxes == [(2, 1, 15, 10)]
    assert found.scores == pytest.approx([0.9])
    assert (found.classes, found.names) == ([16], ["dog"])
    if not masks:
        assert found.mask is None
        return
    assert found.mask is not None
    drawn = np.asarray(Image.open(io.BytesIO(found.mask)))
    assert drawn.shape == (20, 30, 4)
    assert np.array_equal(drawn[..., 3] > 0, objects(masks=True).masks[0][5:25, 10:40])  # type: ignore[index]


@pytest.mark.parametrize(
    ("number", "is_id", "name"),
    [
        *((0, False, "person"), (79, False, "toothbrush"), (80, False, "class 80"), (-1, False, "class -1")),
        *((1, True, "person"), (90, True, "toothbrush"), (13, True, "stop sign"), (12, True, "class 12")),
    ],
)
def test_class_names(number: int, is_id: bool, name: str) -> None:
    assert class_name(number, is_id=is_id) == name


def test_a_network_that_cannot_look_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(model: str, pixels: Pixels) -> Objects:
        raise UsageError(f"there is no network {model}")

    monkeypatch.setattr(module, "find_objects", refuse)
    photograph(16, 24).save(tmp_path / "a.png")
    item = Item(name="a.png", path=tmp_path / "a.png")
    version = make_version(VersionTask(item, (24, 16), None, {}, 1, Window(0, 0, 24, 16), (), ("net.pt",)))
    assert isinstance(version, Version)
    assert version.notes == ["objects of net.pt: there is no network net.pt"]
    assert version.picture


def test_detectors_are_those_of_the_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["map-box:net.toml", "map-mask:net.toml", "map-box:torchvision:a"]
    others = [Column("psnr"), Column("kl:other.pt")]
    columns = [*others, *(Column(name, needs=Needs.OBJECTS) for name in names)]
    problems: list[str] = []
    monkeypatch.setattr(gallery, "find_spec", lambda name: name)
    assert detectors_of(columns, problems) == ["net.toml", "torchvision:a"]
    assert problems == []
    monkeypatch.setattr(gallery, "find_spec", lambda name: None)
    assert detectors_of(others, problems) == []
    assert problems == []
    assert detectors_of(columns, problems) == []
    assert problems == ["objects are not shown, since networks need torch; pip install 'beholder[machine]'"]
