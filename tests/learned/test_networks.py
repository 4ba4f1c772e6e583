"""Kinds of network: a second one is a file and a line, from training to a decoded picture."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("safetensors", reason="safetensors is not installed")
pytest.importorskip("constriction", reason="constriction is not installed")

from beholder import learned
from beholder.errors import InputError, UsageError
from beholder.learned.architecture import Architecture
from beholder.learned.condition import Condition
from beholder.learned.dct_network import Network
from beholder.learned.freeze import freeze
from beholder.learned.networks import NETWORKS, build_network
from beholder.learned.picture_tensor import pad_to_stride, pixels_of_tensor, tensor_of_pixels
from beholder.learned.tables import gaussian_tables
from beholder.learned.thaw import thaw
from beholder.learned.weight_files import read_weight_file, shipped_names
from beholder.learned.weights import read_weights, write_weights
from beholder.training.checkpoint import load_checkpoint
from beholder.training.export import export_weights
from beholder.training.loop import train
from tests.cli.program import photograph
from tests.learned import toy_network
from tests.learned.tiny import TINY, tiny_weights
from tests.training.folders import SIZES, short_run


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(NETWORKS, "toy", "tests.learned.toy_network")


def architecture_in(weights: bytes) -> dict[str, object]:
    length = int.from_bytes(weights[:8], "little")
    return json.loads(json.loads(weights[8 : 8 + length])["__metadata__"]["architecture"])


@pytest.mark.usefixtures("toy")
def test_a_second_network_goes_from_training_to_a_decoded_picture(tmp_path: Path) -> None:
    config = short_run(tmp_path, steps=2, architecture=Architecture(**SIZES, kind="toy"))
    checkpoint = train(config, tell=lambda line: None)
    assert load_checkpoint(checkpoint).architecture.kind == "toy"
    data = export_weights(checkpoint)
    assert architecture_in(data)["kind"] == "toy"
    weights = read_weights(data)
    assert isinstance(weights.network, toy_network.Network)
    assert write_weights(freeze(thaw(weights.network)), weights.tables) == data
    (tmp_path / "toy.safetensors").write_bytes(data)
    coder = learned.load(tmp_path / "toy.safetensors", device="cpu")
    pixels = np.asarray(photograph(70, 100))
    file = coder.encode(pixels, quality=63, rounding="nearest")
    with torch.no_grad():
        result = weights.network(pad_to_stride(tensor_of_pixels(pixels[None])), Condition.of([63]))
    decoded = coder.decode(getattr(file, "data", file)).pixels
    assert (decoded == pixels_of_tensor(result.picture)[0, :70, :100]).all()
    again = short_run(tmp_path, "again", steps=1, from_weights=str(tmp_path / "toy.safetensors"))
    # The default kind asks for nothing: kind and sizes are those of the weights.
    assert load_checkpoint(train(again, tell=lambda line: None)).architecture.kind == "toy"


def test_weights_that_name_no_kind_are_of_the_first() -> None:
    data = tiny_weights()
    assert "kind" not in architecture_in(data)
    assert isinstance(read_weights(data).network, Network)


@pytest.mark.parametrize("name", shipped_names())
def test_weights_that_ship_name_none(name: str) -> None:
    data, _ = read_weight_file(name)
    assert "kind" not in architecture_in(data)


def test_a_kind_that_is_not_there_is_told() -> None:
    with pytest.raises(UsageError, match="no kind of network is called 'wavelet'; this Beholder has dct"):
        Architecture(kind="wavelet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(NETWORKS, "toy", "tests.learned.toy_network")
        data = write_weights(freeze(build_network(replace(TINY, kind="toy"))), gaussian_tables())
    with pytest.raises(InputError, match="no kind of network is called 'toy'; this Beholder has dct"):
        read_weights(data)
