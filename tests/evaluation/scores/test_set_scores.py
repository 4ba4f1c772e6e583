"""mAP and mIoU of networks, from pixels to the number of a set."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch", reason="torch is not installed")

from torch import Tensor

from beholder.errors import InputError, UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.annotations import read_annotations
from beholder.evaluation.coco_file import CocoFile
from beholder.evaluation.item import Item
from beholder.evaluation.items import make_items
from beholder.evaluation.scores import networks
from beholder.evaluation.scores.answers import find_objects
from beholder.evaluation.scores.registry import find_score
from beholder.evaluation.sets.records import parse_records
from beholder.evaluation.worker import scorer_of
from beholder.image.pixels import Pixels
from tests.evaluation.codecs.pictures import photograph
from tests.evaluation.scores.test_pictures import worse
from tests.evaluation.scores.tiny_networks import describe, save
from tests.evaluation.sets.coco_sets import precision_of
from tests.observers.network.shared import shared

pytestmark = pytest.mark.filterwarnings("ignore:.torch.jit:FutureWarning")

HEIGHT, WIDTH = 40, 56
CLASSES = 4


class Threshold(torch.nn.Module):
    """The class of a pixel by its brightness, at half the input's size."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("centres", torch.tensor([60.0, 110.0, 140.0, 200.0]).view(1, CLASSES, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        grey = torch.nn.functional.avg_pool2d(x.mean(dim=1, keepdim=True), 2)
        return -((grey - self.centres) / 10).square()


@pytest.fixture
def segmenter(tmp_path: Path) -> str:
    save(Threshold(), tmp_path / "threshold.pt", torch.zeros(1, 3, 16, 16))
    text = 'task = "segmentation"\nresize = "longer"\nsize = 80\ncanvas = [80, 80]\n'
    return describe(tmp_path / "threshold.toml", text)


def labelled(folder: Path, count: int) -> list[Item]:
    """Pictures with random labels, of which some do not count."""
    random = np.random.default_rng(0)
    (folder / "pictures").mkdir()
    (folder / "labels").mkdir()
    for number in range(count):
        pixels = photograph(HEIGHT, WIDTH, number)
        Image.fromarray(pixels).save(folder / "pictures" / f"{number}.png")
        labels = (
            np.digitize(pixels.mean(axis=2), (90, 125, 160)) if number else np.zeros((HEIGHT, WIDTH), int)
        )
        labels = np.where(random.random(labels.shape) < 0.2, 255, labels).astype(np.uint8)
        picture = Image.fromarray(labels, "P") if number % 2 else Image.fromarray(labels)
        if number % 2:
            picture.putpalette(random.integers(0, 255, 768, dtype=np.uint8).tobytes())
        picture.save(folder / "labels" / f"{number}.png")
    annotations = read_annotations([folder / "labels"])
    return list(make_items(sorted((folder / "pictures").iterdir()), annotations=annotations))


def confusion(item: Item, decoded: Pixels) -> np.ndarray:
    """By hand: (labels, predictions) counts, at the network's logits resized to the picture."""
    # 56x40 to 80x57 in the middle of 80x80.
    picture = torch.from_numpy(decoded).permute(2, 0, 1)[None].float()
    resized = torch.nn.functional.interpolate(picture, (57, 80), mode="bilinear", antialias=True)
    canvas = torch.zeros(1, 3, 80, 80)
    canvas[:, :, 11:68] = resized
    logits = torch.nn.functional.interpolate(Threshold()(canvas), (80, 80), mode="bilinear")[:, :, 11:68]
    logits = torch.nn.functional.interpolate(logits, (HEIGHT, WIDTH), mode="bilinear")
    predicted = logits[0].argmax(dim=0).numpy()
    assert item.segments is not None
    labels = np.asarray(Image.open(item.segments.path)).astype(int)
    table = np.zeros((CLASSES, CLASSES))
    for label, said in zip(labels.ravel(), predicted.ravel(), strict=True):
        if label != 255:
            table[label, said] += 1
    return table


