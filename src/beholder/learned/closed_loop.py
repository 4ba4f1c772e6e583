"""The closed loop of the learned codec, which moves the latents before they are rounded.

::

    latents --round, code--> file, decoded latents --synthesis--> picture --network--> distance, gradient
       ^                                                                                     |
       +------------------------ synthesis, backwards, tile by tile <------------------------+

Any network serves that gives a gradient: nothing is trained for it. Latents of large scale are the cheap ones
to move: one step more or less changes their bits by little. See `beholder.targets.closed_loop`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from beholder.image.picture import Picture
from beholder.learned.adapters import Adapter
from beholder.learned.container import Header, write_container
from beholder.learned.rate import scale_of_index
from beholder.learned.rounding import Rounding
from beholder.learned.symbols import Written
from beholder.learned.tiled_network import TiledNetwork
from beholder.learned.tiles import spans
from beholder.observers import FloatArray
from beholder.targets.closed_loop import LoopLimits, MovedTarget, Seen, close_loop

if TYPE_CHECKING:  # who encodes without a loop needs none
    from beholder.observers.network import NetworkObserver

# Tried on photographs of ImageNet's training set with EfficientNet-Lite0 in the loop (docs/learned.md).
_LIMITS = LoopLimits(turns=6, steps_a_turn=0.5, steps=2.0)
_POWER_OF_SCALE = 2.0  # in the cheapness of a latent
_LARGEST_SCALE = 4.0  # beyond it a latent is no cheaper

_STEP = np.ones(1, np.float32)  # of the quantiser, in latents that are scaled by the gain


@dataclass(frozen=True, eq=False)
class _File:
    """A file and what decoders read from it.

    Attributes:
        data: The file.
        latents: (1, channels, H/16, W/16).
        cheapness: Of the latents of each tile.
    """

    data: bytes
    latents: Tensor
    cheapness: list[FloatArray]


class LatentLoop:
    """Encodes one picture so that the answer of a network stays, at any quality."""

    def __init__(
        self,
        network: TiledNetwork,
        tiles: Sequence[Tensor],
        picture: Picture,
        observer: NetworkObserver,
        *,
        adapter: Adapter | None = None,
    ) -> None:
        """Let the network look at the original.

        Args:
            network: Of the codec.
            tiles: Latents of the picture, as `TiledNetwork.analyse` yields them.
            picture: What is encoded.
            observer: The network whose answer is to stay.
            adapter: That files name.
        """
        self._network = network
        self._tiles = tiles
        self._observer = observer
        self._orientation = picture.metadata.orientation
        self._reference = observer.reference(picture.pixels, self._orientation)
        self._adapter = adapter

    def encode(self, header: Header, rounding: Rounding) -> bytes:
        """Return the best file with this header, with latents rounded so."""
        shapes = [tuple(tile.shape) for tile in self._tiles]
        target = MovedTarget(shapes, [_STEP] * len(shapes), _LIMITS)
        best = close_loop(
            lambda: self._file(header, rounding, target.offsets),
            lambda file: len(file.data),
            lambda file: self._look(file, header),
            target,
            _LIMITS.turns,
        )
        return best.data

    def _file(self, header: Header, rounding: Rounding, offsets: Sequence[FloatArray]) -> _File:
        """Return the file of latents that are moved by so much, tile by tile."""
        moved = (
            tile + torch.from_numpy(offset).to(tile)
            for tile, offset in zip(self._network.scaled(self._tiles, [header]), offsets, strict=True)
        )
        seen: list[Written] = []
        ((streams, checksum),) = self._network.write(moved, [header], rounding=rounding, seen=seen)
        across = len(list(spans(header.width)))
        strips = [
            torch.cat([tile.latents for tile in seen[first : first + across]], dim=3)
            for first in range(0, len(seen), across)
        ]
        return _File(
            write_container(header, streams, checksum),
            torch.cat(strips, dim=2),
            [_cheapness(tile.scale_index) for tile in seen],
        )

    def _look(self, file: _File, header: Header) -> Seen:
        decoded = self._network.picture(file.latents, header, self._adapter)
        distance, at_pixels = self._observer.pixel_gradient(self._reference, decoded, self._orientation)
        gradient = self._network.latent_gradient(file.latents, header, at_pixels, self._adapter).cpu().numpy()
        tiles = [
            gradient[..., rows.latents, columns.latents]
            for rows in spans(header.height)
            for columns in spans(header.width)
        ]
        return Seen(distance, tiles, file.cheapness)


def _cheapness(scale_index: Tensor) -> FloatArray:
    scale = scale_of_index(scale_index).clamp(max=_LARGEST_SCALE)
    cheapness: FloatArray = scale.pow(_POWER_OF_SCALE).cpu().numpy()
    return cheapness
