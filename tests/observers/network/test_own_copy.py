"""A caller's module stays as it is, whatever it is made of."""

import copy
import threading
import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.errors import UsageError
from beholder.observers import load
from beholder.observers.network import Classifier, NetworkObserver, Preprocessing
from tests.observers.network.tiny import Convolutions, noise

SAMPLING = ((2, 2), (1, 1), (1, 1))


class Normalized(Convolutions):
    """With batch norm and dropout, which answer otherwise in training mode."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = torch.nn.BatchNorm2d(8)
        self.drop = torch.nn.Dropout(0.5)

    def forward(self, x):
        return self.last(self.drop(torch.tanh(self.norm(self.first(x / 64 - 2))).mean(dim=(2, 3))))


def observed(module, **options) -> NetworkObserver:
    return load(module, task="classification", preprocessing=Preprocessing(), device="cpu", **options)


def state_of(module) -> dict:
    return {
        "modes": [each.training for each in module.modules()],
        "gradients": [tensor.requires_grad for tensor in module.parameters()],
        "layouts": [tensor.stride() for tensor in module.parameters()],
        "types": [tensor.dtype for tensor in module.parameters()],
        "places": [(tensor.device, tensor.data_ptr()) for tensor in module.parameters()],
        "values": [tensor.detach().clone().numpy().tobytes() for tensor in module.state_dict().values()],
    }


@pytest.mark.parametrize("training", [True, False])
def test_the_callers_module_is_not_touched(training: bool) -> None:
    module = Normalized().train(training)
    module.last.requires_grad_(False)
    module.norm.eval()
    before = state_of(module)
    network = observed(module)
    network.distance(noise(40, 48), noise(40, 48, seed=1))
    network.squared_gradients(noise(40, 48), SAMPLING)
    assert state_of(module) == before
    assert all(tensor.grad is None for tensor in module.parameters())


def test_weights_from_a_file_do_not_reach_the_callers_module(tmp_path) -> None:
    trained = Convolutions()
    with torch.no_grad():
        trained.last.bias += 3
    torch.save(trained.state_dict(), tmp_path / "trained.pt")
    module = Convolutions()
    before = state_of(module)
    network = observed(module, weights=tmp_path / "trained.pt")
    assert state_of(module) == before
    assert torch.equal(network.module.last.bias, trained.last.bias)


def test_later_training_does_not_reach_the_observer() -> None:
    module = Normalized()
    network = observed(module)
    pictures = noise(40, 48), noise(40, 48, seed=1)
    before = network.distance(*pictures)
    with torch.no_grad():
        for tensor in module.parameters():
            tensor.add_(1)
    module.train()(torch.rand(2, 3, 40, 48))  # which moves the running means of batch norm
    assert network.distance(*pictures) == before


def test_answers_are_those_of_the_module_in_eval_mode() -> None:
    module = Normalized()
    network = observed(module)
    pixels = noise(40, 48)
    with torch.no_grad():
        expected = copy.deepcopy(module).eval()(network.to_tensor(pixels)).log_softmax(1)
    assert torch.allclose(network.answer([network.to_tensor(pixels)]), expected, atol=1e-5)


class Locked(Normalized):
    """Holds what Python cannot copy."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()
        self.sizes = (side for side in range(3))

    def forward(self, x):
        with self.lock:
            return super().forward(x)


def test_a_module_that_cannot_be_deep_copied_is_observed_all_the_same() -> None:
    module = Locked()
    with pytest.raises(TypeError):
        copy.deepcopy(module)
    before = state_of(module)
    network = observed(module)
    reference = observed(Normalized())
    pictures = noise(40, 48), noise(40, 48, seed=1)
    assert network.distance(*pictures) == reference.distance(*pictures) > 0
    assert state_of(module) == before
    with torch.no_grad():
        module.last.weight.zero_()
    assert network.distance(*pictures) == reference.distance(*pictures), "weights are of its own"


