"""Squares of a large picture, each with the surroundings that its transform looks at.

A window reaches further than the transforms do, so what they make of a tile is what they make of it in the
whole picture: no seam, at any tile size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from beholder.learned.block_transform import BLOCK
from beholder.learned.container import TILE
from beholder.learned.network import STRIDE

MARGIN = 96  # pixels around a tile; a multiple of 16


@dataclass(frozen=True)
class Span:
    """Rows or columns, in pixels of the padded picture: a tile's, and those of its window."""

    first: int
    end: int
    window_first: int
    window_end: int

    @property
    def latents(self) -> slice:
        """The tile in latents of the picture."""
        return slice(self.first // BLOCK, self.end // BLOCK)

    @property
    def window_latents(self) -> slice:
        """The window in latents of the picture."""
        return slice(self.window_first // BLOCK, self.window_end // BLOCK)

    @property
    def inner(self) -> slice:
        """The tile in pixels of the window."""
        return slice(self.first - self.window_first, self.end - self.window_first)

    @property
    def inner_latents(self) -> slice:
        """The tile in latents of the window."""
        return slice(self.inner.start // BLOCK, self.inner.stop // BLOCK)


def padded_side(side: int) -> int:
    """Return the side in pixels that the network computes on: the next multiple of 64."""
    return -(-side // STRIDE) * STRIDE


def spans(side: int) -> Iterator[Span]:
    """Yield the tiles along a side of so many pixels."""
    padded = padded_side(side)
    for first in range(0, padded, TILE):
        end = min(first + TILE, padded)
        yield Span(first, end, max(0, first - MARGIN), min(padded, end + MARGIN))


def check_margin(reach: int) -> None:
    """Show that windows reach as far as the transforms.

    Raises:
        ValueError: They do not.
    """
    if reach > MARGIN:
        raise ValueError(f"transforms that reach {reach} pixels; windows reach {MARGIN}")
