"""Gradients at DCT coefficients against automatic differentiation, and against the reference decoder."""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder import _core
from beholder.errors import UsageError
from beholder.observers.network.gradient import coefficient_gradient
from benchmarks.jpeg.reference_decoder import ZIGZAG, rgb_samples

SAMPLINGS = {
    "4:4:4": ((1, 1), (1, 1), (1, 1)),
    "4:2:2": ((2, 1), (1, 1), (1, 1)),
    "4:4:0": ((1, 2), (1, 1), (1, 1)),
    "4:2:0": ((2, 2), (1, 1), (1, 1)),
    "4:1:1": ((4, 1), (1, 1), (1, 1)),
    "grey": ((1, 1),),
}
SIZES = [(16, 16), (17, 31), (9, 40), (8, 4), (1, 1), (3, 50)]


def block_counts(sampling, height, width):
    most_h, most_v = (max(factors[axis] for factors in sampling) for axis in (0, 1))
    for across, down in sampling:
        yield (
            math.ceil(math.ceil(height * down / most_v) / 8),
            math.ceil(math.ceil(width * across / most_h) / 8),
        )


def decode(coefficients, sampling, height, width):
    """(3, H, W) R, G, B by plain indexing, differentiable; not clamped."""
    basis = torch.tensor(
        [
            [math.cos((2 * x + 1) * u * math.pi / 16) / (math.sqrt(8) if u == 0 else 2) for x in range(8)]
            for u in range(8)
        ],
        dtype=torch.float64,
    )
    most_h, most_v = (max(factors[axis] for factors in sampling) for axis in (0, 1))
    planes = []
    for values, (across, down) in zip(coefficients, sampling, strict=True):
        rows, columns, _ = values.shape
        raster = torch.zeros_like(values)
        raster[..., ZIGZAG] = values
        samples = torch.einsum("rcuv,uy,vx->rycx", raster.reshape(rows, columns, 8, 8), basis, basis)
        samples = samples.reshape(8 * rows, 8 * columns)
        high, wide = math.ceil(height * down / most_v), math.ceil(width * across / most_h)
        samples = samples[:high, :wide]
        smooth = wide >= 3
        samples = enlarge(samples, most_v // down, height, smooth)
        planes.append(enlarge(samples.T, most_h // across, width, smooth).T)
    if len(planes) == 1:
        return torch.stack(planes * 3)
    y, cb, cr = planes
    return torch.stack((y + 1.402 * cr, y - 0.344136286 * cb - 0.714136286 * cr, y + 1.772 * cb))


def enlarge(samples, factor, length, smooth):
    """Along the first axis, sample by sample."""
    last = len(samples) - 1
    lines = []
    for position in range(length):
        near = position // factor
        if factor == 2 and smooth:
            far = min(max(near + (1 if position % 2 else -1), 0), last)
            lines.append(0.75 * samples[near] + 0.25 * samples[far])
        else:
            lines.append(samples[near])
    return torch.stack(lines)


@pytest.mark.parametrize("name", SAMPLINGS)
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_equals_automatic_differentiation(name: str, height: int, width: int) -> None:
    sampling = SAMPLINGS[name]
    generator = torch.Generator().manual_seed(height + 100 * width)
    coefficients = [
        torch.randn(rows, columns, 64, generator=generator, dtype=torch.float64).requires_grad_()
        for rows, columns in block_counts(sampling, height, width)
    ]
    pixels = decode(coefficients, sampling, height, width)
    loss = torch.sin(pixels / 3).sum() + (pixels[0] * pixels[2]).mean()
    expected = torch.autograd.grad(loss, coefficients, retain_graph=True)
    (at_pixels,) = torch.autograd.grad(loss, pixels)
    found = coefficient_gradient(at_pixels, sampling)
    assert [part.shape for part in found] == [part.shape for part in expected]
    for ours, theirs in zip(found, expected, strict=True):
        assert torch.allclose(ours, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["4:4:4", "4:2:2", "4:2:0", "grey"])
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_is_the_adjoint_of_the_reference_decoder(name: str, height: int, width: int) -> None:
    sampling = SAMPLINGS[name]
    random = np.random.default_rng(width)
    # Small enough that no sample leaves 0..255, where a decoder is no longer linear.
    levels = [
        random.integers(-2, 3, (rows, columns, 64)).astype(np.int16)
        for rows, columns in block_counts(sampling, height, width)
    ]

    def decoded(factor):
        planes = [
            _core.Plane(own * np.int16(factor), id=number + 1, sampling=factors)
            for number, (own, factors) in enumerate(zip(levels, sampling, strict=True))
        ]
        image = _core.LevelImage(width, height, planes, [np.ones(64, np.uint16)])
        return rgb_samples(image, "triangle").transpose(2, 0, 1)

    change = decoded(1) - decoded(0)
    direction = random.normal(size=change.shape)
    gradient = coefficient_gradient(torch.from_numpy(direction), sampling)
    inner = sum((part.numpy() * own).sum() for part, own in zip(gradient, levels, strict=True))
    assert inner == pytest.approx((direction * change).sum(), rel=1e-6, abs=1e-6)


def test_takes_batches_and_changes_no_argument() -> None:
    batch = torch.randn(4, 3, 20, 24, generator=torch.Generator().manual_seed(1))
    before = batch.clone()
    together = coefficient_gradient(batch, SAMPLINGS["4:2:0"])
    assert torch.equal(batch, before)
    for number in range(4):
        for whole, own in zip(together, coefficient_gradient(batch[number], SAMPLINGS["4:2:0"]), strict=True):
            assert torch.allclose(whole[number], own, atol=1e-5)


@pytest.mark.parametrize("sampling", [((1, 1), (1, 1)), ((3, 1), (2, 1), (1, 1)), ((1, 1),) * 4])
def test_refuses_what_no_picture_for_networks_has(sampling) -> None:
    with pytest.raises(UsageError, match=r"divide|components"):
        coefficient_gradient(torch.zeros(3, 8, 8), sampling)