def test_miou_is_that_of_confusion_matrices(segmenter: str, tmp_path: Path) -> None:
    score = find_score(f"miou:{segmenter}")
    assert not isinstance(score, Absent)
    items = labelled(tmp_path, 5)
    texts, tables = [], []
    for item in items:
        decoded = worse(item.pixels, 40)
        texts.append(str(score.prepare(item)(decoded)))
        tables.append(confusion(item, decoded))
    records = parse_records(texts)
    for weights in ([1, 1, 1, 1, 1], [1, 0, 0, 0, 0], [0, 2, 1, 0, 5]):
        table = np.tensordot(weights, tables, axes=1)
        hits, labels, said = np.diag(table), table.sum(axis=1), table.sum(axis=0)
        there = labels > 0
        expected = (hits[there] / (labels + said - hits)[there]).mean()
        assert records.mean(np.array([weights], float))[0] == pytest.approx(expected, rel=1e-12)
        assert 0.01 < expected < 0.95
    assert records.variants(np.ones((1, 5))) == {}


def test_labels_that_do_not_fit(segmenter: str, tmp_path: Path) -> None:
    score = find_score(f"miou:{segmenter}")
    assert not isinstance(score, Absent)
    item = labelled(tmp_path, 1)[0]
    assert item.segments is not None
    assert len(item.truth(score.needs) or "") == 64
    with pytest.raises(UsageError, match="has no segments; give a folder"):
        scorer_of(score, replace(item, segments=None))
    path = item.segments.path
    Image.new("L", (WIDTH, HEIGHT), CLASSES).save(path)
    with pytest.raises(UsageError, match=r"label 4, but .* knows classes 0 to 3"):
        score.prepare(item)(item.pixels)
    Image.new("L", (WIDTH, HEIGHT - 1)).save(path)
    with pytest.raises(UsageError, match="labels are not resized"):
        score.prepare(item)
    Image.new("RGB", (WIDTH, HEIGHT)).save(path)
    with pytest.raises(InputError, match="class indices in one channel"):
        score.prepare(item)
    path.write_bytes(b"no picture")
    with pytest.raises(InputError, match="not a picture in a format"):
        score.prepare(item)


def test_a_segmenter_must_see_the_whole_picture(tmp_path: Path) -> None:
    save(Threshold(), tmp_path / "cropped.pt", torch.zeros(1, 3, 16, 16))
    described = describe(tmp_path / "cropped.toml", 'resize = "shorter"\nsize = 32\ncanvas = [32, 32]\n')
    score = find_score(f"miou:{described}")
    assert not isinstance(score, Absent)
    with pytest.raises(UsageError, match="crops pictures"):
        item = labelled(tmp_path, 1)[0]
        score.prepare(item)(item.pixels)


