"""Weights as checkpoints of training scripts hold them."""

import copy
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

import beholder
from beholder.errors import UsageError
from beholder.observers import load
from beholder.observers.network import Preprocessing
from beholder.observers.network.weights import read_weights
from tests.observers.network.tiny import Convolutions


def shifted(by: float) -> Convolutions:
    module = Convolutions()
    with torch.no_grad():
        module.last.bias += by
    return module


def loaded(path: Path) -> torch.Tensor:
    module = load(
        Convolutions(), weights=path, task="classification", preprocessing=Preprocessing(), device="cpu"
    ).module
    return module.last.bias


@pytest.mark.parametrize(
    "keys",
    [
        ("state_dict",),
        ("state_dict_ema",),
        ("model_ema",),
        ("model_ema", "module"),
        ("ema_state_dict",),
        ("params",),
        ("model", "state_dict"),
    ],
)
def test_weights_come_under_the_words_of_training_scripts(keys: tuple[str, ...], tmp_path: Path) -> None:
    module = shifted(2)
    content: dict = dict(module.state_dict())
    for key in reversed(keys):
        if key == "module":
            content = {f"module.{name}": value for name, value in content.items()}
        else:
            content = {key: content, "epoch": 3}
    torch.save(content, tmp_path / "w.pt")
    assert torch.equal(loaded(tmp_path / "w.pt"), module.last.bias)
    assert read_weights(tmp_path / "w.pt").note == ""


def test_weights_of_stochastic_weight_averaging(tmp_path: Path) -> None:
    averaged = torch.optim.swa_utils.AveragedModel(shifted(0))
    averaged.update_parameters(shifted(2))
    averaged.update_parameters(shifted(4))
    assert "n_averaged" in averaged.state_dict()
    for content in (averaged.state_dict(), {"model_ema": averaged.state_dict()}):
        torch.save(content, tmp_path / "swa.pt")
        torch.testing.assert_close(loaded(tmp_path / "swa.pt"), shifted(3).last.bias)


@pytest.mark.parametrize(
    ("averaged", "raw"), [("state_dict_ema", "state_dict"), ("model_ema", "model"), ("params_ema", "params")]
)
def test_averaged_weights_are_taken_and_named(averaged: str, raw: str, tmp_path: Path) -> None:
    path = tmp_path / "w.pt"
    torch.save({raw: shifted(1).state_dict(), averaged: shifted(2).state_dict()}, path)
    with pytest.warns(UserWarning, match=f"holds {averaged}, a running mean of the weights, beside {raw}"):
        network = beholder.observers.load(
            Convolutions(), weights=path, task="classification", preprocessing=Preprocessing(), device="cpu"
        )
    assert torch.equal(network.module.last.bias, shifted(2).last.bias)


@pytest.mark.parametrize(
    "prefix", ["module.", "_orig_mod.", "module._orig_mod.", "_orig_mod.module.", "net."]
)
def test_prefixes_of_wrappers_are_taken_off(prefix: str, tmp_path: Path) -> None:
    module = shifted(2)
    content = {prefix + name: value for name, value in module.state_dict().items()}
    torch.save(content, tmp_path / "w.pt")
    assert torch.equal(loaded(tmp_path / "w.pt"), module.last.bias)


def test_a_modules_own_prefix_stays(tmp_path: Path) -> None:
    module = torch.nn.Sequential()
    module.add_module("features", shifted(1))
    torch.save(module.state_dict(), tmp_path / "w.pt")
    network = load(
        copy.deepcopy(module),
        weights=tmp_path / "w.pt",
        task="classification",
        preprocessing=Preprocessing(),
        device="cpu",
    )
    assert torch.equal(network.module.features.last.bias, module.features.last.bias)


def saved(module: torch.nn.Module, folder: Path) -> Path:
    torch.save(module.state_dict(), folder / "own.pt")
    return folder / "own.pt"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("squeezenet1_1", {}),
        ("resnet18", {}),
        ("mobilenet_v3_small", {}),
        ("vit_b_16", {}),
        ("lraspp_mobilenet_v3_large", {"weights_backbone": None}),
        ("ssdlite320_mobilenet_v3_large", {"weights_backbone": None}),
    ],
)
def test_a_head_of_another_number_of_classes_loads_by_name(name: str, options: dict, tmp_path: Path) -> None:
    models = pytest.importorskip("torchvision.models", reason="torchvision is not installed")
    own = models.get_model(name, weights=None, num_classes=7, **options)
    path = saved(own, tmp_path)
    network = load(f"torchvision:{name}", weights=path, device="cpu")
    found = getattr(network.module, "detector", network.module).state_dict()
    for key, value in own.state_dict().items():
        assert torch.equal(found[key], value), key


def test_a_head_of_efficientnet_lite(tmp_path: Path) -> None:
    package = pytest.importorskip("efficientnet_lite_pytorch", reason="its package is not installed")
    own = package.EfficientNet.from_name("efficientnet-lite0", num_classes=7)
    network = load("efficientnet_lite0", weights=saved(own, tmp_path), device="cpu")
    assert network.answer([torch.zeros(1, 3, 224, 224)]).shape == (1, 7)
    assert network.profile is None, "the shipped one is of other weights"


def test_a_head_of_timm(tmp_path: Path) -> None:
    timm = pytest.importorskip("timm", reason="timm is not installed")
    own = timm.create_model("mobilenetv3_small_050", pretrained=False, num_classes=7)
    network = load("timm:mobilenetv3_small_050", weights=saved(own, tmp_path), device="cpu")
    assert network.answer([torch.zeros(1, 3, 224, 224)]).shape == (1, 7)


def test_weights_of_another_network_are_still_refused(tmp_path: Path) -> None:
    models = pytest.importorskip("torchvision.models", reason="torchvision is not installed")
    path = saved(models.squeezenet1_0(num_classes=7), tmp_path)
    with pytest.raises(UsageError, match="not the weights of this network"):
        load("torchvision:squeezenet1_1", weights=path, device="cpu")
