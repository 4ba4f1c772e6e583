"""The whole network: what may depend on what, and that training and files agree."""

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.learned.architecture import Architecture
from beholder.learned.condition import Condition
from beholder.learned.entropy_model import Gaussians
from beholder.learned.networks import build_network
from beholder.learned.picture_tensor import pad_to_stride, pixels_of_tensor, tensor_of_pixels
from beholder.learned.quarters import STEPS, quarters_of
from beholder.learned.rounding import ToCheapest, to_nearest
from beholder.learned.tables import gaussian_tables
from tests.learned.tiny import TINY, pictures, tiny_codec

CONDITION = Condition.of([10, 50])


def test_every_parameter_learns() -> None:
    codec = tiny_codec()
    codec.train()
    for quantised in (False, True):
        codec.quantise(quantised)
        codec.zero_grad()
        picture = pictures()
        result = codec(picture, Condition.of([7, 55]))
        (result.bits.sum() / 1e3 + (result.picture - picture).square().sum()).backward()
        still = [name for name, p in codec.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
        assert still == []
        assert all(torch.isfinite(p.grad).all() for p in codec.parameters())


@pytest.mark.parametrize("quantised", [False, True])
def test_under_a_rounding_what_makes_latents_stays(quantised: bool) -> None:
    codec = tiny_codec().train()
    codec.quantise(quantised)
    picture = pictures()
    noisy = codec(picture, CONDITION).bits
    codec.rounding = to_nearest
    result = codec(picture, CONDITION)
    codec.eval()
    symbols = codec(picture, CONDITION)
    torch.testing.assert_close(result.bits, symbols.bits)
    assert not torch.equal(result.bits, noisy)
    codec.rounding = ToCheapest(gaussian_tables())
    cheapest = codec.train()(picture, CONDITION)
    assert (cheapest.bits < symbols.bits).all()
    (cheapest.bits.sum() / 1e3 + (cheapest.picture - picture).square().sum()).backward()
    still = {name.split(".")[0] for name, p in codec.named_parameters() if p.grad is None}
    assert still == {"analysis", "gain", "hyper_analysis"}
    learns = {name.split(".")[0] for name, p in codec.named_parameters() if p.grad is not None}
    assert learns == {"synthesis", "inverse_gain", "hyper_prior", "hyper_synthesis", "context"}


def test_a_step_sees_no_latent_of_its_own_or_later_steps() -> None:
    """A latent's distribution depends on latents of earlier steps alone, else no decoder could follow."""
    codec = tiny_codec().eval()
    codec.quantise()
    features = torch.randint(
        0, 256, (1, TINY.features, 4, 4), generator=torch.Generator().manual_seed(1)
    ).float()
    condition = Condition.of([30])

    def parameters(quarters: torch.Tensor) -> Gaussians:
        return codec.decode_in_steps(features, condition, lambda step, found: quarters[step])[1]

    latents = torch.randint(-20, 21, (1, TINY.latents, 4, 4), generator=torch.Generator().manual_seed(2))
    quarters = quarters_of(latents.float())
    before = parameters(quarters)
    for step in range(STEPS):
        changed = quarters.clone()
        changed[step] += 5
        after = parameters(changed)
        assert torch.equal(before.mean[: step + 1], after.mean[: step + 1])
        assert torch.equal(before.scale_index[: step + 1], after.scale_index[: step + 1])
        for later in range(step + 1, STEPS):
            assert not torch.equal(before.mean[later], after.mean[later])


def test_quantised_parameters_are_whole() -> None:
    codec = tiny_codec().eval()
    codec.quantise()
    latents = torch.randn(2, TINY.latents, 4, 4, generator=torch.Generator().manual_seed(0)) * 10
    features = torch.randint(0, 256, (2, TINY.features, 4, 4)).float()
    quarters = quarters_of(latents)
    decoded, found = codec.decode_in_steps(
        features, CONDITION, lambda step, found: torch.round(quarters[step] - found.mean) + found.mean
    )
    assert torch.equal(16 * found.mean, (16 * found.mean).round())
    assert torch.equal(16 * decoded, (16 * decoded).round())
    assert torch.equal(found.scale_index, found.scale_index.round())
    assert found.scale_index.min() >= 0 and found.scale_index.max() <= 63
    assert found.mean.abs().max() > 0


def test_higher_quality_costs_more_and_errs_less() -> None:
    torch.manual_seed(0)
    codec = build_network(TINY).eval()
    picture = pictures(1).repeat(2, 1, 1, 1)
    result = codec(picture, Condition.of([0, 63]))
    error = (result.picture - picture).square().mean(dim=(1, 2, 3))
    assert result.bits[1] > 1.2 * result.bits[0]
    assert error[1] < error[0]


def test_noise_estimates_the_rate_of_rounded_latents() -> None:
    codec = tiny_codec()
    picture, condition = pictures(2, 256), Condition.of([40, 63])
    with torch.no_grad():
        noisy = codec.train()(picture, condition, torch.Generator().manual_seed(0)).bits
        rounded = codec.eval()(picture, condition).bits
    torch.testing.assert_close(noisy, rounded, rtol=0.1, atol=0)


def test_the_noise_is_the_generators() -> None:
    codec = tiny_codec()
    bits = [codec(pictures(), CONDITION, torch.Generator().manual_seed(seed)).bits for seed in (1, 1, 2)]
    assert torch.equal(bits[0], bits[1])
    assert not torch.equal(bits[0], bits[2])


def test_latents_that_no_four_steps_share_are_refused() -> None:
    with pytest.raises(ValueError, match="multiple of 4"):
        build_network(Architecture(latents=30))


def test_the_shipped_sizes_keep_to_the_budget() -> None:
    parameters = sum(p.numel() for p in build_network(Architecture()).parameters())
    assert parameters <= 6_000_000


def test_pixels_come_back() -> None:
    pixels = torch.arange(256, dtype=torch.uint8).reshape(1, 16, 16, 1).repeat(1, 1, 1, 3).numpy()
    assert (pixels_of_tensor(tensor_of_pixels(pixels)) == pixels).all()
    assert pixels_of_tensor(torch.tensor([-0.7, 0.0, 0.7]).reshape(1, 3, 1, 1)).flatten().tolist() == [
        0,
        128,
        255,
    ]


@pytest.mark.parametrize(("side", "padded"), [(1, 64), (64, 64), (65, 128)])
def test_padding_repeats_the_edge(side: int, padded: int) -> None:
    picture = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(0))
    result = pad_to_stride(picture)
    assert result.shape == (1, 3, padded, padded)
    assert torch.equal(result[..., :side, :side], picture)
    assert (result[..., -1, -1] == picture[..., -1, -1]).all()


def test_gradients_are_single_precision_unless_asked() -> None:
    picture, condition = pictures(1), Condition.of([30])
    gradients = []
    for coarse in (False, True):
        codec = tiny_codec().train()
        if coarse:
            codec.take_gradients_in_bfloat16()
        result = codec(picture, condition, torch.Generator().manual_seed(0))
        (result.bits.sum() / 1e3 + (result.picture - picture).square().sum()).backward()
        gradients.append(codec.analysis.linear.weight.grad)
    exact, coarse_one = gradients
    assert not torch.equal(exact, coarse_one)
    assert (coarse_one - exact).norm() < 0.02 * exact.norm()
