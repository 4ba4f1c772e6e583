import json
from dataclasses import replace
from pathlib import Path

import pytest

from beholder.errors import UsageError
from beholder.evaluation.annotations import Annotations
from beholder.evaluation.coco_file import CocoFile
from beholder.evaluation.presets.networks import Look
from beholder.evaluation.presets.plan import PlannedPart, SkippedPart, plan_part
from beholder.evaluation.presets.preset import Part
from beholder.evaluation.presets.request import Request, parts_of
from tests.evaluation.fakes import write_pictures
from tests.evaluation.kodak import write_kodak
from tests.evaluation.presets.fakes import ALEX, BOXES, ERROR, KODAK, TOP1, part, preset


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    paths = write_pictures(tmp_path / "pictures", 4)
    return Request(paths=paths, labels={"0.png": 3, "1.png": 5, "2.png": 7})


def plan(request: Request, folder: Path, own: Part | None = None) -> PlannedPart:
    own = own or part()
    found = plan_part(preset(own), own, request, folder)
    assert isinstance(found, PlannedPart)
    return found


def skipped(request: Request, folder: Path, own: Part) -> tuple[str, ...]:
    found = plan_part(preset(own), own, request, folder)
    assert isinstance(found, SkippedPart)
    return found.missing


def test_a_part_takes_labelled_pictures_codecs_of_networks_and_scores(
    request_: Request, tmp_path: Path
) -> None:
    found = plan(request_, tmp_path)
    assert [item.name for item in found.items] == ["0.png", "1.png", "2.png"]
    assert [codec.name for codec in found.codecs] == ["step", "fine+network=lite"]
    assert [score.name for score in found.scores] == ["top1:lite", "error"]
    assert [(table.column, table.look) for table in found.tables] == [
        ("top1:lite", Look("lite")),
        ("error", None),
    ]
    assert found.anchor == "step"
    assert len(found.missing) == 2


def test_each_network_has_its_codec_and_its_score(request_: Request, tmp_path: Path, here: set[str]) -> None:
    here.update(("torchvision:alex", "torchvision:vgg"))
    found = plan(request_, tmp_path)
    networks = ["torchvision:alex", "torchvision:vgg"]
    assert [codec.name for codec in found.codecs[1:]] == [f"fine+network={n}" for n in networks]
    assert [score.name for score in found.scores[:2]] == [f"top1:{n}" for n in networks]
    assert found.missing == ()


def test_without_labels_the_rest_is_measured(request_: Request, tmp_path: Path) -> None:
    found = plan(replace(request_, labels=None), tmp_path)
    assert len(found.items) == 4
    assert [score.name for score in found.scores] == ["error"]
    assert any("--labels FILE.csv" in words for words in found.missing)


def test_without_a_network_the_rest_is_measured(request_: Request, tmp_path: Path, here: set[str]) -> None:
    here.clear()
    found = plan(request_, tmp_path)
    assert [codec.name for codec in found.codecs] == ["step"]
    assert [table.column for table in found.tables] == ["error"]


def test_where_nothing_can_be_measured_the_part_is_skipped(
    request_: Request, tmp_path: Path, here: set[str]
) -> None:
    here.clear()
    assert any(
        "no weights of torchvision:alex" in words
        for words in skipped(request_, tmp_path, part(tables=(TOP1,)))
    )
    (words,) = skipped(request_, tmp_path, KODAK)
    assert words.startswith("no picture of Kodak (kodim01 to kodim24) is there: give the folder")
    boxes = part(tables=(BOXES,), roles=(replace(ALEX, name="boxes"),))
    assert any("--annotations FILE" in words for words in skipped(request_, tmp_path, boxes))
    assert skipped(request_, tmp_path, part(anchors=("gone",), codecs=("gone",)))[-1].startswith(
        "gone: not there"
    )


def test_the_first_anchor_that_is_there_counts(request_: Request, tmp_path: Path) -> None:
    found = plan(request_, tmp_path, part(anchors=("gone", "fine"), codecs=("gone", "step", "fine")))
    assert found.anchor == "fine"
    assert [absent.name for absent in found.absent] == ["gone"]


def test_codecs_replace_those_of_the_preset_and_the_anchor_stays(request_: Request, tmp_path: Path) -> None:
    names = [codec.name for codec in plan(replace(request_, codecs=("fine",)), tmp_path).codecs]
    assert names == ["step", "fine"]
    spliced = plan(replace(request_, codecs=("fine", "preset")), tmp_path)
    assert [codec.name for codec in spliced.codecs] == ["fine", "step", "fine+network=lite"]
    other = plan(replace(request_, anchor="fine"), tmp_path)
    assert other.anchor == "fine"
    assert [codec.name for codec in other.codecs] == ["fine", "step", "fine+network=lite"]


def test_scores_limit_qualities_and_window_are_taken(request_: Request, tmp_path: Path) -> None:
    asked = replace(request_, scores=("other", "error"), limit=2, qualities=3, window_bpp=(1.0, 2.0))
    found = plan(asked, tmp_path)
    assert [score.name for score in found.scores] == ["top1:lite", "error", "other"]
    assert len(found.items) == 2
    assert found.qualities == 3
    assert found.window_bpp == (1.0, 2.0)