class Bright(torch.nn.Module):
    """A candidate on each square of 8 pixels, likely of class 1 where it is bright, of class 0 where dark."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        grey = torch.nn.functional.avg_pool2d(x.mean(dim=1), 8) / 255
        rows, columns = torch.meshgrid(
            torch.arange(grey.shape[1]) * 8.0, torch.arange(grey.shape[2]) * 8.0, indexing="ij"
        )
        boxes = torch.stack([columns, rows, columns + 8, rows + 8], dim=-1).reshape(1, -1, 4)
        return boxes, torch.stack([1 - grey, grey], dim=-1).reshape(1, -1, 2)


@pytest.fixture
def detector(tmp_path: Path) -> str:
    save(Bright(), tmp_path / "bright.pt", torch.zeros(1, 3, 40, 56))
    return describe(tmp_path / "bright.toml", 'resize = "none"\n[detection]\nscore_threshold = 0.4\n')


def annotated(folder: Path, count: int) -> tuple[dict, list[Item]]:
    """Pictures with objects on every third square; the last one has none."""
    content: dict = {"images": [], "categories": [{"id": 5}, {"id": 2}], "annotations": []}
    (folder / "pictures").mkdir()
    for number in range(count):
        Image.fromarray(photograph(HEIGHT, WIDTH, number)).save(folder / "pictures" / f"{number}.png")
        content["images"].append(
            {"id": number + 1, "file_name": f"{number}.png", "height": HEIGHT, "width": WIDTH}
        )
        for square in range(0, 35 if number < count - 1 else 0, 3):
            content["annotations"].append(
                {
                    "id": len(content["annotations"]) + 1,
                    "image_id": number + 1,
                    "category_id": 2 + 3 * (square % 2),
                    "bbox": [square % 7 * 8 + 1, square // 7 * 8, 8, 8],
                    "area": 64,
                    "iscrowd": 0,
                }
            )
    (folder / "truth.json").write_text(json.dumps(content))
    annotations = read_annotations([folder / "truth.json"])
    return content, list(make_items(sorted((folder / "pictures").iterdir()), annotations=annotations))


def test_map_is_that_of_pycocotools(detector: str, tmp_path: Path) -> None:
    score = find_score(f"map-box:{detector}")
    if isinstance(score, Absent):
        pytest.skip(str(score))
    content, items = annotated(tmp_path, 4)
    decoded = [worse(item.pixels, 32) for item in items]
    texts = [str(score.prepare(item)(pixels)) for item, pixels in zip(items, decoded, strict=True)]
    found = {number + 1: find_objects(detector, pixels) for number, pixels in enumerate(decoded)}
    expected = precision_of("pycocotools", content, found, "box", list(found))
    assert expected[0] > 0.01
    once = np.ones((1, len(items)))
    records = parse_records(texts)
    assert records.mean(once)[0] == pytest.approx(expected[0], abs=1e-9)
    assert [values[0] for values in records.variants(once).values()] == pytest.approx(expected[1:], abs=1e-9)


def test_pictures_without_an_entry_are_told(detector: str, tmp_path: Path) -> None:
    score = find_score(f"map-box:{detector}")
    if isinstance(score, Absent):
        pytest.skip(str(score))
    _, (item, *_) = annotated(tmp_path, 2)
    with pytest.raises(UsageError, match=r"0.png: has no objects; give an annotation"):
        scorer_of(score, replace(item, objects=None))
    mask = find_score(f"map-mask:{detector}")
    assert not isinstance(mask, Absent)
    with pytest.raises(InputError, match="has no outline"):
        mask.prepare(item)


def test_what_names_no_network(monkeypatch: pytest.MonkeyPatch, detector: str) -> None:
    for name in ("map-box", "map-mask:", "miou"):
        with pytest.raises(UsageError, match="needs a network for"):
            find_score(name)
    with pytest.raises(UsageError, match="no such file"):
        find_score("map-box:none.toml")
    monkeypatch.setattr(networks, "find_spec", lambda name: None)
    found = find_score(f"map-mask:{detector}")
    assert isinstance(found, Absent)
    assert found.install == "pip install torchvision faster-coco-eval"


REAL = {
    "yolox_nano_416": 'resize = "longer"\nsize = 416\nantialias = false\ncanvas = [416, 416]\n'
    'placement = "top-left"\nfill = [114.0, 114.0, 114.0]\n[detection]\n',
    "yolov5n_seg_640": 'resize = "longer"\nsize = 640\nantialias = false\ncanvas = [640, 640]\n'
    'fill = [114.0, 114.0, 114.0]\n[detection]\niou_threshold = 0.6\nmasks = "prototypes"\n',
}


@pytest.mark.parametrize(
    ("model", "shape", "least"),
    [("yolox_nano_416", "box", 0.2), ("yolov5n_seg_640", "box", 0.2), ("yolov5n_seg_640", "mask", 0.2)],
)
def test_real_networks_on_photographs(model: str, shape: str, least: float, tmp_path: Path) -> None:
    weights = shared(f"models/{model}.pt")
    truth = shared("data/coco/annotations/instances_val2017.json")
    (tmp_path / f"{model}.toml").write_text(f'network = "{weights}"\ntask = "detection"\n{REAL[model]}')
    described = str(tmp_path / f"{model}.toml")
    score = find_score(f"map-{shape}:{described}")
    if isinstance(score, Absent):
        pytest.skip(str(score))
    paths = sorted(shared("data/coco/val2017").glob("*.jpg"))[:6]
    items = make_items(paths, annotations=read_annotations([truth]))
    texts = [str(score.prepare(item)(item.pixels)) for item in items]
    numbers = CocoFile(truth).numbers
    found = {numbers[item.name]: find_objects(described, item.pixels) for item in items}
    content = json.loads(truth.read_text())
    once = np.ones((1, len(items)))
    value = parse_records(texts).mean(once)[0]
    assert value > least
    for library in ("pycocotools", "faster_coco_eval"):
        expected = precision_of(library, content, found, shape, sorted(found))  # type: ignore[arg-type]
        assert value == pytest.approx(expected[0], abs=1e-6)
