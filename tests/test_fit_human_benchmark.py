"""The fit of the human observer: its twins of decoder and metrics, its weights, its search."""

import io
import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
from PIL import Image

from beholder import _core
from beholder.metrics import ms_ssim_db, ssimulacra2
from beholder.observers import Masking, Sensitivity

torch = pytest.importorskip("torch", reason="torch is not installed (the fit needs it, nothing else does)")
from benchmarks.fits import differentiable, metric_sensitivity, rate_search
from benchmarks.jpeg.core_encode import block_weights, optimise

MASKING = Masking(knee=100.0, luma_exponent=0.5, chroma_exponent=0.4, step_share=1.0)


def picture(height, width, seed=1):
    """Smooth shapes, an edge and a little noise."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    base = 120 + 60 * np.sin(x / 23 + y / 41)[..., None] * (1, 0.6, -0.5) + 40 * (x > width / 2)[..., None]
    return np.clip(base + random.normal(0, 6, (height, width, 3)), 0, 255).astype(np.uint8)


def as_tensor(pixels):
    return torch.from_numpy(pixels.copy()).permute(2, 0, 1).float()


def flat_setting():
    weights = np.ones((3, 64), np.float32)
    return Sensitivity(frequency=weights, start_steps=weights, masking=MASKING, lambda_ratio=0.1)


@pytest.mark.parametrize("quality", [5, 20, 50])
@pytest.mark.parametrize("size", [(200, 240), (177, 203)])
def test_the_losses_agree_with_the_scores(quality, size):
    original = picture(*size)
    buffer = io.BytesIO()
    Image.fromarray(original).save(buffer, "JPEG", quality=quality)
    decoded = np.asarray(Image.open(buffer))
    pair = as_tensor(original), as_tensor(decoded)
    # The reference's single precision and the small weights left out.
    assert 100 - float(differentiable.ssimulacra2_loss(*pair)) == pytest.approx(
        ssimulacra2(original, decoded), abs=0.4
    )
    assert -float(differentiable.ms_ssim_loss(*pair)) == pytest.approx(
        ms_ssim_db(original, decoded), abs=1e-6
    )


@pytest.mark.parametrize("subsampling", ["4:2:0", "4:4:4"])
@pytest.mark.parametrize("size", [(64, 96), (57, 83)])
def test_the_decoder_makes_the_pixels_of_libjpeg(subsampling, size):
    pixels = picture(*size)
    coefficients = _core.forward_transform(pixels, subsampling)
    setting = flat_setting()
    blocks = block_weights(coefficients, setting)
    levels, script = optimise(coefficients, blocks, setting, 8.0, mode="sequential")
    decoded = np.asarray(Image.open(io.BytesIO(_core.write_jpeg(levels, script=script))))
    raster = []
    for plane in levels.planes:
        values = np.zeros(plane.levels.shape, np.float32)
        values[..., metric_sensitivity.ZIGZAG] = plane.levels * levels.quant_tables[plane.quant_index]
        raster.append(torch.from_numpy(values))
    twin = differentiable.decode(raster, *size).permute(1, 2, 0).numpy()
    # libjpeg rounds after the inverse DCT, after upsampling and after the colour transform.
    assert np.abs(twin - decoded).max() < 3
    assert np.abs(twin - decoded).mean() < 0.6


def test_gathered_weights_find_what_a_loss_weighs(monkeypatch):
    def squared_error_of_green(original, decoded):
        return ((original[1] - decoded[1]) ** 2).sum()

    monkeypatch.setattr(metric_sensitivity, "METRICS", {"green": squared_error_of_green})
    flat = Masking(knee=1e12, luma_exponent=0.0, chroma_exponent=0.0, step_share=0.0)
    setting = replace(flat_setting(), masking=flat)
    point = metric_sensitivity.OperatingPoint(setting, (6.0, 12.0), "4:4:4")
    weights = metric_sensitivity.gather([picture(160, 160), picture(160, 160, seed=2)], point, 1)["green"]
    # Green is Y - 0.344 Cb - 0.714 Cr: errors of the components are nearly independent.
    assert weights[0] == pytest.approx(np.ones(64), abs=0.5)
    assert weights.mean(axis=1) == pytest.approx([1, 0.344136**2, 0.714136**2], abs=0.08)


@dataclass(frozen=True)
class Point:
    x: float
    y: float


def test_the_search_finds_the_least_cost():
    found = rate_search.coordinate_search(
        Point(0.0, 1.0),
        {"x": (lambda v: v - 0.25, lambda v: v + 0.25), "y": (lambda v: v * 2, lambda v: v / 2)},
        lambda point, name, value: replace(point, **{name: value}),
        lambda point: (point.x - 1.5) ** 2 + abs(math.log2(point.y) + 3),
        passes=3,
    )
    assert found == Point(1.5, 0.125)


def test_figures_are_gaps_to_libjpeg(tmp_path):
    file = tmp_path / "a.png"
    Image.fromarray(picture(256, 256)).save(file)
    photograph = rate_search.Photograph(file)
    trials = rate_search.Trials([photograph, photograph], 1)
    flat = trials.figures(flat_setting())
    steep = replace(flat_setting(), frequency=np.tile(np.geomspace(1, 1e-3, 64, dtype=np.float32), (3, 1)))
    trials.close()
    assert flat == photograph.figures(flat_setting())
    assert flat.psnr < -5  # flat weights are those of squared error
    assert photograph.figures(steep).psnr > flat.psnr
