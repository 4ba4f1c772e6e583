"""Which latents each context step codes, and the layouts in which steps compute.

A 2x2 square of places has the numbers 0 1 / 2 3. Of every four channels in a row, step s codes at place p the
one with number ``p XOR ORDER[s]``. A step so codes a quarter of the channels at each place, and each channel
once in each square: first at one place, then at the diagonal one, then between them, where four neighbours
are known; the order of Li et al., "Neural video compression with diverse contexts" (CVPR 2023).

All latents of a step are a *quarter*, (4 places, B, H/2, W/2, channels/4): a place's rows lie together, so
that what is computed for a step's own channels alone is a product of matrices for each place.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

ORDER = (0, 3, 1, 2)
STEPS = len(ORDER)
_PLACES = 4


def places_of(rows: Tensor) -> Tensor:
    """Return (4, B, H/2, W/2, C) of (B, H, W, C), the rows of each place together."""
    batch, height, width, channels = rows.shape
    squares = rows.reshape(batch, height // 2, 2, width // 2, 2, channels)
    return squares.permute(2, 4, 0, 1, 3, 5).reshape(_PLACES, batch, height // 2, width // 2, channels)


def rows_of_places(places: Tensor) -> Tensor:
    """Return (B, H, W, C) of (4, B, H/2, W/2, C)."""
    _, batch, half_height, half_width, channels = places.shape
    squares = places.reshape(2, 2, batch, half_height, half_width, channels).permute(2, 3, 0, 4, 1, 5)
    return squares.reshape(batch, 2 * half_height, 2 * half_width, channels)


def quarters_of(latents: Tensor) -> Tensor:
    """Return the quarters of all steps, (4 steps, 4 places, B, H/2, W/2, C/4), of (B, C, H, W)."""
    places = places_of(latents.permute(0, 2, 3, 1))
    numbers = places.reshape(*places.shape[:-1], -1, 4)  # channels/4, number among four
    chunks = numbers.movedim(-1, 0).flatten(0, 1)  # (number, place) first
    return _reorder(chunks, _chunks_of_quarters()).reshape(STEPS, _PLACES, *numbers.shape[1:-1])


def latents_of(quarters: Tensor) -> Tensor:
    """Return (B, C, H, W), the inverse of `quarters_of`."""
    chunks = _reorder(quarters.flatten(0, 1), _inverse(_chunks_of_quarters()))
    places = chunks.reshape(4, _PLACES, *chunks.shape[1:]).movedim(0, -1).flatten(-2)
    return rows_of_places(places).permute(0, 3, 1, 2)


def by_place(channels: Tensor, step: int) -> Tensor:
    """Return (4 places, C/4, ...) of (C, ...): what belongs to the channels coded at each place."""
    numbers = channels.reshape(-1, 4, *channels.shape[1:]).movedim(1, 0)
    return _reorder(numbers, [place ^ ORDER[step] for place in range(_PLACES)])


def in_file_order(quarter: Tensor, step: int) -> Tensor:
    """Return (B, C * H/2 * W/2) of a step's quarter: channel by channel, each row by row."""
    numbers = quarter[[number ^ ORDER[step] for number in range(4)]]
    return numbers.permute(1, 4, 0, 2, 3).flatten(1)


def from_file_order(values: Tensor, step: int, quarter: Tensor) -> Tensor:
    """Return a step's quarter, shaped as `quarter`, of (B, C * H/2 * W/2); the inverse of `in_file_order`."""
    _, batch, height, width, channels = quarter.shape
    numbers = values.reshape(batch, channels, 4, height, width).permute(2, 0, 3, 4, 1)
    return numbers[[place ^ ORDER[step] for place in range(_PLACES)]].contiguous()


def _chunks_of_quarters() -> list[int]:
    """For each (step, place) in a row, the (number, place) that it has; numbers are of channels, modulo 4."""
    return [(place ^ order) * _PLACES + place for order in ORDER for place in range(_PLACES)]


def _inverse(order: list[int]) -> list[int]:
    return sorted(range(len(order)), key=order.__getitem__)


class _Reorder(torch.autograd.Function):
    """Rows in another order; plain indexing would add gradients up where there is nothing to add."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, order: list[int]) -> Tensor:
        ctx.order = order
        return values[order]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return gradients[0][_inverse(ctx.order)], None


def _reorder(values: Tensor, order: list[int]) -> Tensor:
    reordered: Tensor = _Reorder.apply(values, order)
    return reordered
