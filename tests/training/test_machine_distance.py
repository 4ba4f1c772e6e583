"""What networks mind of an error, as training has it."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.errors import UsageError
from beholder.observers.network import Preprocessing
from beholder.training import teachers
from beholder.training.machine_distance import MachineDistance
from beholder.training.teachers import Teacher, load_teacher
from tests.cli.program import photograph
from tests.observers.network.tiny import Convolutions, observer

pytestmark = pytest.mark.filterwarnings("ignore:.torch.jit:FutureWarning")

CPU = torch.device("cpu")


class Pyramid(torch.nn.Module):
    """Logits and two maps of features of an input of 64 x 64."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(1)
            self.first = torch.nn.Conv2d(3, 6, 3, stride=2, padding=1)
            self.second = torch.nn.Conv2d(6, 5, 3, stride=2, padding=1)
            self.last = torch.nn.Linear(5, 4)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        fine = torch.tanh(self.first(x))
        coarse = torch.tanh(self.second(fine))
        return self.last(coarse.mean(dim=(2, 3))), fine, coarse


def traced(module: torch.nn.Module, side: int) -> torch.nn.Module:
    return torch.jit.trace(module.eval(), torch.zeros(1, 3, side, side))


def crops(count: int = 4, side: int = 64) -> np.ndarray:
    return np.stack([np.asarray(photograph(side, side, seed)) for seed in range(count)])


def in_range(pixels: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255 - 0.5


def teacher_of(monkeypatch: pytest.MonkeyPatch, module: torch.nn.Module, **preprocessing: object) -> Teacher:
    network = observer(module, Preprocessing(scale=1 / 64, mean=(2.0, 2.0, 2.0), **preprocessing))
    monkeypatch.setattr(teachers, "load", lambda name, device: network)
    return load_teacher("tiny", CPU)


def each(monkeypatch: pytest.MonkeyPatch) -> Teacher:
    return teacher_of(monkeypatch, Convolutions())


def mosaic(monkeypatch: pytest.MonkeyPatch) -> Teacher:
    return teacher_of(monkeypatch, traced(Pyramid(), 64), canvas=(64, 64))


@pytest.mark.parametrize("make", [each, mosaic])
def test_a_crop_is_compared_with_its_own_original(monkeypatch: pytest.MonkeyPatch, make: object) -> None:
    distance = MachineDistance([make(monkeypatch)], crops(), CPU)
    original = in_range(crops())
    decoded = original.clone()
    decoded[2] = -decoded[2]
    decoded.requires_grad_()
    found = distance(original, decoded, np.random.default_rng(0))
    assert found.shape == (4,)
    far, near = found[2].item(), found[[0, 1, 3]].max().item()
    assert near < 0.1 * far, "but for what reaches over the border of a mosaic's cells"
    found.sum().backward()
    assert torch.isfinite(decoded.grad).all() and decoded.grad[2].any()
    same = distance(original, original, np.random.default_rng(0))
    assert same.abs().max().item() == pytest.approx(0, abs=1e-3)


def test_its_unit_is_the_squared_error_of_typical_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """JPEG files of typical crops have a distance of about their squared error, whatever the network."""

    def decoded(pixels: np.ndarray, quality: int) -> np.ndarray:
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=quality)
        return np.asarray(Image.open(file))

    originals = crops(6)
    distance = MachineDistance([each(monkeypatch), mosaic(monkeypatch)], originals, CPU)
    files = [np.stack([decoded(pixels, quality) for pixels in originals]) for quality in (10, 20, 40)]
    error = np.mean([(file.astype(float) - originals) ** 2 for file in files])
    found = [
        distance(in_range(originals), in_range(file), np.random.default_rng(seed)).mean().item()
        for file in files
        for seed in range(12)
    ]
    assert error / 2 < np.mean(found) < 2 * error


def test_a_larger_error_is_farther(monkeypatch: pytest.MonkeyPatch) -> None:
    distance = MachineDistance([each(monkeypatch)], crops(), CPU)
    original = in_range(crops())
    noise = torch.randn(original.shape, generator=torch.Generator().manual_seed(0))
    found: Sequence[float] = [
        distance(original, original + size * noise, np.random.default_rng(0)).mean().item()
        for size in (0.01, 0.03, 0.1)
    ]
    assert found[0] < found[1] < found[2]


def test_layers_are_heard_once_for_each_resolution(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = each(monkeypatch).look(torch.rand(2, 3, 96, 96) * 255, 1.0)
    assert [tuple(features.shape) for features in seen.maps] == [(2, 8, 48, 48)]
    assert seen.answer.shape == (2, 6)
    half = each(monkeypatch).look(torch.rand(2, 3, 96, 96) * 255, 0.5)
    assert half.maps[0].shape[-1] == 24


def test_networks_without_features_cannot_teach(monkeypatch: pytest.MonkeyPatch) -> None:
    class Logits(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.mean(dim=(2, 3))

    with pytest.raises(UsageError, match="gives no maps of features"):
        teacher_of(monkeypatch, traced(Logits(), 32), canvas=(32, 32))
    with pytest.raises(UsageError, match="needs a `canvas`"):
        teacher_of(monkeypatch, traced(Logits(), 32))


def test_there_must_be_such_a_network(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        load_teacher(str(tmp_path / "nowhere.toml"), CPU)


def test_the_mean_square_of_projections_is_the_distance_of_a_small_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What `dial_start` measures is the curvature of the distance of features, whatever its weights."""
    machine = MachineDistance([each(monkeypatch)], crops(), CPU)
    original = in_range(crops(2))
    error = 1e-3 * torch.randn(original.shape, generator=torch.Generator().manual_seed(0))
    scales = np.geomspace(0.4, 0.95, 3)
    monkeypatch.setattr("beholder.training.machine_distance._SHARE_OF_SQUARED_ERROR", 0.0)
    monkeypatch.setattr("beholder.training.machine_distance._SHARE_OF_ANSWERS", 0.0)
    expected = []
    for scale in scales:

        class Fixed:
            def integers(self, *_: object) -> int:
                return 0

            def uniform(self, *_: object, fixed: float = float(np.log(scale))) -> float:
                return fixed

        expected.append(machine(original, original + error, Fixed()).sum().item())
    found = np.zeros(3)
    random = np.random.default_rng(0)
    for _ in range(60):
        picture = original.clone().requires_grad_()
        for number, projection in enumerate(machine.projections(picture, random)):
            (gradient,) = torch.autograd.grad(projection, picture, retain_graph=True)
            found[number] += (gradient * error).sum(dim=(1, 2, 3)).square().sum().item() / 60
    assert found.sum() == pytest.approx(sum(expected), rel=0.4)
    squared = 255**2 * error.square().mean(dim=(1, 2, 3)).sum().item()
    total = 0.0
    for _ in range(100):
        picture = original.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(machine.squared_error_projection(picture, random), picture)
        total += (gradient * error).sum(dim=(1, 2, 3)).square().sum().item() / 100
    assert total == pytest.approx(squared, rel=0.4)
