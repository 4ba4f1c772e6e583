"""A network as an observer: Fisher information, block weights, distances."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

import beholder
from beholder import _core
from beholder.errors import UsageError
from beholder.image.jpeg_pixels import decode_jpeg
from beholder.observers import PictureBlocks, Profile, human
from beholder.observers.network import Preprocessing
from beholder.observers.network.gradient import coefficient_gradient
from tests.observers.network.tiny import Convolutions, Softmax, noise, observer

S444 = ((1, 1), (1, 1), (1, 1))
S420 = ((2, 2), (1, 1), (1, 1))


def exact_fisher(network, pixels, sampling):
    """E_y [(d log p(y) / dC)^2], class by class."""
    x = network.to_tensor(pixels).requires_grad_()
    log_p = network.answer([x])[0]
    total = None
    for value in log_p:
        (gradient,) = torch.autograd.grad(value, x, retain_graph=True)
        parts = [
            float(value.detach().exp()) * part.square().numpy()
            for part in coefficient_gradient(gradient[0], sampling)
        ]
        total = parts if total is None else [a + b for a, b in zip(total, parts, strict=True)]
    return total


@pytest.mark.parametrize("sampling", [S444, S420])
def test_squared_gradients_are_the_fisher_information(sampling) -> None:
    network = observer(Softmax())
    pixels = noise(16, 16)
    found = network.squared_gradients(pixels, sampling, draws=4000)
    for ours, exact in zip(found, exact_fisher(network, pixels, sampling), strict=True):
        assert ours.shape == exact.shape
        # The mean of 4000 squares of near-Gaussian scalars deviates by sqrt(2 / 4000) = 2 %.
        assert ours == pytest.approx(exact, rel=0.12)
        assert ours.mean() == pytest.approx(exact.mean(), rel=0.03)


def test_fisher_predicts_the_divergence_of_small_errors() -> None:
    network = observer(Softmax())
    original = torch.from_numpy(noise(16, 16)).permute(2, 0, 1)[None].float()
    fisher = exact_fisher(network, noise(16, 16), S444)
    random = torch.Generator().manual_seed(0)
    divergences = []
    for _ in range(400):  # white noise of deviation 2 has it in each DCT coefficient of R, G and B
        error = 2 * torch.randn(1, 3, 16, 16, generator=random)
        divergences.append(network.loss(original, original + error).item())
    x = network.to_tensor(noise(16, 16)).requires_grad_()
    log_p = network.answer([x])[0]
    at_pixels = sum(
        value.detach().exp() * torch.autograd.grad(value, x, retain_graph=True)[0].square().sum()
        for value in log_p
    )
    assert np.mean(divergences) == pytest.approx(0.5 * 4 * float(at_pixels), rel=0.15)
    assert sum(part.sum() for part in fisher) > 0


def test_grey_pictures_are_seen_as_equal_colours() -> None:
    network = observer(Softmax())
    grey = noise(16, 16)[..., 0]
    colour = np.repeat(grey[..., None], 3, axis=2)
    assert network.distance(grey, colour) == 0
    alone = network.squared_gradients(grey, ((1, 1),))
    luma = network.squared_gradients(colour, S444)[0]
    assert len(alone) == 1
    assert alone[0] == pytest.approx(luma)


def test_distance_grows_with_the_error_and_wants_equal_sizes() -> None:
    network = observer(Convolutions())
    picture = noise(40, 30)
    distances = [
        network.distance(picture, np.clip(picture.astype(int) + shift, 0, 255).astype(np.uint8))
        for shift in (0, 5, 20)
    ]
    assert distances[0] == 0
    assert 0 < distances[1] < distances[2]
    with pytest.raises(UsageError, match="different sizes"):
        network.distance(picture, picture[1:])


def test_loss_teaches_the_decoded_picture_alone() -> None:
    network = observer(Convolutions())
    original, decoded = (
        torch.from_numpy(noise(24, 24, seed)).permute(2, 0, 1)[None].float().requires_grad_()
        for seed in (0, 1)
    )
    before = network.loss(original, decoded)
    before.backward()
    assert original.grad is None
    assert all(parameter.grad is None for parameter in network.module.parameters())
    step = decoded.grad / decoded.grad.norm()
    assert network.loss(original, decoded.detach() - step).item() < before.item()


def blocks_of(pixels, subsampling):
    return PictureBlocks(_core.forward_transform(pixels, subsampling), lambda: pixels)


def test_block_weights_follow_what_the_network_looks_at() -> None:
    # The crop shows the network the middle 32 x 32 of 64 x 96 pixels.
    network = observer(Convolutions(), Preprocessing(canvas=(32, 32)))
    pixels = noise(64, 96)
    sensitivity = network.sensitivity(S420, blocks_of(pixels, "4:2:0"))
    assert [own.shape for own in sensitivity.blocks] == [(8, 12), (4, 6), (4, 6)]
    luma = sensitivity.blocks[0]
    seen = np.zeros((8, 12), bool)
    seen[2:6, 4:8] = True
    assert luma[~seen] == pytest.approx(network.adaptation.floor)
    assert luma[seen].min() > 0.3
    assert sensitivity.frequency.mean() == pytest.approx(1, rel=1e-5)


def test_padding_blocks_weigh_the_floor() -> None:
    network = observer(Convolutions())
    sensitivity = network.sensitivity(S420, blocks_of(noise(20, 20), "4:2:0"))
    luma = sensitivity.blocks[0]
    assert luma.shape == (4, 4)
    assert luma[3] == pytest.approx(network.adaptation.floor)
    assert luma[:3, :3].min() > network.adaptation.floor


def test_a_profile_serves_any_picture() -> None:
    tables = {name: np.full((3, 64), 2.0, np.float32) for name in ("4:4:4", "4:2:2", "4:2:0")}
    tables["4:2:0"][2] = 8
    network = observer(Convolutions())
    with pytest.raises(UsageError, match="beholder calibrate"):
        network.sensitivity(S420)
    object.__setattr__(network, "profile", Profile("tiny", tables))
    assert network.sensitivity(S420).frequency[:, 0].tolist() == [0.5, 0.5, 2.0]
    assert network.sensitivity(S420).blocks == ()


def test_mixes_with_other_observers() -> None:
    both = 0.4 * human() + 0.6 * observer(Convolutions())
    sensitivity = both.sensitivity(S420, blocks_of(noise(64, 64), "4:2:0"))
    assert sensitivity.frequency.shape == (3, 64)
    assert len(sensitivity.blocks) == 3
    assert both.name == "0.4 human + 0.6 tiny"


def test_an_input_that_the_network_refuses_is_told() -> None:
    with pytest.raises(UsageError, match=r"tiny fails on an input of shape \(1, 3, 20, 20\)"):
        observer(Softmax()).distance(noise(20, 20), noise(20, 20, 1))


@pytest.mark.parametrize("sampling", [S444, S420])
def test_distance_gradient_is_that_of_the_loss(sampling) -> None:
    network = observer(Convolutions())
    original, decoded = noise(24, 40), noise(24, 40, seed=1)
    distance, parts = network.distance_gradient(network.reference(original), decoded, sampling)
    assert distance == pytest.approx(network.distance(original, decoded), rel=1e-5)
    x = network.to_tensor(decoded).requires_grad_()
    (gradient,) = torch.autograd.grad(network.loss(network.to_tensor(original), x), x)
    for part, exact in zip(parts, coefficient_gradient(gradient[0], sampling), strict=True):
        assert part == pytest.approx(exact.numpy(), rel=1e-3, abs=1e-9)


def test_the_closed_loop_keeps_the_answer() -> None:
    network = observer(Softmax())
    picture = noise(16, 16)
    once = beholder.encode(picture, observer=network, quality=30)
    looped = beholder.encode(picture, observer=network, quality=30, effort="loop")
    far = network.distance(picture, decode_jpeg(once.data, "once"))
    assert network.distance(picture, decode_jpeg(looped.data, "looped")) < 0.3 * far
