"""Frequencies of residuals as they are, rather than by the Gaussian that training takes them for."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import torch

from beholder.learned.condition import Condition
from beholder.learned.network import CompressionNetwork
from beholder.learned.picture_tensor import pad_to_stride, tensor_of_pixels
from beholder.learned.symbols import residuals_of_latents
from beholder.learned.tables import PRECISION_BITS, gaussian_tables, whole_frequencies

# How many residuals the Gaussian counts for, beside those that were seen.
_GAUSSIAN_WEIGHT = 1000


def fit_tables(
    network: CompressionNetwork, pictures: Iterable[tuple[npt.NDArray[np.uint8], Condition]]
) -> tuple[npt.NDArray[np.int64], ...]:
    """Return the frequencies of all 64 scale indices over pictures.

    Both signs count as one, since the mean has nothing left to say about the sign.

    Args:
        network: Frozen, on the CPU.
        pictures: (H, W, 3) uint8, each with the condition that it is encoded for, of one sample.
    """
    gaussian = gaussian_tables()
    counts = [np.zeros(len(table), np.int64) for table in gaussian]
    for pixels, asked in pictures:
        with torch.inference_mode():
            latents = network.gain(
                network.analysis(pad_to_stride(tensor_of_pixels(pixels[None])), asked), asked
            )
            lists = residuals_of_latents(network, latents, asked)
        for residuals, indices in lists:
            for index in np.unique(indices):
                reach = (len(counts[index]) - 2) // 2
                chosen = residuals[indices == index]
                symbols = np.where(np.abs(chosen) > reach, 2 * reach + 1, chosen + reach)
                counts[index] += np.bincount(symbols, minlength=2 * reach + 2)
    return tuple(
        whole_frequencies(_both_signs(seen) + _GAUSSIAN_WEIGHT * table / (1 << PRECISION_BITS))
        for seen, table in zip(counts, gaussian, strict=True)
    )


def _both_signs(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    inside = counts[:-1]
    return np.append((inside + inside[::-1]) / 2, counts[-1])
