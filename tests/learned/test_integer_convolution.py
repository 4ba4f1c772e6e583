"""Convolutions of integers: exactness, gradients, and what activations tell of latents."""

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.learned import fused
from beholder.learned.condition import Condition
from beholder.learned.integer_convolution import (
    RECTIFIED,
    SIGNED,
    IntegerConvolution,
    Range,
    clamp_through,
    compand,
    round_through,
)

CONDITION = Condition.of([5, 40])


def layer(*, depthwise: bool = False, given: object = SIGNED) -> IntegerConvolution:
    torch.manual_seed(0)
    made = IntegerConvolution(24, 24, taken=RECTIFIED, given=given, depthwise=depthwise, observers=1)
    with torch.no_grad():
        made.quality_bias.anchors.normal_()
    return made


def activations(seed: int = 0) -> torch.Tensor:
    return torch.randint(0, 256, (2, 24, 7, 9), generator=torch.Generator().manual_seed(seed)).float()


@pytest.mark.parametrize("depthwise", [False, True])
def test_quantised_it_computes_in_integers(depthwise: bool) -> None:
    made = layer(depthwise=depthwise)
    made.quantised = True
    result = made(activations(), CONDITION)
    assert torch.equal(result, result.round())
    # The same in 64-bit integers, from the definition.
    step = made.weight.detach().abs().amax(dim=(1, 2, 3)) / 127
    weight = (made.weight.detach() / step[:, None, None, None]).round().long()
    bias = 16 * (made.bias.detach() + made.quality_bias(CONDITION).detach())
    bias = (bias / step).round().long()
    padded = torch.nn.functional.pad(activations().long(), [1] * 4) if depthwise else activations().long()
    total = bias[:, :, None, None].expand(2, 24, 7, 9).clone()
    for row in range(weight.shape[2]):
        for column in range(weight.shape[3]):
            part = padded[:, :, row : row + 7, column : column + 9]
            if depthwise:
                total += weight[:, 0, row, column, None, None] * part
            else:
                total += torch.einsum("oi,bihw->bohw", weight[:, :, row, column], part)
    expected = (total.float() * step[:, None, None]).round().clamp(-127, 127)
    assert torch.equal(result, expected)


def test_quantised_or_not_it_means_the_same() -> None:
    made = layer()
    floats = made(activations(), CONDITION)
    made.quantised = True
    # 24 products with weights that are off by half a step of 1/127 each, and activations up to 255.
    assert (made(activations(), CONDITION) - floats).abs().max() < 0.5 + 24 * 255 * 0.5 * 0.21 / 127


def test_gradients_pass_as_if_nothing_were_rounded() -> None:
    made = layer()
    gradients = []
    for quantised in (False, True):
        made.quantised = quantised
        made.zero_grad()
        made(activations() / 64, CONDITION).sum().backward()
        gradients.append(made.weight.grad.clone())
    torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(("sign", "learned"), [(1, [0, 1, 1]), (-1, [0, -1, 0])])
def test_rectified_values_learn_nothing_from_below_and_come_back_from_above(
    sign: int, learned: list[int]
) -> None:
    values = torch.tensor([-3.0, 100.0, 300.0], requires_grad=True)
    clamped = RECTIFIED.clamp(values)
    (sign * clamped).sum().backward()
    assert clamped.tolist() == [0, 100, 255]
    assert values.grad is not None
    assert values.grad.tolist() == learned


@pytest.mark.parametrize(("sign", "learned"), [(1, [1, 1, 0, 1]), (-1, [-1, -1, -1, 0])])
def test_clamped_values_come_back_and_do_not_run_away(sign: int, learned: list[int]) -> None:
    values = torch.tensor([0.5, 1.5, -2.7, 9.0], requires_grad=True)
    result = clamp_through(round_through(values), -2, 2)
    (sign * result).sum().backward()
    assert result.tolist() == [0, 2, -2, 2]
    assert values.grad is not None
    assert values.grad.tolist() == learned


def test_activations_tell_small_latents_exactly_and_large_ones_coarsely() -> None:
    latents = torch.tensor([0.0, 1 / 16, -1.5, 2.0, 2.25, -10.0, 14.0, -140.0, 262.0, 4000.0, -4000.0])
    assert compand(latents, quantised=True).tolist() == [0, 1, -24, 32, 33, -64, 65, -96, 127, 127, -127]


def test_a_latent_of_zero_still_learns() -> None:
    latents = torch.zeros(3, requires_grad=True)
    compand(latents, quantised=True).sum().backward()
    assert latents.grad.tolist() == [16, 16, 16]


def test_activations_rise_with_latents() -> None:
    latents = torch.arange(-400 * 16, 400 * 16 + 1) / 16
    told = compand(latents, quantised=True)
    assert (told.diff() >= 0).all()
    assert torch.equal(told, -told.flip(0))


def test_a_depthwise_convolution_that_changes_channels_is_refused() -> None:
    with pytest.raises(ValueError, match="got 4 channels in and 8 out"):
        IntegerConvolution(4, 8, taken=SIGNED, given=SIGNED, depthwise=True)


@pytest.mark.parametrize("depthwise", [False, True])
@pytest.mark.parametrize("given", [RECTIFIED, SIGNED])
@pytest.mark.parametrize("quantised", [False, True])
def test_the_fused_loop_is_its_plain_twin(
    depthwise: bool, given: Range, quantised: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = layer(depthwise=depthwise, given=given)
    made.quantised = quantised
    results = []
    for fusible in (fused.is_fusible, lambda *tensors: False):
        monkeypatch.setattr(fused, "is_fusible", fusible)
        made.zero_grad()
        values = activations().requires_grad_()
        result = made(values, CONDITION)
        # Gradients of both signs, and values beyond both ends of the range.
        (result * torch.randn(result.shape, generator=torch.Generator().manual_seed(3))).sum().backward()
        results.append([result.detach(), values.grad, *(own.grad for own in made.parameters())])
    assert torch.equal(results[0][0], results[1][0])
    assert ((results[0][0] == given.most) | (results[0][0] == given.least)).any()
    for got, expected in zip(*results, strict=True):
        torch.testing.assert_close(got, expected, rtol=1e-5, atol=1e-3)


def test_gradients_in_bfloat16_are_close_and_sums_exact() -> None:
    made = layer()
    made.quantised = True
    results = []
    for coarse in (False, True):
        made.bfloat16_gradients = coarse
        made.zero_grad()
        values = activations().requires_grad_()
        result = made(values, CONDITION)
        (result * torch.randn(result.shape, generator=torch.Generator().manual_seed(3))).sum().backward()
        results.append([result.detach(), values.grad, made.weight.grad])
    assert torch.equal(results[0][0], results[1][0])
    for got, expected in zip(*results, strict=True):
        assert (got - expected).norm() < 0.01 * expected.norm()
    assert not torch.equal(results[0][1], results[1][1])
