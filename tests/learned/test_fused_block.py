"""Blocks as one function in training: what the layers give, values and gradients, against float32."""

import copy

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from torch import Tensor, nn

from beholder import _core
from beholder.learned.blocks import Block, Pointwise
from beholder.learned.fused_block import runs_fused

SIZES = [(192, 2, 16, 16), (24, 3, 5, 3), (10, 1, 1, 1), (33, 2, 1, 4)]
CLOSE = 0.015  # of the size of the right result: some roundings to 8 bits of mantissa in a row


def values_of(size: tuple[int, int, int, int]) -> Tensor:
    channels, batch, height, width = size
    random = torch.Generator().manual_seed(1)
    values = torch.randn(batch, channels, height, width, generator=random).bfloat16().float()
    return values.to(memory_format=torch.channels_last)


def results(module: nn.Module, values: Tensor, *others: Tensor, bfloat16: bool) -> list[Tensor]:
    """Return what the module gives, and the gradients of its inputs and parameters."""
    own = copy.deepcopy(module).to(memory_format=torch.channels_last)
    inputs = [given.clone().requires_grad_() for given in (values, *others)]
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bfloat16):
        assert runs_fused(values) == bfloat16
        given = own(*inputs).float()
    weights = torch.randn(given.shape, generator=torch.Generator().manual_seed(2)).bfloat16()
    (given * weights).sum().backward()
    return [given.detach(), *(learned.grad for learned in (*inputs, *own.parameters()))]


def assert_close(found: list[Tensor], expected: list[Tensor], most: float) -> None:
    assert len(found) == len(expected)
    for number, (own, right) in enumerate(zip(found, expected, strict=True)):
        assert own.shape == right.shape
        assert own.dtype == torch.float32
        assert (own - right).norm() <= most * right.norm(), number


@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_a_block_is_that_of_layers(size: tuple[int, int, int, int], scaled: bool) -> None:
    channels, batch, *_ = size
    torch.manual_seed(0)
    block = Block(channels)
    # Values near 0, at the corner of the leaky ReLU, may fall on either side of it: keep away from it.
    with torch.no_grad():
        assert block.mix_in.bias is not None
        block.mix_in.weight.mul_(0.1)
        block.mix_in.bias.copy_(torch.where(torch.arange(channels) % 2 == 0, 1.0, -1.0))
    scales = [1 + 0.2 * torch.randn(batch, 2 * channels)] if scaled else []
    values = values_of(size)
    expected = results(block, values, *scales, bfloat16=False)
    assert_close(results(block, values, *scales, bfloat16=True), expected, CLOSE)


@pytest.mark.parametrize("size", SIZES)
def test_a_pointwise_convolution_is_that_of_torch(size: tuple[int, int, int, int]) -> None:
    torch.manual_seed(0)
    layer = Pointwise(size[0], 7)
    values = values_of(size)
    expected = results(layer, values, bfloat16=False)
    assert_close(results(layer, values, bfloat16=True), expected, CLOSE)


def test_what_is_not_finite_stays_so() -> None:
    block = Block(8)
    values = torch.zeros(1, 8, 4, 4)
    values[0, 3, 2, 2] = float("nan")
    values.requires_grad_()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        given = block(values)
    assert given.isnan().any()
    given.float().sum().backward()
    assert block.mix_in.weight.grad is not None
    assert block.mix_in.weight.grad.isnan().any()


def test_inference_and_float32_run_the_layers() -> None:
    values = torch.zeros(1, 8, 4, 4)
    assert not runs_fused(values)
    with torch.autocast("cpu", dtype=torch.bfloat16), torch.no_grad():
        assert not runs_fused(values)


def test_bfloat16_is_rounded_as_torch_rounds() -> None:
    bits = torch.arange(1 << 16, dtype=torch.int32).to(torch.uint16)
    values = bits.view(torch.bfloat16)
    values = values[values.isfinite()].contiguous()
    random = torch.Generator().manual_seed(3)
    others = values[torch.randperm(len(values), generator=random)]
    out = torch.empty_like(values)
    arrays = [part.view(torch.uint16).numpy() for part in (values, others, out)]
    _core.add_rows(*arrays[:2], torch.zeros(len(values)).numpy(), arrays[2])
    assert torch.equal(out, (values.float() + others.float()).bfloat16())


def test_arrays_that_do_not_fit_are_refused() -> None:
    rows = torch.zeros(4, 8, dtype=torch.bfloat16).view(torch.uint16).numpy()
    with pytest.raises(ValueError, match="sizes"):
        _core.total_rows(rows, torch.zeros(5).numpy())
    with pytest.raises(ValueError, match="sizes"):
        _core.convolve_places(3, 2, rows, torch.zeros(9, 8).numpy(), torch.zeros(8).numpy(), rows.copy())
