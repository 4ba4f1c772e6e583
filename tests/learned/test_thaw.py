"""Thawing: training goes on from a file of weights as if it had never been frozen."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("safetensors", reason="safetensors is not installed")

from beholder.learned.condition import Condition, ConditionTable
from beholder.learned.freeze import freeze
from beholder.learned.integer_convolution import IntegerConvolution
from beholder.learned.networks import build_network
from beholder.learned.symbols import residuals_of_latents
from beholder.learned.thaw import thaw
from beholder.learned.weight_files import read_weight_file, shipped_names
from beholder.learned.weights import read_weights, write_weights
from tests.learned.tiny import pictures, tiny_codec, tiny_weights


@pytest.mark.parametrize("observers", [1, 3])
@pytest.mark.parametrize("seed", range(3))
def test_weights_that_are_thawed_and_frozen_again_are_the_same_file(seed: int, observers: int) -> None:
    data = tiny_weights(seed, observers)
    weights = read_weights(data)
    assert write_weights(freeze(thaw(weights.network)), weights.tables) == data


@pytest.mark.parametrize("name", shipped_names())
def test_weights_that_ship_come_back_to_the_byte(name: str) -> None:
    data, _ = read_weight_file(name)
    weights = read_weights(data)
    assert write_weights(freeze(thaw(weights.network)), weights.tables) == data


def test_rows_that_were_bent_and_clamped_come_back() -> None:
    """Anchors that jump about, biases with ties near, indices beyond 0 and 63: as training may leave them."""
    codec = tiny_codec(5)
    with torch.no_grad():
        for part in codec.modules():
            if isinstance(part, ConditionTable):
                part.anchors.add_(torch.randn_like(part.anchors))
        codec.hyper_prior.scale_index.anchors.mul_(4)
    data = write_weights(freeze(codec), read_weights(tiny_weights()).tables)
    weights = read_weights(data)
    assert (weights.network.hyper_prior.scale_index == 0).any()
    assert (weights.network.hyper_prior.scale_index == 63).any()
    assert write_weights(freeze(thaw(weights.network)), weights.tables) == data


def test_channels_of_small_weights_come_back() -> None:
    """The scale of a channel whose weights are all small is not that of its largest weight."""
    codec = tiny_codec(6)
    with torch.no_grad():
        codec.context[1].mix.weight[0].mul_(1e-3)
        codec.context[1].mix.weight[1].zero_()
        codec.hyper_synthesis.leave.weight[2].zero_()
    frozen = freeze(codec)
    again = freeze(thaw(frozen)).state_dict()
    assert all(torch.equal(again[name], values) for name, values in frozen.state_dict().items())


def test_a_thawed_codec_trains_and_codes_the_same_symbols() -> None:
    weights = read_weights(tiny_weights())
    thawed = thaw(weights.network)
    assert [name for name, _ in thawed.named_parameters()] == [
        name for name, _ in build_network(thawed.architecture).named_parameters()
    ]
    assert all(parameter.requires_grad for parameter in thawed.parameters())
    assert not any(part.quantised for part in thawed.modules() if isinstance(part, IntegerConvolution))
    picture, condition = pictures(1), Condition.of([40])
    with torch.no_grad():
        latents = weights.network.gain(weights.network.analysis(picture, condition), condition)
        lists = [
            residuals_of_latents(codec, latents, condition) for codec in (weights.network, freeze(thawed))
        ]
        thawed.quantise()
        forward = [codec.eval()(picture, condition) for codec in (weights.network, thawed)]
    for (first, first_index), (second, second_index) in zip(*lists, strict=True):
        assert np.array_equal(first, second)
        assert np.array_equal(first_index, second_index)
    assert torch.equal(forward[0].bits, forward[1].bits)
    torch.testing.assert_close(forward[0].picture, forward[1].picture)
