"""Quality 0..63: what it means for the rate, and parameters learned at a few anchors of it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from beholder.learned.container import QUALITIES

ANCHORS = 8
QUALITIES_AN_ANCHOR = (QUALITIES - 1) // (ANCHORS - 1)


def lagrangians(lowest: float, highest: float) -> Tensor:
    """Returns the (64,) float64 multipliers of 255^2 * MSE in the loss, log-spaced over the qualities.

    Args:
        lowest: Of quality 0. 0.0018 is what published codecs use for about 0.1 bpp.
        highest: Of quality 63.
    """
    ends = torch.tensor([lowest, highest], dtype=torch.float64).log()
    return torch.lerp(ends[0], ends[1], torch.linspace(0, 1, QUALITIES, dtype=torch.float64)).exp()


def anchor_shares(quality: Tensor, dtype: torch.dtype) -> Tensor:
    """Return the (B, 8) shares of each anchor in the rows of (B,) int64 qualities."""
    left = (quality // QUALITIES_AN_ANCHOR).clamp(max=ANCHORS - 2)
    weight = (quality - left * QUALITIES_AN_ANCHOR).to(dtype) / QUALITIES_AN_ANCHOR
    columns = torch.arange(ANCHORS, device=quality.device)
    shares = (columns == left[:, None]) * (1 - weight[:, None])
    return shares + (columns == left[:, None] + 1) * weight[:, None]


class AnchoredTable(nn.Module):
    """A learned row for every quality, linear between rows at qualities 0, 9, ... 63."""

    def __init__(self, start: Tensor) -> None:
        """Starts from the rows at the anchors.

        Args:
            start: (8, channels).
        """
        super().__init__()
        if start.ndim != 2 or start.shape[0] != ANCHORS:
            raise ValueError(f"got anchors of shape {tuple(start.shape)}; it must be ({ANCHORS}, channels)")
        self.anchors = nn.Parameter(start.clone())

    def forward(self, quality: Tensor) -> Tensor:
        """Return (B, channels) rows for (B,) int64 qualities."""
        # A matrix product rather than picked rows: its gradient adds up in one order on every device.
        return anchor_shares(quality, self.anchors.dtype) @ self.anchors

    def all_rows(self) -> Tensor:
        """Returns the (64, channels) rows of all qualities."""
        rows: Tensor = self(torch.arange(QUALITIES, device=self.anchors.device))
        return rows


class Gain(nn.Module):
    """Scales every channel by the exponential of a learned row (Cui et al., CVPR 2021)."""

    def __init__(self, start: Tensor) -> None:
        """Starts from log gains at the anchors, (8, channels)."""
        super().__init__()
        self.log_gain = AnchoredTable(start)

    def forward(self, values: Tensor, quality: Tensor) -> Tensor:
        """Returns (B, channels, H, W) values scaled for (B,) qualities."""
        gain: Tensor = self.log_gain(quality).exp()[:, :, None, None]
        return values * gain
