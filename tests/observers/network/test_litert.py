"""Networks in LiteRT files against what their few operations give in NumPy."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("ai_edge_litert", reason="ai-edge-litert is not installed")

import beholder
from beholder.errors import UsageError
from beholder.evaluation.network_files import missing_for, network_fingerprint
from beholder.evaluation.scores.networks import KlScore, Top1Score
from beholder.observers import load, machine
from beholder.observers.network import Classifier, NetworkObserver, Preprocessing, litert
from beholder.observers.network.calibrate import calibrate
from tests.observers.network.litert_files import LiteRtFile, classifier, segmenter
from tests.observers.network.tiny import noise

CLASSES = 6
# Of 0..255 samples real values from -2 to 2, of which a quantised input has steps of 1/64.
LINES = """task = "classification"
resize = "exact"
size = [4, 4]
mean = [128.0, 128.0, 128.0]
std = [64.0, 64.0, 64.0]
"""


def weights(classes: int = CLASSES) -> np.ndarray:
    """Multiples of 1/64 within what one byte holds."""
    return np.random.default_rng(5).integers(-40, 41, (classes, 48)) / 64


def written(path: Path, content: bytes, lines: str = LINES) -> Path:
    path.write_bytes(content)
    path.with_suffix(".toml").write_text(lines)
    return path


def log_probabilities(logits: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max()
    return shifted - np.log(np.exp(shifted).sum())


def answer(network: NetworkObserver, pixels: np.ndarray) -> np.ndarray:
    return network.reference(pixels)[0].numpy()


@pytest.mark.parametrize("end", ["SOFTMAX", "ARG_MAX", None])
@pytest.mark.parametrize("dtype", [np.float32, np.uint8, np.int8])
def test_a_classifier_answers_with_the_logits_before_its_end(
    tmp_path: Path, dtype: type, end: str | None
) -> None:
    network = load(written(tmp_path / "net.tflite", classifier(weights(), dtype=dtype, end=end)))
    assert (network.name, network.task.name, network.differentiable) == ("net", "classification", False)
    pixels = noise(4, 4)
    real = (pixels.astype(np.float64) - 128) / 64
    logits = weights() @ real.reshape(-1)
    if dtype != np.float32:
        low, high = (-16, 15.875)  # 8 bits of steps of 1/8 around the middle
        logits = np.clip(np.rint(logits * 8) / 8, low, high)
    # A logit half-way between two steps may go either way.
    tolerance = 1e-5 if dtype == np.float32 else 0.126
    assert answer(network, pixels) == pytest.approx(log_probabilities(logits), abs=tolerance)


def test_a_softmax_sharpens_by_its_beta(tmp_path: Path) -> None:
    network = load(written(tmp_path / "net.tflite", classifier(weights(), beta=0.25)))
    pixels = noise(4, 4)
    logits = weights() @ ((pixels.astype(np.float64) - 128) / 64).reshape(-1)
    assert answer(network, pixels) == pytest.approx(log_probabilities(logits / 4), abs=1e-5)


def test_pictures_of_torch_layout(tmp_path: Path) -> None:
    network = load(written(tmp_path / "net.tflite", classifier(weights(), (1, 3, 4, 4))))
    pixels = noise(4, 4)
    real = ((pixels.astype(np.float64) - 128) / 64).transpose(2, 0, 1)
    expected = log_probabilities(weights() @ real.reshape(-1))
    assert answer(network, pixels) == pytest.approx(expected, abs=1e-5)


def test_the_first_class_can_be_background(tmp_path: Path) -> None:
    path = written(tmp_path / "net.tflite", classifier(weights()), "first_class = 1\n" + LINES)
    pixels = noise(4, 4)
    logits = weights() @ ((pixels.astype(np.float64) - 128) / 64).reshape(-1)
    assert answer(load(path), pixels) == pytest.approx(log_probabilities(logits[1:]), abs=1e-5)
    path.with_suffix(".toml").write_text(f"first_class = {CLASSES}\n" + LINES)
    with pytest.raises(UsageError, match=r"first_class is 6, but the network gives 6 classes"):
        load(path).reference(pixels)
    path.with_suffix(".toml").write_text("first_class = 1\n" + LINES.replace("classification", "embedding"))
    with pytest.raises(UsageError, match="first_class is for classifiers, but it is for embedding"):
        load(path)


def test_torch_networks_have_a_first_class_too() -> None:
    logits = torch.tensor([[9.0, 1.0, 2.0]])
    found = Classifier(first_class=1).answer(logits)
    assert torch.allclose(found, torch.log_softmax(logits[:, 1:], dim=1))


def test_a_segmenter_gives_the_values_before_its_argmax(tmp_path: Path) -> None:
    factors = np.array([1.0, -0.5, 2.0])
    lines = 'task = "segmentation"\nresize = "none"\nscale = 0.01\n'
    path = written(tmp_path / "net.tflite", segmenter(factors), lines)
    pixels = noise(6, 5)
    logits = 0.01 * pixels.astype(np.float64) * factors
    expected = logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))
    assert answer(load(path), pixels).transpose(1, 2, 0) == pytest.approx(expected, abs=1e-5)
    path.write_bytes(segmenter(factors, axis=1))
    with pytest.raises(UsageError, match="argmax of another axis than the last"):
        load(path)


def test_an_embedding_is_the_output_as_it_is(tmp_path: Path) -> None:
    path = written(
        tmp_path / "net.tflite", classifier(weights()), LINES.replace("classification", "embedding")
    )
    pixels = noise(4, 4)
    likelihoods = np.exp(log_probabilities(weights() @ ((pixels.astype(np.float64) - 128) / 64).reshape(-1)))
    assert answer(load(path), pixels) == pytest.approx(likelihoods / np.linalg.norm(likelihoods), abs=1e-5)


def test_a_detector_gives_its_outputs_in_their_order(tmp_path: Path) -> None:
    file = LiteRtFile()
    picture = file.tensor((1, 2, 4, 3))
    boxes, scores = file.tensor((1, 6, 4)), file.tensor((1, 8, 3))
    for output in (boxes, scores):
        sides = file.graph.tensors[output].shape
        file.operation(
            "RESHAPE",
            [picture, file.constant(np.array(sides, np.int32))],
            output,
            "ReshapeOptions",
            newShape=list(sides),
        )
    path = tmp_path / "net.tflite"
    written(path, file.content([picture], [boxes, scores]), 'task = "detection"\nscale = 0.003\n')
    found = load(path).module(torch.ones(1, 3, 2, 4))
    assert [tuple(part.shape) for part in found] == [(1, 6, 4), (1, 8, 3)]


def test_sides_that_may_be_any(tmp_path: Path) -> None:
    content = segmenter_of_any_size()
    path = written(tmp_path / "net.tflite", content, 'task = "segmentation"\nscale = 0.01\n')
    network = load(path)
    for height, width in ((3, 7), (8, 2), (3, 7)):
        assert answer(network, noise(height, width)).shape == (3, height, width)


def segmenter_of_any_size() -> bytes:
    file = LiteRtFile()
    picture, scaled = file.tensor((1, -1, -1, 3)), file.tensor((1, -1, -1, 3))
    file.operation("MUL", [picture, file.constant(np.ones(3, np.float32))], scaled, "MulOptions")
    return file.content([picture], [scaled])


def test_another_size_names_that_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path / "net.tflite", classifier(weights()), LINES.replace("[4, 4]", "[5, 4]"))
    with pytest.raises(UsageError, match=r"it takes 4 x 4 pixels.*check its preprocessing"):
        load(path).reference(noise(9, 9))


def test_it_scores(tmp_path: Path) -> None:
    path = written(tmp_path / "net.tflite", classifier(weights(), dtype=np.uint8))
    network = load(path)
    original, decoded = noise(4, 4), noise(4, 4, seed=1)
    expected = network.distance(original, decoded)
    assert expected > 0
    assert network.distance(original, original) == 0
    assert isinstance(KlScore.find(f"kl:{path}"), KlScore)
    assert isinstance(Top1Score.find(f"top1:{path}"), Top1Score)
    assert missing_for(str(path)) is None
    assert "ai-edge-litert" in network_fingerprint(str(path))


def test_files_for_people_meet_a_target_by_it(tmp_path: Path) -> None:
    path = written(tmp_path / "net.tflite", classifier(weights()))
    picture = noise(40, 56)
    limit = 0.001
    result = beholder.encode(picture, observer="human", kl=limit, model=str(path))
    decoded = beholder.decode(result.data).upright_rgb()
    assert load(path).distance(picture, decoded) <= limit


def test_what_needs_a_gradient_says_so(tmp_path: Path) -> None:
    path = written(tmp_path / "net.tflite", classifier(weights()))
    network = load(path)
    message = "a LiteRT file answers, for scores and for a target kl, but gives no gradient.*TorchScript file"
    picture = noise(40, 56)
    pictures = torch.zeros(1, 3, 8, 8, requires_grad=True)
    with pytest.raises(UsageError, match=message):
        network.loss(torch.ones(1, 3, 8, 8), pictures)
    with pytest.raises(UsageError, match=message):
        network.squared_gradients(picture, ((1, 1),) * 3)
    with pytest.raises(UsageError, match=message):
        network.label_gradients([picture], [0])
    with pytest.raises(UsageError, match=message):
        network.distance_gradient(network.reference(picture), picture, ((1, 1),) * 3)
    with pytest.raises(UsageError, match=message):
        calibrate(network, [tmp_path / "never read.png"], data="none")
    for options in ({"adapt": "network"}, {"effort": "loop"}):
        with pytest.raises(UsageError, match=message):
            beholder.encode(picture, observer="machine", model=str(path), **options)
    assert float(network.loss(torch.ones(1, 3, 8, 8), torch.zeros(1, 3, 8, 8))) > 0
    assert machine(adapt="none").name == "machine+none"


def test_what_is_no_file_of_a_network(tmp_path: Path) -> None:
    own = Preprocessing()
    for content, message in (
        (b"", "not a LiteRT file"),
        (b"\0" * 64, "not a LiteRT file"),
        (classifier(weights())[:200], "LiteRT cannot run it"),
        (classifier(weights(), (1, 4, 12, 1)), r"must take one picture.*\(1, 4, 12, 1\)"),
    ):
        (tmp_path / "net.tflite").write_bytes(content)
        with pytest.raises(UsageError, match=message):
            load(tmp_path / "net.tflite", task="classification", preprocessing=own)
    with pytest.raises(UsageError, match="a LiteRT file holds its weights; give no others"):
        load(tmp_path / "net.tflite", task="classification", preprocessing=own, weights="w.safetensors")


def test_without_its_package_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(litert, "import_module", absent)
    with pytest.raises(UsageError, match="pip install ai-edge-litert"):
        load(written(tmp_path / "net.tflite", classifier(weights())))
