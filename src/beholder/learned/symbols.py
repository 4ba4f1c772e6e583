"""Latents of a tile to residuals and back: the order in which a file has them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from beholder.errors import InputError
from beholder.learned.condition import Condition
from beholder.learned.entropy_coder import LARGEST_RESIDUAL, ResidualCoder
from beholder.learned.entropy_model import HYPER_STRIDE, Gaussians
from beholder.learned.network import CompressionNetwork
from beholder.learned.quarters import from_file_order, in_file_order, latents_of, quarters_of
from beholder.learned.rounding import Rounding, to_nearest

# (B, n) residuals of hyper-latents, then of each step, each with the scale index of every residual.
SymbolLists = list[tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]]


@dataclass(frozen=True, eq=False)
class Written:
    """Tiles as files have them, and as decoders read them again.

    Attributes:
        streams: For each tile its bytes, and the checksum of what came before and of its symbols.
        latents: (B, channels, H, W), as `SymbolPath.read` returns them.
        scale_index: Of each latent, 0..63.
    """

    streams: list[tuple[bytes, int]]
    latents: Tensor
    scale_index: Tensor


class SymbolPath:
    """Runs the frozen entropy model, for the encoder and for the decoder."""

    def __init__(self, network: CompressionNetwork, coder: ResidualCoder) -> None:
        self._network = network
        self._coder = coder
        self._type = next(network.hyper_synthesis.buffers()).dtype  # float32, or float64 to check it

    def write(
        self, latents: Tensor, condition: Condition, checksums: Sequence[int], rounding: Rounding
    ) -> Written:
        """Return the bytes of tiles.

        Args:
            latents: (B, channels, H, W) float32, scaled by the gain; sides multiples of 4.
            condition: Of the batch.
            checksums: CRC-32 of what came before each.
            rounding: Of latents.
        """
        lists, decoded, scales = code_latents(self._network, latents, condition, rounding)
        streams = []
        for number, checksum in enumerate(checksums):
            own = [(residuals[number], indices[number]) for residuals, indices in lists]
            streams.append((self._coder.encode(own), _checksum(checksum, [part for part, _ in own])))
        return Written(streams, latents_of(decoded), latents_of(scales))

    def read(
        self,
        streams: Sequence[bytes],
        condition: Condition,
        height: int,
        width: int,
        checksums: Sequence[int],
    ) -> tuple[Tensor, list[int]]:
        """Return (B, channels, height, width) latents of tiles, and each one's checksum with its symbols.

        Raises:
            InputError: The bytes are damaged in a way that shows before the checksum is compared.
        """
        device, sizes = condition.quality.device, self._network.architecture
        decoders = [self._coder.decoder(data) for data in streams]
        found_so_far = list(checksums)

        def take(indices: Tensor) -> Tensor:
            rows = []
            for number, own in enumerate(indices.cpu().numpy().astype(np.uint8)):
                rows.append(decoders[number].take(own))
                found_so_far[number] = _checksum(found_so_far[number], rows[-1:])
            return torch.from_numpy(np.stack(rows)).to(device, self._type)

        def read(step: int, found: Gaussians) -> Tensor:
            residuals = take(in_file_order(found.scale_index, step))
            return from_file_order(residuals, step, found.mean) + found.mean

        with _exact_sums(device):
            prior = self._network.hyper_prior(condition)
            shape = (len(decoders), sizes.hyper_latents, height // HYPER_STRIDE, width // HYPER_STRIDE)
            residual = take(prior.scale_index.expand(shape).flatten(1)).reshape(shape)
            features = self._network.hyper_synthesis(residual + prior.mean, condition)
            quarters, _ = self._network.decode_in_steps(features, condition, read)
        if not all(decoder.is_at_end() for decoder in decoders):
            raise InputError("damaged: symbols are left over")
        return latents_of(quarters), found_so_far


def residuals_of_latents(
    network: CompressionNetwork, latents: Tensor, condition: Condition, rounding: Rounding = to_nearest
) -> SymbolLists:
    """Return what files have of tiles: lists of residuals, each with its scale indices.

    The arguments are those of `code_latents`.
    """
    return code_latents(network, latents, condition, rounding)[0]


def code_latents(
    network: CompressionNetwork, latents: Tensor, condition: Condition, rounding: Rounding
) -> tuple[SymbolLists, Tensor, Tensor]:
    """Return what files have of tiles, and the latents that decoders read with their scale indices.

    Both of the latter are in quarters, see `beholder.learned.quarters`.

    Args:
        network: Frozen.
        latents: (B, channels, H, W) float32, scaled by the gain; sides multiples of 4.
        condition: Of the batch.
        rounding: Of latents; hyper-latents are rounded to the nearest.
    """
    lists: SymbolLists = []

    def note(residuals: Tensor, indices: Tensor) -> None:
        lists.append((residuals.cpu().numpy().astype(np.int32), indices.cpu().numpy().astype(np.uint8)))

    wanted = quarters_of(latents)

    def read(step: int, found: Gaussians) -> Tensor:
        residual = _limited(rounding(wanted[step] - found.mean, found.scale_index))
        note(in_file_order(residual, step), in_file_order(found.scale_index, step))
        return residual + found.mean

    with _exact_sums(latents.device):
        hyper_latents = network.hyper_analysis(latents)
        prior = network.hyper_prior(condition)
        residual = _limited(torch.round(hyper_latents - prior.mean))
        note(residual.flatten(1), prior.scale_index.expand_as(residual).flatten(1))
        features = network.hyper_synthesis(residual + prior.mean, condition)
        quarters, found = network.decode_in_steps(features, condition, read)
    return lists, quarters, found.scale_index


def _limited(residuals: Tensor) -> Tensor:
    return residuals.clamp(-LARGEST_RESIDUAL, LARGEST_RESIDUAL)


def _checksum(checksum: int, parts: Sequence[npt.NDArray[np.int32]]) -> int:
    for residuals in parts:
        checksum = zlib.crc32(residuals.astype("<i2").tobytes(), checksum)
    return checksum


@contextmanager
def _exact_sums(device: torch.device) -> Iterator[None]:
    """Keep autocast and the shorter sums of tensor cores out of the entropy path."""
    with (
        torch.autocast(device.type, enabled=False),
        torch.backends.cudnn.flags(enabled=True, deterministic=True, allow_tf32=False),
    ):
        yield