def test_tensors_that_are_computed_of_weights_are_copied() -> None:
    module = Convolutions()
    with pytest.warns(FutureWarning):
        torch.nn.utils.weight_norm(module.last)  # its weight is no parameter any more, and not a leaf
    with pytest.raises(RuntimeError, match="deepcopy"):
        copy.deepcopy(module)
    plain = observed(Convolutions())
    pictures = noise(40, 48), noise(40, 48, seed=1)
    assert observed(module).distance(*pictures) == pytest.approx(plain.distance(*pictures), rel=1e-2)


def test_tied_weights_stay_tied() -> None:
    module = Convolutions(8)
    module.again = module.last
    module.bias = module.last.bias
    own = observed(module).module
    assert own.again is own.last
    assert own.bias is own.last.bias


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_look_in_single_precision(dtype: torch.dtype) -> None:
    module = Convolutions().to(dtype)
    network = observed(module)
    assert {tensor.dtype for tensor in module.parameters()} == {dtype}
    assert network.distance(noise(40, 48), noise(40, 48, seed=1)) > 0


def test_a_torchscript_module_is_copied_too() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TorchScript is to be replaced some day
        module = torch.jit.trace(Convolutions(), torch.rand(1, 3, 32, 32), check_trace=False)
    module.train()
    network = observed(module)
    assert module.training
    assert all(tensor.requires_grad for tensor in module.parameters())
    assert network.distance(noise(40, 48), noise(40, 48, seed=1)) > 0


def test_wrappers_for_several_gpus_are_taken_off() -> None:
    assert isinstance(observed(torch.nn.DataParallel(Convolutions())).module, Convolutions)


def test_a_module_with_3d_convolutions_is_taken() -> None:
    class Volume(Convolutions):
        def __init__(self) -> None:
            super().__init__()
            self.volume = torch.nn.Conv3d(1, 1, 1)

        def forward(self, x):
            return super().forward(self.volume(x[:, None])[:, 0])

    assert observed(Volume()).distance(noise(40, 48), noise(40, 48, seed=1)) > 0


def test_parameters_without_values_are_refused() -> None:
    with pytest.raises(UsageError, match="parameters without values; run it on a picture once"):
        observed(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.LazyLinear(5)))
    with pytest.raises(UsageError, match=r"meta device.*load its weights"):
        observed(Convolutions().to("meta"))


def test_a_module_that_refuses_to_be_copied_is_told_what_to_do() -> None:
    class Single(Convolutions):
        def __new__(cls, *arguments: object) -> "Single":
            if not arguments:
                raise RuntimeError("there is one of it")
            return super().__new__(cls)

        def __init__(self, _key: object) -> None:
            super().__init__()
            self.lock = threading.Lock()

    with pytest.raises(UsageError, match=r"Single: cannot be copied \(RuntimeError: there is one of it\)"):
        observed(Single("key"))


def test_a_module_in_training_mode_is_no_observer() -> None:
    with pytest.raises(UsageError, match=r"training mode.*beholder\.observers\.load"):
        NetworkObserver(name="tiny", module=Convolutions(), preprocessing=Preprocessing(), task=Classifier())


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_the_callers_modes_of_torch_do_not_matter(mode) -> None:
    module = Normalized()
    pixels, other = noise(40, 48), noise(40, 48, seed=1)
    expected = observed(module).squared_gradients(pixels, SAMPLING)
    with mode():
        network = observed(Normalized())  # made here too, so that its tensors would be inference tensors
        found = network.squared_gradients(pixels, SAMPLING)
        distance, gradient = network.distance_gradient(network.reference(pixels), other, SAMPLING)
    for own, part in zip(expected, found, strict=True):
        np.testing.assert_array_equal(own, part)
    assert distance > 0
    assert all(np.abs(part).max() > 0 for part in gradient)
    again, _ = network.distance_gradient(network.reference(pixels), other, SAMPLING)
    assert again == distance


@pytest.mark.parametrize("device", ["cuda:97", "rubbish", "xpu"])
def test_a_device_that_is_not_there_is_told_before_weights_are_looked_for(device: str) -> None:
    with pytest.raises(UsageError, match=f"device {device!r} cannot be used .*use cpu"):
        load("no_such_network", device=device)
