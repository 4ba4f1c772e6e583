"""Networks that cannot be observed as they are: each is told what to do, whatever is asked of it."""

import functools

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

import beholder
from beholder.errors import BeholderError, UsageError
from beholder.observers import Profile, load
from beholder.observers.network import NetworkObserver, Preprocessing
from tests.jpeg.pictures import photograph
from tests.observers.network.tiny import Convolutions, noise

SAMPLING = ((2, 2), (1, 1), (1, 1))
NO_GRADIENT = r"does not depend on the picture in a way that can be differentiated; its forward\(\) must not"


class Deaf(Convolutions):
    """Runs under a mode of torch, which takes the gradient."""

    def __init__(self, mode) -> None:
        super().__init__()
        self.mode = mode

    def forward(self, x):
        with self.mode():
            return super().forward(x)


class Detached(Convolutions):
    def forward(self, x):
        return super().forward(x).detach()


class DetachedInput(Convolutions):
    """Its output has a gradient, and none that reaches the picture."""

    def forward(self, x):
        return super().forward(x.detach()) * torch.ones(1, requires_grad=True)


class ThroughNumpy(Convolutions):
    def forward(self, x):
        return super().forward(torch.from_numpy(x.numpy()))


class Rounded(Convolutions):
    def forward(self, x):
        return super().forward(x).round()


class Root(Convolutions):
    """A square root at 0."""

    def forward(self, x):
        return super().forward(x) + (x.mean(dim=(1, 2, 3)) * 0).sqrt()[:, None]


class Nan(Convolutions):
    def forward(self, x):
        return super().forward(x) / 0 * 0


class Infinite(Convolutions):
    def forward(self, x):
        return super().forward(x) + torch.tensor([0, 0, 0, 0, 0, torch.inf])


class Broken(Convolutions):
    def forward(self, x):
        return {}["no such key"]


def observed(module, **options) -> NetworkObserver:
    return load(module, task="classification", preprocessing=Preprocessing(), device="cpu", **options)


WITHOUT_GRADIENT = [
    functools.partial(Deaf, torch.no_grad),
    functools.partial(Deaf, torch.inference_mode),
    Detached,
    DetachedInput,
]


@pytest.mark.parametrize("make", WITHOUT_GRADIENT)
def test_networks_without_a_gradient_compare_and_do_not_adapt(make) -> None:
    network = observed(make())
    original, decoded = noise(40, 48), noise(40, 48, seed=1)
    assert network.distance(original, decoded) == observed(Convolutions()).distance(original, decoded) > 0
    with pytest.raises(UsageError, match=NO_GRADIENT):
        network.squared_gradients(original, SAMPLING)
    with pytest.raises(UsageError, match=NO_GRADIENT):
        network.distance_gradient(network.reference(original), decoded, SAMPLING)
    with pytest.raises(UsageError, match=NO_GRADIENT):
        network.label_gradients([original], [1])
    with pytest.raises(UsageError, match=NO_GRADIENT):
        beholder.encode(photograph(3, 40, 48), observer=network, quality=50)


@pytest.mark.parametrize("make", WITHOUT_GRADIENT[:3])
def test_networks_without_a_gradient_do_not_teach(make) -> None:
    network = observed(make())
    original, decoded = torch.full((1, 3, 40, 48), 90.0), torch.full((1, 3, 40, 48), 120.0)
    assert network.loss(original, decoded) > 0, "a number that nobody differentiates"
    with pytest.raises(UsageError, match=NO_GRADIENT):
        network.loss(original, decoded.requires_grad_())
    with torch.no_grad():
        assert network.loss(original, decoded) > 0


def test_numpy_inside_is_told() -> None:
    network = observed(ThroughNumpy())
    assert network.distance(noise(40, 48), noise(40, 48, seed=1)) > 0
    with pytest.raises(UsageError, match=r"fails on an input of shape .* \(Can't call numpy\(\)"):
        network.squared_gradients(noise(40, 48), SAMPLING)


def test_a_gradient_of_zero_gives_no_weights() -> None:
    network = observed(Rounded())
    with pytest.raises(UsageError, match="the gradient of its answer is 0"):
        beholder.encode(photograph(3, 40, 48), observer=network, quality=50)
    flat = {name: np.ones((3, 64), np.float32) for name in ("4:4:4", "4:2:2", "4:2:0")}
    with_profile = observed(Rounded(), profile=Profile("flat", flat, {}))
    assert beholder.encode(photograph(3, 40, 48), observer=with_profile, quality=50).data


def test_a_gradient_that_is_not_finite_is_told() -> None:
    with pytest.raises(UsageError, match="the gradient at the picture is not finite; look for square roots"):
        observed(Root()).squared_gradients(noise(40, 48), SAMPLING)


@pytest.mark.parametrize("make", [Nan, Infinite])
def test_answers_that_are_no_numbers_are_told(make) -> None:
    network = observed(make())
    original, decoded = noise(40, 48), noise(40, 48, seed=1)
    message = "answers with numbers that are not finite .* check its weights and its preprocessing"
    for ask in (
        lambda: network.distance(original, decoded),
        lambda: network.reference(original),
        lambda: network.squared_gradients(original, SAMPLING),
        lambda: network.loss(*(torch.zeros(1, 3, 40, 48),) * 2),
        lambda: beholder.encode(photograph(3, 40, 48), observer=network, quality=50),
    ):
        with pytest.raises(UsageError, match=message):
            ask()


def test_whatever_a_network_raises_is_told() -> None:
    with pytest.raises(UsageError, match=r"fails on an input of shape \(1, 3, 40, 48\) \('no such key'\)"):
        observed(Broken()).distance(noise(40, 48), noise(40, 48))


def test_a_vision_transformer_of_another_input_size_is_told(tmp_path) -> None:
    models = pytest.importorskip("torchvision.models", reason="torchvision is not installed")
    transformer = models.VisionTransformer(32, 16, 1, 2, 16, 32, num_classes=5)
    preprocessing = Preprocessing(resize="shorter", size=36, canvas=(32, 32), scale=1 / 255)
    options = {"task": "classification", "preprocessing": preprocessing, "device": "cpu"}
    assert load(transformer, **options).distance(noise(40, 48), noise(40, 48, seed=1)) >= 0
    larger = load(transformer, input_size=48, **options)
    message = r"\(1, 3, 48, 48\) \(Wrong image height! Expected 32 but got 48!\); check its preprocessing"
    with pytest.raises(BeholderError, match=message):
        larger.distance(noise(40, 48), noise(40, 48, seed=1))
