"""What a picture is encoded for, and the rows of parameters that the network learns for it.

All that the network does differently by quality or observer it looks up here: in training by `anchor_shares`,
of a `ConditionTable`'s anchors, and once it is frozen by `rows_at`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from beholder.learned.container import QUALITIES

ANCHORS = 8
QUALITIES_AN_ANCHOR = (QUALITIES - 1) // (ANCHORS - 1)


@dataclass(frozen=True, eq=False)
class Condition:
    """What each sample of a batch is encoded for.

    Attributes:
        quality: (B,) int64, 0..63.
        observer: (B,) float32, 0..1; 0 is least squared error. Networks learn no rows by it yet.
    """

    quality: Tensor
    observer: Tensor

    @classmethod
    def of(
        cls,
        qualities: Sequence[int] | Tensor,
        observers: Sequence[float] | None = None,
        *,
        device: torch.device | str | None = None,
    ) -> Condition:
        """Return the condition of samples of these qualities and observers; None: all observers are 0."""
        quality = torch.as_tensor(qualities, dtype=torch.int64, device=device)
        observer = torch.zeros_like(quality) if observers is None else torch.as_tensor(observers)
        return cls(quality, observer.to(quality.device, torch.float32))

    @classmethod
    def every(cls, device: torch.device | str | None = None) -> Condition:
        """Return the condition of each row of a frozen table, in order."""
        return cls.of(range(QUALITIES), device=device)

    def chunk(self, count: int) -> list[Condition]:
        """Return the conditions of equal parts of the batch."""
        parts = zip(self.quality.chunk(count), self.observer.chunk(count), strict=True)
        return [Condition(quality, observer) for quality, observer in parts]


def anchor_shares(condition: Condition, dtype: torch.dtype) -> Tensor:
    """Return the (B, 8) shares of the anchors in the rows of a condition."""
    quality = condition.quality
    left = (quality // QUALITIES_AN_ANCHOR).clamp(max=ANCHORS - 2)
    weight = (quality - left * QUALITIES_AN_ANCHOR).to(dtype) / QUALITIES_AN_ANCHOR
    columns = torch.arange(ANCHORS, device=quality.device)
    shares = (columns == left[:, None]) * (1 - weight[:, None])
    return shares + (columns == left[:, None] + 1) * weight[:, None]


def rows_at(rows: Tensor, condition: Condition) -> Tensor:
    """Return the (B, channels) rows of a frozen table, which has one for each or one for all."""
    return rows[condition.quality] if rows.shape[0] == QUALITIES else rows


class ConditionTable(nn.Module):
    """A learned row for every condition, linear between rows at qualities 0, 9, ... 63."""

    def __init__(self, start: Tensor) -> None:
        """Start from the rows at the anchors.

        Args:
            start: (8, channels).
        """
        super().__init__()
        if start.ndim != 2 or start.shape[0] != ANCHORS:
            raise ValueError(f"got anchors of shape {tuple(start.shape)}; it must be ({ANCHORS}, channels)")
        self.anchors = nn.Parameter(start.clone())

    def forward(self, condition: Condition) -> Tensor:
        """Return the (B, channels) rows of a condition."""
        # A matrix product rather than picked rows: its gradient adds up in one order on every device.
        return anchor_shares(condition, self.anchors.dtype) @ self.anchors

    def all_rows(self) -> Tensor:
        """Return the rows of `Condition.every`, (64, channels)."""
        rows: Tensor = self(Condition.every(self.anchors.device))
        return rows


class Gain(nn.Module):
    """Scales every channel by the exponential of a learned row (Cui et al., CVPR 2021)."""

    def __init__(self, start: Tensor) -> None:
        """Start from log gains at the anchors, (8, channels)."""
        super().__init__()
        self.log_gain = ConditionTable(start)

    def forward(self, values: Tensor, condition: Condition) -> Tensor:
        """Return (B, channels, H, W) values scaled for a condition."""
        gain: Tensor = self.log_gain(condition).exp()[:, :, None, None]
        return values * gain
