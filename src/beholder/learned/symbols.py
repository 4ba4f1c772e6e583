"""Latents of a tile to residuals and back: the order in which a file has them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from beholder.errors import InputError
from beholder.learned.entropy_coder import LARGEST_RESIDUAL, ResidualCoder
from beholder.learned.entropy_model import HYPER_STRIDE, Gaussians
from beholder.learned.model import LearnedCodec

# Residuals of hyper-latents, then of each step, each with the scale index of every residual.
Batches = list[tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]]


class SymbolPath:
    """Runs the frozen entropy model, for the encoder and for the decoder."""

    def __init__(self, codec: LearnedCodec, coder: ResidualCoder) -> None:
        self._codec = codec
        self._coder = coder
        self._type = next(codec.hyper_synthesis.buffers()).dtype  # float32, or float64 to check it

    def write(self, latents: Tensor, quality: Tensor, checksum: int) -> tuple[bytes, int]:
        """Returns the bytes of a tile's latents, and the checksum of what came before and them.

        Args:
            latents: (1, channels, H, W) float32, scaled by the gain; sides multiples of 4.
            quality: (1,).
            checksum: CRC-32 of what came before.
        """
        batches = residuals_of_latents(self._codec, latents, quality)
        for residuals, _ in batches:
            checksum = _add(checksum, residuals)
        return self._coder.encode(batches), checksum

    def read(
        self, data: bytes, quality: Tensor, height: int, width: int, checksum: int
    ) -> tuple[Tensor, int]:
        """Returns (1, channels, height, width) latents, and the checksum with their symbols.

        Raises:
            InputError: The bytes are damaged in a way that shows before the checksum is compared.
        """
        device, sizes = quality.device, self._codec.architecture
        decoder = self._coder.decoder(data)

        def take(indices: Tensor) -> Tensor:
            nonlocal checksum
            residuals = decoder.take(indices.cpu().numpy().astype(np.uint8))
            checksum = _add(checksum, residuals)
            return torch.from_numpy(residuals).to(device, self._type)

        def read(mask: Tensor, found: Gaussians) -> Tensor:
            latents = torch.zeros_like(found.mean)
            latents[0][mask] = take(found.scale_index[0][mask])
            return latents + found.mean

        with _exact_sums(device):
            prior = self._codec.hyper_prior(quality)
            shape = (1, sizes.hyper_latents, height // HYPER_STRIDE, width // HYPER_STRIDE)
            residual = take(prior.scale_index.expand(shape).flatten()).reshape(shape)
            features = self._codec.hyper_synthesis(residual + prior.mean, quality)
            latents, _ = self._codec.decode_in_steps(features, quality, sizes.latents, read)
        if not decoder.is_at_end():
            raise InputError("damaged: symbols are left over")
        return latents, checksum


def residuals_of_latents(codec: LearnedCodec, latents: Tensor, quality: Tensor) -> Batches:
    """Returns what a file has of a tile: batches of residuals, each with its scale indices.

    Args:
        codec: Frozen.
        latents: (1, channels, H, W) float32, scaled by the gain; sides multiples of 4.
        quality: (1,).
    """
    batches: Batches = []

    def note(residuals: Tensor, indices: Tensor) -> None:
        batches.append((residuals.cpu().numpy().astype(np.int32), indices.cpu().numpy().astype(np.uint8)))

    def read(mask: Tensor, found: Gaussians) -> Tensor:
        residual = _residual(latents, found.mean)
        note(residual[0][mask], found.scale_index[0][mask])
        return residual + found.mean

    with _exact_sums(latents.device):
        hyper_latents = codec.hyper_analysis(latents)
        prior = codec.hyper_prior(quality)
        residual = _residual(hyper_latents, prior.mean)
        note(residual[0].flatten(), prior.scale_index.expand_as(residual)[0].flatten())
        features = codec.hyper_synthesis(residual + prior.mean, quality)
        codec.decode_in_steps(features, quality, latents.shape[1], read)
    return batches


def _residual(values: Tensor, mean: Tensor) -> Tensor:
    return torch.round(values - mean).clamp(-LARGEST_RESIDUAL, LARGEST_RESIDUAL)


def _add(checksum: int, residuals: npt.NDArray[np.int32]) -> int:
    return zlib.crc32(residuals.astype("<i2").tobytes(), checksum)


@contextmanager
def _exact_sums(device: torch.device) -> Iterator[None]:
    """Keeps autocast and the shorter sums of tensor cores out of the entropy path."""
    with (
        torch.autocast(device.type, enabled=False),
        torch.backends.cudnn.flags(enabled=True, deterministic=True, allow_tf32=False),
    ):
        yield
