"""LPIPS against its definition, with an AlexNet of random weights."""

import warnings
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.scores import lpips as lpips_score
from beholder.evaluation.scores.registry import find_score
from beholder.image.pixels import Pixels
from tests.evaluation.codecs.pictures import photograph
from tests.evaluation.scores.test_pictures import item_of, worse

torch = pytest.importorskip("torch", reason="torch is not installed")
torchvision = pytest.importorskip("torchvision", reason="torchvision is not installed")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    pytest.importorskip("lpips", reason="lpips is not installed")


@pytest.fixture(scope="module")
def network() -> "torch.nn.Module":
    torch.manual_seed(0)
    return torchvision.models.alexnet(weights=None).eval()


@pytest.fixture
def weights(network: "torch.nn.Module", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "alexnet.pth"
    torch.save(network.state_dict(), file)
    monkeypatch.setenv("BEHOLDER_ALEXNET", str(file))
    return file


def by_hand(network: "torch.nn.Module", first: Pixels, second: Pixels) -> float:
    """R. Zhang et al., CVPR 2018, equation 1, after each of AlexNet's five ReLUs."""
    linear = torch.load(str(resources.files("lpips") / "weights/v0.1/alex.pth"), map_location="cpu")
    seen = []
    for pixels in (first, second):
        picture = torch.from_numpy(pixels.astype(np.float32)).permute(2, 0, 1)[None] / 127.5 - 1
        shift = torch.tensor([-0.030, -0.088, -0.188])[:, None, None]
        picture = (picture - shift) / torch.tensor([0.458, 0.448, 0.450])[:, None, None]
        features = []
        for layer in network.features:  # type: ignore[union-attr]
            picture = layer(picture)
            if isinstance(layer, torch.nn.ReLU):
                features.append(picture.clone())
        seen.append(features)
    total = 0.0
    for number, pair in enumerate(zip(*seen, strict=True)):
        a, b = (layer / (layer.square().sum(dim=1, keepdim=True).sqrt() + 1e-10) for layer in pair)
        weighted = (a - b).square() * linear[f"lin{number}.model.1.weight"].view(1, -1, 1, 1)
        total += float(weighted.sum(dim=1).mean())
    return total


def test_is_the_weighted_distance_of_features(
    network: "torch.nn.Module", weights: Path, tmp_path: Path
) -> None:
    pixels = photograph()
    score = find_score("lpips")
    assert not isinstance(score, Absent)
    scorer = score.prepare(item_of(tmp_path, pixels))
    with torch.no_grad():
        expected = by_hand(network, pixels, worse(pixels, 32))
    assert scorer(worse(pixels, 32)) == pytest.approx(expected, rel=1e-4)
    assert scorer(pixels) == 0
    assert expected > 0


def test_another_file_is_another_fingerprint(weights: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pth"
    torch.save({"features.0.weight": torch.zeros(3)}, other)
    scores = [lpips_score.LpipsScore(file) for file in (weights, other)]
    assert scores[0].fingerprint() != scores[1].fingerprint()
    with pytest.raises(UsageError, match="no weights of torchvision's AlexNet"):
        scores[1].prepare(item_of(tmp_path, photograph()))


def test_without_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BEHOLDER_ALEXNET", raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    found = find_score("lpips")
    assert isinstance(found, Absent)
    assert str(tmp_path / "hub" / "checkpoints") in found.reason
    assert "BEHOLDER_ALEXNET" in found.install


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lpips_score, "find_spec", lambda name: None)
    found = find_score("lpips")
    assert isinstance(found, Absent)
    assert found.install == "pip install lpips torchvision"
