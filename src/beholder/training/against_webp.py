"""How many percent of WebP's rate a picture takes more: what a user would lose by switching."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.bjontegaard import bd_rate
from beholder.evaluation.codecs.pillow import webp
from beholder.evaluation.curves import RateScoreCurve
from beholder.metrics import psnr_db
from beholder.training.pictures import StoredPicture

_MOST_CURVES = 10_000  # of pictures, kept; each is a few numbers


def percent_against_webp(stored: StoredPicture, points: Sequence[tuple[float, float]]) -> float | None:
    """Return Bjontegaard's delta of the rate against WebP at equal PSNR, in percent, or None.

    There is none where Pillow has no WebP, or the two curves have no PSNR in common or fewer than 3 points.

    Args:
        stored: The picture.
        points: (rate in bpp, PSNR in dB) of the network.

    Raises:
        InputError: The picture cannot be read.
    """
    anchor = _webp_curve(stored)
    if anchor is None:
        return None
    try:
        return bd_rate(anchor, _curve(points)).value
    except UsageError:
        return None


@lru_cache(maxsize=_MOST_CURVES)
def _webp_curve(stored: StoredPicture) -> RateScoreCurve | None:
    codec = webp()
    if isinstance(codec, Absent):
        return None
    pixels, _ = stored.read()
    points: list[tuple[float, float]] = []
    for quality in codec.qualities:
        data = codec.encode(pixels, quality)
        rate_bpp = 8 * len(data) / (pixels.shape[0] * pixels.shape[1])
        points.append((rate_bpp, psnr_db(pixels, codec.decode(data))))
    return _curve(points)


def _curve(points: Sequence[tuple[float, float]]) -> RateScoreCurve:
    return RateScoreCurve.from_points(
        (rate, psnr) for rate, psnr in points if math.isfinite(psnr) and rate > 0
    )
