"""Weights of squared DCT error that a metric implies where the encoder works.

An encoder minimises sum w[c, i] * a[c, b] * N^2 over its quantisation errors N. To first order a metric's
loss grows by G * N with its gradient G at the decoded coefficients, so the weights that make the encoder's
sum stand for the loss are

    w[c, i] = sum_b G N / sum_b a[c, b] N^2

with sums over blocks, photographs and rates. Errors and gradients depend on the weights that the encoder
used: `fit_human.py` turns weights into files and files into weights twice.
"""

import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from beholder import _core
from beholder.image.jpeg_pixels import ZIGZAG
from beholder.image.pixels import Pixels
from beholder.observers._sensitivity import FloatArray, Sensitivity
from benchmarks.fits.differentiable import decode, ms_ssim_loss, ssimulacra2_loss
from benchmarks.jpeg.core_encode import block_weights, optimise

METRICS = {"ssimulacra2": ssimulacra2_loss, "ms_ssim": ms_ssim_loss}

# No less than this share of the mean weight: above half the band limit gradients of noise can sum to nothing.
_LEAST_WEIGHT = 1e-3


@dataclass(frozen=True)
class OperatingPoint:
    """The files that gradients are gathered on: one a scale, of every photograph.

    Attributes:
        setting: Of the encoder.
        scales: Of the quantiser.
        subsampling: "4:2:0" or "4:4:4".
    """

    setting: Sensitivity
    scales: tuple[float, ...]
    subsampling: str


def gather(photographs: Sequence[Pixels], point: OperatingPoint, processes: int) -> dict[str, FloatArray]:
    """(3, 64) weights of each metric, luma's with mean 1; every photograph and scale counts the same."""
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        found = pool.starmap(_photograph_sums, [(p, point) for p in photographs], chunksize=1)
    gains = {name: sum(gain[name] for gain, _ in found) for name in METRICS}
    energy = sum(energy for _, energy in found)
    return {name: _normalised(gain / energy) for name, gain in gains.items()}


def _normalised(weights: NDArray[np.float64]) -> FloatArray:
    weights = weights / weights[0].mean()
    return np.maximum(weights, _LEAST_WEIGHT).astype(np.float32)


def _photograph_sums(
    pixels: Pixels, point: OperatingPoint
) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.float64]]:
    """Sums over blocks and scales of G N by metric and of a N^2: (3, 64), as shares of their total."""
    torch.set_num_threads(1)
    coefficients = _core.forward_transform(pixels, point.subsampling)
    blocks = block_weights(coefficients, point.setting)
    gains = {name: np.zeros((3, 64)) for name in METRICS}
    energies = np.zeros((3, 64))
    for scale in point.scales:
        levels, _ = optimise(coefficients, blocks, point.setting, scale, mode="sequential")
        decoded, errors = _decoded_and_errors(coefficients, levels)
        weighted = (a[..., None] * n * n for a, n in zip(blocks, errors, strict=True))
        energy = np.stack([squares.sum((0, 1)) for squares in weighted])
        energies += energy / energy.sum()
        for name, gradients in _gradients(pixels, decoded).items():
            gain = np.stack([(g * n).sum((0, 1)) for g, n in zip(gradients, errors, strict=True)])
            gains[name] += gain / gain.sum()
    return gains, energies


def _decoded_and_errors(
    coefficients: _core.CoefficientImage, levels: _core.LevelImage
) -> tuple[list[FloatArray], list[FloatArray]]:
    decoded, errors = [], []
    for component, plane in enumerate(levels.planes):
        step = levels.quant_tables[plane.quant_index].astype(np.float32)
        values = plane.levels * step
        decoded.append(values)
        errors.append(values - coefficients.values(component) / np.float32(_core.COEFFICIENT_SCALE))
    return decoded, errors


def _gradients(pixels: Pixels, decoded: Sequence[FloatArray]) -> dict[str, list[FloatArray]]:
    """Of each metric's loss with respect to the decoded coefficients, zigzag order."""
    raster_to_zigzag = np.argsort(ZIGZAG)
    leaves = [torch.from_numpy(values[..., raster_to_zigzag]).requires_grad_() for values in decoded]
    original = torch.from_numpy(pixels.copy()).permute(2, 0, 1).float()
    picture = decode(leaves, pixels.shape[0], pixels.shape[1])
    gradients = {}
    for name, loss in METRICS.items():
        found = torch.autograd.grad(loss(original, picture), leaves, retain_graph=True)
        gradients[name] = [gradient.numpy()[..., ZIGZAG] for gradient in found]
    return gradients