def test_named_networks_look_where_they_belong(request_: Request, tmp_path: Path) -> None:
    asked = replace(request_, networks=("alex=mine", "other"))
    found = plan(asked, tmp_path)
    assert found.looks == (Look("mine", ALEX), Look("other"))
    assert [score.name for score in found.scores] == ["top1:mine", "top1:other", "error"]
    boxes = part(tables=(ERROR, BOXES), roles=(ALEX, replace(ALEX, name="boxes")), stand_in=None)
    unannotated = replace(asked, networks=("alex=mine",), labels=None)
    without = plan(unannotated, tmp_path, boxes)
    assert any("--annotations" in words for words in without.missing)
    annotated = replace(unannotated, annotations=Annotations(objects=coco_file(tmp_path)))
    without = plan(annotated, tmp_path, boxes)
    assert without.missing == ("Boxes: none of the given networks is for it; name boxes=NET",)
    found = plan(replace(annotated, networks=("boxes=finder",)), tmp_path, boxes)
    assert [score.name for score in found.scores] == ["error", "map-box:finder"]


def coco_file(folder: Path) -> CocoFile:
    path = folder / "instances.json"
    images = [{"id": 1, "file_name": "0.png", "width": 24, "height": 16}]
    path.write_text(json.dumps({"images": images, "categories": [{"id": 1}], "annotations": []}))
    return CocoFile(path)


def test_squares_are_evaluated_in_place_of_pictures(request_: Request, tmp_path: Path) -> None:
    found = plan(request_, tmp_path / "part", part(crop=16))
    assert [item.label for item in found.items] == [3, 5, 7]
    assert all(item.path.is_relative_to(tmp_path / "part" / "pictures") for item in found.items)
    assert all(item.pixels.shape == (16, 16, 3) for item in found.items)


def test_without_a_square_the_part_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "0.png").write_bytes(b"no picture")
    request = Request(paths=[tmp_path / "0.png"])
    assert any("0.png: " in words for words in skipped(request, tmp_path / "part", part(crop=16)))


def test_published_curves_are_for_kodak(tmp_path: Path) -> None:
    paths = [item.path for item in write_kodak(tmp_path)]
    own = replace(KODAK, published=("hm", "vtm"))
    found = plan(Request(paths=paths, published=("vtm",)), tmp_path, own)
    assert [curve.name for curve in found.published] == ["hm", "vtm"]
    part_of_kodak = plan(Request(paths=paths[:3], published=("vtm",)), tmp_path, own)
    assert part_of_kodak.published == ()
    assert plan(Request(paths=paths, published=("vtm",), limit=3), tmp_path, own).published == ()


def test_parts_are_the_usual_ones_or_those_named() -> None:
    own = preset(part(), part(name="more", by_default=False), KODAK)
    assert [each.name for each in parts_of(own, Request(paths=[]))] == ["photographs", "kodak"]
    assert [each.name for each in parts_of(own, Request(paths=[], parts=("more",)))] == ["more"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"parts": ("moon",)}, "fake has no part 'moon'; it has photographs, kodak"),
        ({"parts": ("kodak",), "labels": {}}, r"--labels: no score in fake \(kodak\) uses labels"),
        ({"annotations": Annotations()}, "--annotations: no score in fake .* uses annotations"),
        ({"parts": ("photographs",), "published": ("hm",)}, "--published: those curves are over Kodak"),
        ({"networks": ("lenet=a",)}, "the paper has no network 'lenet'"),
        (
            {"parts": ("kodak",), "networks": ("alex=a",)},
            r"--networks alex=...: is in no part of fake \(kodak\)",
        ),
        (
            {"parts": ("kodak",), "networks": ("a",)},
            r"--networks a, in fake \(kodak\): no network looks there",
        ),
    ],
)
def test_contradictions_are_told(changes: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parts_of(preset(), replace(Request(paths=[]), **changes))  # type: ignore[arg-type]


def test_a_network_without_a_role_is_asked_for_one_where_none_stands_in() -> None:
    own = preset(part(stand_in=None))
    with pytest.raises(UsageError, match="say in whose place: alex=a, vgg=a"):
        parts_of(own, Request(paths=[], networks=("a",)))


def test_an_anchor_that_is_not_there_is_told(request_: Request, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the anchor cannot be used: gone"):
        plan(replace(request_, anchor="gone"), tmp_path)
    with pytest.raises(UsageError, match="unknown codec 'moon'"):
        plan(replace(request_, codecs=("moon",)), tmp_path)


def test_labels_of_other_pictures_do_not_stop_kodaks_part(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    others = write_pictures(tmp_path / "set", 2)
    kodak = [item.path for item in write_kodak(tmp_path)]
    request = Request(paths=[*others, *kodak], labels={"set/0.png": 1, "set/1.png": 2})
    found = plan(request, tmp_path, KODAK)
    assert [item.name for item in found.items] == [path.name for path in kodak]
