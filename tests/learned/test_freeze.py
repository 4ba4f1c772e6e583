"""The frozen entropy path: the same as in training, whatever computes it."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.learned.architecture import Architecture
from beholder.learned.condition import Condition
from beholder.learned.entropy_model import Gaussians
from beholder.learned.freeze import FrozenConvolution, FrozenPrior, freeze
from beholder.learned.integer_convolution import RECTIFIED, SIGNED, IntegerConvolution
from beholder.learned.network import CompressionNetwork
from beholder.learned.networks import build_network
from beholder.learned.quarters import quarters_of
from tests.learned.tiny import pictures, tiny_codec

CONDITION = Condition.of([3, 58])


def wide_codec(observers: int = 1) -> CompressionNetwork:
    """With an entropy path of the shipped widths and sums as long as theirs."""
    torch.manual_seed(0)
    sizes = {"fine": 8, "coarse": 8, "fine_blocks": 1, "coarse_blocks": 1, "synthesis_fine_blocks": 1}
    codec = build_network(Architecture(**sizes, observer_anchors=observers))
    with torch.no_grad():
        for name, parameter in codec.named_parameters():
            if name.startswith(("context", "hyper_synthesis", "hyper_prior")):
                parameter.add_(0.05 * torch.randn_like(parameter))
    return codec


def inputs(codec: CompressionNetwork) -> tuple[torch.Tensor, torch.Tensor]:
    sizes, generator = codec.architecture, torch.Generator().manual_seed(4)
    hyper_latents = torch.randint(-40, 41, (2, sizes.hyper_latents, 3, 2), generator=generator) / 4
    latents = torch.randn(2, sizes.latents, 12, 8, generator=generator) * 30
    return hyper_latents, latents


def entropy_path(
    codec: CompressionNetwork, double: bool = False, condition: Condition = CONDITION
) -> tuple[torch.Tensor, ...]:
    hyper_latents, latents = inputs(codec)
    if double:
        hyper_latents, latents = hyper_latents.double(), latents.double()
    quarters = quarters_of(latents)
    residuals: list[torch.Tensor] = []

    def read(step: int, found: Gaussians) -> torch.Tensor:
        # In float32 as every encoder does it: what is checked is what a decoder repeats.
        residual = torch.round(quarters[step].float() - found.mean.float()).to(latents.dtype)
        residuals.append(residual)
        return residual + found.mean

    with torch.no_grad():
        prior = codec.hyper_prior(condition)
        features = codec.hyper_synthesis(hyper_latents, condition)
        decoded, found = codec.decode_in_steps(features, condition, read)
    outputs = (prior.mean, prior.scale_index, features, decoded, found.mean, found.scale_index)
    return tuple(output.double() for output in (*outputs, *residuals))


@contextmanager
def threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    yield
    torch.set_num_threads(before)


@contextmanager
def without_onednn() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it sets a flag of other hardware too, and says so
        with torch.backends.mkldnn.flags(enabled=False):
            yield


def test_it_is_the_training_path_to_the_last_bit() -> None:
    trained = wide_codec()
    trained.quantise()
    expected = entropy_path(trained)
    assert all(torch.equal(*pair) for pair in zip(entropy_path(freeze(trained)), expected, strict=True))
    # Nothing of this is a matter of course: the path's outputs vary, and few are at the ends of their ranges.
    assert expected[4].std() > 0.2
    assert expected[5].std() > 2
    assert ((expected[2] > 0) & (expected[2] < 255)).double().mean() > 0.2


@pytest.mark.parametrize("observers", [(0.0, 1.0), (0.3, 0.5), (77 / 255, 254 / 255)])
def test_so_it_is_for_every_observer(observers: tuple[float, float]) -> None:
    trained = wide_codec(observers=3)
    trained.quantise()
    condition = Condition.of([3, 58], observers)
    expected = entropy_path(trained, condition=condition)
    frozen = freeze(trained)
    for found in (
        entropy_path(frozen, condition=condition),
        entropy_path(freeze(trained).double(), double=True, condition=condition),
    ):
        assert all(torch.equal(*pair) for pair in zip(found, expected, strict=True))
    others = entropy_path(frozen)
    assert sum(not torch.equal(*pair) for pair in zip(others, expected, strict=True)) >= 6, "the dial does it"


def test_nothing_that_computes_it_changes_a_bit() -> None:
    frozen = freeze(wide_codec())
    expected = entropy_path(frozen)
    found = [entropy_path(freeze(wide_codec()).double(), double=True)]
    with threads(2):
        found.append(entropy_path(frozen))
    with without_onednn():
        found.append(entropy_path(frozen))
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=False):
        found.append(entropy_path(freeze(wide_codec()).to(memory_format=torch.channels_last)))
    for other in found:
        assert all(torch.equal(*pair) for pair in zip(other, expected, strict=True))


def test_freezing_leaves_the_trained_codec_alone_and_the_transforms_as_they_are() -> None:
    trained = tiny_codec()
    frozen = freeze(trained)
    assert isinstance(trained.context[0].enter, IntegerConvolution)
    assert isinstance(frozen.context[0].enter, FrozenConvolution)
    assert isinstance(frozen.hyper_prior, FrozenPrior)
    assert not any(parameter.requires_grad for parameter in frozen.parameters())
    assert all(parameter.requires_grad for parameter in trained.parameters())
    picture = pictures()
    trained.eval().quantise()
    with torch.no_grad():
        before, after = trained(picture, CONDITION), frozen(picture, CONDITION)
    assert torch.equal(before.picture, after.picture)
    assert torch.equal(before.bits, after.bits)


def test_sums_that_could_be_inexact_are_refused() -> None:
    torch.manual_seed(0)
    fits = IntegerConvolution(500, 2, taken=RECTIFIED, given=SIGNED)
    with torch.no_grad():
        fits.weight.fill_(1.0)
    FrozenConvolution(fits)
    one_more = IntegerConvolution(520, 2, taken=RECTIFIED, given=SIGNED)
    with torch.no_grad():
        one_more.weight.fill_(1.0)
    with pytest.raises(ValueError, match="float32 is exact below 16777216"):
        FrozenConvolution(one_more)


def test_weights_that_are_no_integers_are_refused() -> None:
    frozen = FrozenConvolution(IntegerConvolution(4, 4, taken=RECTIFIED, given=SIGNED))
    frozen.weight += 0.5
    with pytest.raises(ValueError, match="not integers"):
        frozen.check_sums()
