"""What a picture is encoded for, and the rows of parameters that the network learns for it.

All that the network does differently by quality or observer it looks up here: in training in a
`ConditionTable`, and once it is frozen by `rows_at`. Both dials have anchors: eight qualities, and so many
observers, evenly spread. A row between them is linear in both.

The entropy path needs rows that are integers, to the last bit on every machine. A frozen table therefore has
a rounded row for each quality and each anchor of the observer, and rows between two observers are rounded
once more (`mixed_rows`): the observer is a byte, so that the sum before the rounding is exact in float64 and
never halfway between two integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from beholder.learned.container import LARGEST_DIAL, QUALITIES

ANCHORS = 8  # of the quality
QUALITIES_AN_ANCHOR = (QUALITIES - 1) // (ANCHORS - 1)


@dataclass(frozen=True, eq=False)
class Condition:
    """What each sample of a batch is encoded for.

    Attributes:
        quality: (B,) int64, 0..63.
        observer: (B,) float32, 0..1, multiples of 1/255; 0 is least squared error, 1 a machine.
    """

    quality: Tensor
    observer: Tensor

    @classmethod
    def of(
        cls,
        qualities: Sequence[int] | Tensor,
        observers: Sequence[float] | Tensor | None = None,
        *,
        device: torch.device | str | None = None,
    ) -> Condition:
        """Return the condition of samples of these qualities and observers; None: all observers are 0."""
        quality = torch.as_tensor(qualities, dtype=torch.int64, device=device)
        observer = torch.zeros_like(quality) if observers is None else torch.as_tensor(observers)
        return cls(quality, observer.to(quality.device, torch.float32))

    def chunk(self, count: int) -> list[Condition]:
        """Return the conditions of equal parts of the batch."""
        parts = zip(self.quality.chunk(count), self.observer.chunk(count), strict=True)
        return [Condition(quality, observer) for quality, observer in parts]

    @property
    def dial(self) -> Tensor:
        """The observers as headers have them, (B,) int64, 0..255."""
        return torch.round(self.observer * LARGEST_DIAL).long()


def anchor_shares(quality: Tensor, dtype: torch.dtype) -> Tensor:
    """Return the (B, 8) shares of the anchors in the rows of (B,) qualities."""
    left = (quality // QUALITIES_AN_ANCHOR).clamp(max=ANCHORS - 2)
    weight = (quality - left * QUALITIES_AN_ANCHOR).to(dtype) / QUALITIES_AN_ANCHOR
    return _linear_shares(left, 1 - weight, weight, ANCHORS)


def dial_parts(condition: Condition, observers: int) -> Tensor:
    """Return the (B, observers) int64 parts of the anchors of the observer, in 255ths; they sum to 255."""
    position = condition.dial * (observers - 1)
    left = (position // LARGEST_DIAL).clamp(max=max(observers - 2, 0))
    right = position - left * LARGEST_DIAL
    return _linear_shares(left, LARGEST_DIAL - right, right, observers)


def mixed_rows(rows: Tensor, condition: Condition) -> Tensor:
    """Return (B, channels) between the anchors of the observer: (B, observers, channels) mixed, not rounded.

    In float64, where sums of integers are exact.
    """
    parts = dial_parts(condition, rows.shape[1]).double()
    return (parts[:, :, None] * rows.double()).sum(dim=1) / LARGEST_DIAL


def rows_at(rows: Tensor, condition: Condition) -> Tensor:
    """Return the (B, channels) rows of a frozen table.

    Args:
        rows: (64 * observers, channels) integers, all qualities of the first anchor of the observer first; or
            (1, channels), for every condition.
        condition: Of the batch.
    """
    observers = rows.shape[0] // QUALITIES
    if not observers:
        return rows
    if observers == 1:
        return rows[condition.quality]
    found = rows.reshape(observers, QUALITIES, -1)[:, condition.quality].transpose(0, 1)
    return torch.round(mixed_rows(found, condition)).to(rows.dtype)


class ConditionTable(nn.Module):
    """A learned row for every condition, linear between rows at qualities 0, 9, ... 63 and between observers.

    Attributes:
        anchors: (8 * observers, channels), all qualities of the first observer first.
        observers: Anchors of the observer; 1: rows do not depend on it.
    """

    def __init__(self, start: Tensor, observers: int = 1) -> None:
        """Start from the rows at the anchors.

        Args:
            start: (8, channels), the same for all observers.
            observers: Anchors of the observer.
        """
        super().__init__()
        if start.ndim != 2 or start.shape[0] != ANCHORS:
            raise ValueError(f"got anchors of shape {tuple(start.shape)}; it must be ({ANCHORS}, channels)")
        self.observers = observers
        self.anchors = nn.Parameter(start.repeat(observers, 1))

    def forward(self, condition: Condition) -> Tensor:
        """Return the (B, channels) rows of a condition, in the precision of the anchors."""
        parts = dial_parts(condition, self.observers).to(self.anchors.dtype) / LARGEST_DIAL
        shares = parts[:, :, None] * anchor_shares(condition.quality, self.anchors.dtype)[:, None]
        return self._product(shares.flatten(1))

    def rows_of_observers(self, condition: Condition) -> Tensor:
        """Return (B, observers, channels): rows of each anchor of the observer, at a condition's quality."""
        shares = anchor_shares(condition.quality, self.anchors.dtype)
        rows = [
            self._product(shares, slice(ANCHORS * number, ANCHORS * (number + 1)))
            for number in range(self.observers)
        ]
        return torch.stack(rows, dim=1)

    def all_rows(self) -> Tensor:
        """Return what `rows_at` takes, (64 * observers, channels), not rounded."""
        every = Condition.of(range(QUALITIES), device=self.anchors.device)
        return self.rows_of_observers(every).transpose(0, 1).flatten(0, 1)

    def _product(self, shares: Tensor, part: slice = slice(None)) -> Tensor:
        # A matrix product rather than picked rows: its gradient adds up in one order on every device. In full
        # precision also where training computes in bfloat16, in which two gains were inverses to 1 % alone.
        with torch.autocast(shares.device.type, enabled=False):
            return shares @ self.anchors[part]


class Gain(nn.Module):
    """Scales every channel by the exponential of a learned row (Cui et al., CVPR 2021)."""

    def __init__(self, start: Tensor, observers: int = 1) -> None:
        """Start from log gains at the anchors, (8, channels)."""
        super().__init__()
        self.log_gain = ConditionTable(start, observers)

    def forward(self, values: Tensor, condition: Condition) -> Tensor:
        """Return (B, channels, H, W) values scaled for a condition."""
        gain: Tensor = self.log_gain(condition).exp()[:, :, None, None]
        return values * gain


def _linear_shares(left: Tensor, of_left: Tensor, of_right: Tensor, count: int) -> Tensor:
    """Return the (B, count) shares of two neighbours, the left one's number given."""
    columns = torch.arange(count, device=left.device)
    shares = (columns == left[:, None]) * of_left[:, None]
    return shares + (columns == left[:, None] + 1) * of_right[:, None]
