"""The closed loop of the learned codec, which moves the latents before they are rounded.

::

    latents --round, code--> file, decoded latents --synthesis--> picture --network--> distance, gradient
       ^                                                                                     |
       +------------------------ synthesis, backwards, tile by tile <------------------------+

Any network serves that gives a gradient: nothing is trained for it. See `beholder.targets.closed_loop`.
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
from beholder.learned.tiled_network import TiledNetwork
from beholder.learned.tiles import spans
from beholder.observers import FloatArray
from beholder.targets.closed_loop import LoopLimits, MovedTarget, close_loop

if TYPE_CHECKING:  # who encodes without a loop needs none
    from beholder.observers.network import NetworkObserver

_LIMITS = LoopLimits(turns=6, steps_a_turn=0.5, steps=2.0)
_STEP = np.ones(1, np.float32)  # of latents that are scaled by the gain


@dataclass(frozen=True, eq=False)
class _File:
    """A file, and the latents that decoders read from it, (1, channels, H/16, W/16)."""

    data: bytes
    latents: Tensor


class LatentLoop:
    """Encodes one picture so that the answer of a network stays, at any quality."""

    def __init__(
        self,
        network: TiledNetwork,
        tiles: Sequence[Tensor],
        picture: Picture,
        observer: NetworkObserver,
        *,
        cheapest: bool,
        adapter: Adapter | None = None,
    ) -> None:
        """Let the network look at the original.

        Args:
            network: Of the codec.
            tiles: Latents of the picture, as `TiledNetwork.analyse` yields them.
            picture: What is encoded.
            observer: The network whose answer is to stay.
            cheapest: Rounds latents to what costs least, rather than to the nearest.
            adapter: That files name.
        """
        self._network = network
        self._tiles = tiles
        self._observer = observer
        self._orientation = picture.metadata.orientation
        self._reference = observer.reference(picture.pixels, self._orientation)
        self._cheapest = cheapest
        self._adapter = adapter

    def encode(self, header: Header) -> bytes:
        """Return the best file with this header."""
        places = [
            (..., rows.latents, columns.latents)
            for rows in spans(header.height)
            for columns in spans(header.width)
        ]
        across = len(list(spans(header.width)))
        target = MovedTarget([tuple(tile.shape) for tile in self._tiles], [_STEP] * len(places), _LIMITS)

        def encode() -> _File:
            scaled = self._network.scaled(self._tiles, [header])
            moved = (
                tile + torch.from_numpy(offset).to(tile)
                for tile, offset in zip(scaled, target.offsets, strict=True)
            )
            decoded: list[Tensor] = []
            ((streams, checksum),) = self._network.write(
                moved, [header], cheapest=self._cheapest, decoded=decoded
            )
            strips = [torch.cat(decoded[k : k + across], dim=3) for k in range(0, len(decoded), across)]
            return _File(write_container(header, streams, checksum), torch.cat(strips, dim=2))

        def look(file: _File) -> tuple[float, list[FloatArray]]:
            decoded = self._network.picture(file.latents, header, self._adapter)
            distance, gradient = self._observer.pixel_gradient(self._reference, decoded, self._orientation)
            found = self._network.latent_gradient(file.latents, header, gradient, self._adapter)
            at_latents = found.cpu().numpy()
            return distance, [at_latents[place] for place in places]

        return close_loop(encode, lambda file: len(file.data), look, target, _LIMITS.turns).data
