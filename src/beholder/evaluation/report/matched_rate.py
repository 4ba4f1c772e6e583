"""The quality at which a codec's file of a picture has a wanted rate.

The codec's measured rows bracket it; the logarithm of the rate is taken to be straight in the quality between
the brackets, which a few encodes narrow. A scale whose measured qualities are whole is searched in whole
numbers, since most such codecs round.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from beholder.errors import UsageError

# A rate this close to the wanted one ends the search: eyes see no difference.
TOLERANCE = 0.02
MOST_ENCODES = 6


class _Point(NamedTuple):
    """A quality and the logarithm of its rate over the wanted one."""

    quality: float
    excess: float


@dataclass(frozen=True)
class Match:
    """The file that came nearest.

    Attributes:
        quality: On the codec's scale.
        data: The file.
        rate_bpp: Of the file.
        encodes: How many were tried.
        within_reach: Whether the wanted rate lies among the measured ones; else it is the nearest end.
    """

    quality: float
    data: bytes
    rate_bpp: float
    encodes: int
    within_reach: bool


def match_rate(
    encode: Callable[[float], bytes], measured: Mapping[float, float], wanted_bpp: float, pixels: int
) -> Match:
    """Returns the file nearest to a wanted rate among at most `MOST_ENCODES`.

    Args:
        encode: Makes a file of the picture at a quality.
        measured: Rates in bpp by quality.
        wanted_bpp: Positive.
        pixels: Of the picture.

    Raises:
        UsageError: No codec was measured.
        BeholderError: What `encode` raises.
    """
    points = sorted(
        (_Point(quality, math.log(rate / wanted_bpp)) for quality, rate in measured.items() if rate > 0),
        key=lambda point: point.excess,
    )
    if not points:
        raise UsageError("no row says the codec's rates on this picture")
    within_reach = points[0].excess <= 0 <= points[-1].excess
    search = _Search(encode, wanted_bpp, pixels, whole=all(point.quality.is_integer() for point in points))
    below = [point for point in points if point.excess <= 0]
    above = [point for point in points if point.excess >= 0]
    if within_reach:
        search.narrow(below[-1], above[0])
    else:
        search.try_quality((points[0] if points[0].excess > 0 else points[-1]).quality)
    return search.best(within_reach=within_reach)


class _Search:
    """Encodes that were tried."""

    def __init__(
        self, encode: Callable[[float], bytes], wanted_bpp: float, pixels: int, *, whole: bool
    ) -> None:
        self._encode = encode
        self._wanted_bpp = wanted_bpp
        self._pixels = pixels
        self._whole = whole
        self._tried: dict[float, bytes] = {}

    def try_quality(self, quality: float) -> _Point:
        """Encodes, unless that was done."""
        if quality not in self._tried:
            self._tried[quality] = self._encode(quality)
        return _Point(quality, math.log(self._rate(quality) / self._wanted_bpp))

    def narrow(self, below: _Point, above: _Point) -> None:
        """Searches between a quality of too small and one of too large a rate."""
        while len(self._tried) < MOST_ENCODES:
            point = self.try_quality(self._next(below, above))
            if abs(point.excess) <= math.log1p(TOLERANCE) or point.quality in (below.quality, above.quality):
                return
            if point.excess < 0:
                below = point
            else:
                above = point

    def _next(self, below: _Point, above: _Point) -> float:
        nearest = min(below, above, key=lambda point: abs(point.excess))
        if abs(nearest.excess) <= math.log1p(TOLERANCE):
            return nearest.quality
        # Straight interpolation can creep towards the wanted rate from one side; every third try halves.
        halve = len(self._tried) % 3 == 2
        place = 0.5 if halve else below.excess / (below.excess - above.excess)
        quality = below.quality + place * (above.quality - below.quality)
        if not self._whole:
            return quality
        first, last = sorted((below.quality, above.quality))
        return nearest.quality if last - first <= 1 else min(max(round(quality), first + 1), last - 1)

    def best(self, *, within_reach: bool) -> Match:
        """The file that came nearest."""
        quality = min(self._tried, key=lambda each: abs(math.log(self._rate(each) / self._wanted_bpp)))
        return Match(
            quality=quality,
            data=self._tried[quality],
            rate_bpp=self._rate(quality),
            encodes=len(self._tried),
            within_reach=within_reach,
        )

    def _rate(self, quality: float) -> float:
        return 8 * len(self._tried[quality]) / self._pixels
