"""Anchors of a table by quality from its rounded rows: what a `ConditionTable` may have learned."""

from __future__ import annotations

from itertools import combinations
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from beholder.learned.condition import ANCHORS, QUALITIES_AN_ANCHOR, anchor_shares
from beholder.learned.container import QUALITIES

# How far a row may lie from its integer. The first at which there are anchors is taken: far from a tie,
# float32's own rounding cannot change an integer. The anchors that were rounded kept to 0.5.
_REACHES = (0.4, 0.45, 0.48, 0.495, 0.499, 0.4999)
_FAR = 1e6  # in place of no bound
_NEAR = 1e-7  # what rounding in float64 may do to sums of rows

_Array: TypeAlias = npt.NDArray[np.float64]


def fit_anchors(rows: Tensor, *, least: float = -np.inf, most: float = np.inf) -> Tensor:
    """Return float64 anchors, 8 for each 64 rows, between which all rows round to the integers given.

    Where no anchors make a channel's rows, as happens in no table that was one of anchors, they are the
    nearest in the sense of least squares.

    Args:
        rows: (64 * observers, channels) integers: of every quality, for each anchor of the observer.
        least: What rows were clamped to: a row that is so may come from any value below.
        most: The same for those above.
    """
    parts = [_fit(part, least, most) for part in rows.double().numpy().reshape(-1, QUALITIES, rows.shape[1])]
    return torch.from_numpy(np.concatenate(parts))


def _fit(target: _Array, least: float, most: float) -> _Array:
    """Return the (8, channels) anchors of (64, channels) rows."""
    shares = anchor_shares(torch.arange(QUALITIES), torch.float64).numpy()
    anchors: _Array = np.linalg.lstsq(shares, target, rcond=None)[0]
    left = np.arange(target.shape[1])
    for reach in _REACHES:
        of_left = target[:, left]
        lower = np.where(of_left <= least, -_FAR, of_left - reach)
        upper = np.where(of_left >= most, _FAR, of_left + reach)
        found, solved = _anchors_between(lower, upper, anchors[:, left])
        anchors[:, left[solved]] = found[:, solved]
        left = left[~solved]
        if not left.size:
            break
    return anchors


def _anchors_between(lower: _Array, upper: _Array, wanted: _Array) -> tuple[_Array, npt.NDArray[np.bool_]]:
    """Return anchors near those wanted whose rows are between bounds, and which channels have such anchors.

    A row depends on two neighbouring anchors alone. So the values that an anchor may have, given all rows
    before it, are an interval, which follows from that of the anchor before. The last anchor is then chosen
    from its interval, and each one before it from what that choice leaves.

    Args:
        lower: (64, channels).
        upper: (64, channels).
        wanted: (8, channels).
    """
    low, high = lower[:1], upper[:1]  # (anchors so far, channels): the intervals
    for anchor in range(ANCHORS - 1):
        part = _rows_between(anchor)
        reached = _reach_of_next(lower[part], upper[part], low[-1], high[-1])
        low, high = np.vstack([low, reached[0]]), np.vstack([high, reached[1]])
    solved: npt.NDArray[np.bool_] = np.all(low <= high, axis=0)
    anchors = np.empty_like(wanted)
    anchors[-1] = np.clip(wanted[-1], low[-1], high[-1])
    for anchor in reversed(range(ANCHORS - 1)):
        part = slice(
            _rows_between(anchor).start, _rows_between(anchor).stop - 1
        )  # the last is the next anchor
        far = _FAR_SHARES[:-1, None]
        bounds = [(bound[part] - far * anchors[anchor + 1]) / (1 - far) for bound in (lower, upper)]
        least = np.maximum(low[anchor], bounds[0].max(axis=0))
        most = np.minimum(high[anchor], bounds[1].min(axis=0))
        anchors[anchor] = np.clip(wanted[anchor], least, most)
    return anchors, solved


# Share of the right one of two anchors in the rows from one to the other, both included.
_FAR_SHARES: _Array = np.arange(QUALITIES_AN_ANCHOR + 1) / QUALITIES_AN_ANCHOR


# The bounds of two neighbouring anchors: _SIDES @ (left, right) <= upper, -lower, high, -low.
_ROW_SIDES = np.stack([1 - _FAR_SHARES, _FAR_SHARES], axis=1)
_LEFT = np.array([[1.0, 0.0]])
_SIDES: _Array = np.concatenate([_ROW_SIDES, -_ROW_SIDES, _LEFT, -_LEFT])
# Every two of them that are not parallel meet in a point.
_MEETING = np.array(
    [pair for pair in combinations(range(len(_SIDES)), 2) if abs(np.linalg.det(_SIDES[list(pair)])) > _NEAR]
)
_MEETING_INVERSES: _Array = np.linalg.inv(_SIDES[_MEETING])


def _rows_between(anchor: int) -> slice:
    """Return the rows from an anchor to the next one, both included."""
    return slice(anchor * QUALITIES_AN_ANCHOR, (anchor + 1) * QUALITIES_AN_ANCHOR + 1)


def _reach_of_next(lower: _Array, upper: _Array, low: _Array, high: _Array) -> tuple[_Array, _Array]:
    """Return the least and the largest value of the right one of two anchors, (channels,).

    The pairs of anchors that keep all bounds are a polygon, whose corners are where two bounds meet. Where
    there is none the least value is above the largest.

    Args:
        lower: (10, channels), of the rows from one anchor to the other.
        upper: The same.
        low: (channels,), of the left anchor.
        high: The same.
    """
    bounds = np.concatenate([upper, -lower, high[None], -low[None]])
    corners = _MEETING_INVERSES @ bounds[_MEETING]  # (pairs, 2, channels)
    kept = (_SIDES @ corners <= bounds + _NEAR).all(axis=1)
    right = corners[:, 1]
    return np.where(kept, right, 2 * _FAR).min(axis=0), np.where(kept, right, -2 * _FAR).max(axis=0)
