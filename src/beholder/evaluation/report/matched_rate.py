"""The file of a codec that comes nearest to a wanted rate, for pictures side by side."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from beholder.errors import UsageError
from beholder.targets.search import Guide, Settings, search

# A rate this close to the wanted one ends the search: eyes see no difference.
TOLERANCE = 0.02
MOST_ENCODES = 6
_NARROW_SHARE = 1e-4  # of the range of a scale that is not whole


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
    """Return the file nearest to a wanted rate among at most `MOST_ENCODES`.

    Args:
        encode: Makes a file of the picture at a quality.
        measured: Rates in bpp by quality.
        wanted_bpp: Positive.
        pixels: Of the picture.

    Raises:
        UsageError: No codec was measured.
        BeholderError: What `encode` raises.
    """
    rates = {quality: rate for quality, rate in measured.items() if rate > 0}
    if not rates:
        raise UsageError("no row says the codec's rates on this picture")
    files: dict[float, bytes] = {}

    def encoded(quality: float) -> bytes:
        files[quality] = encode(quality)
        rates[quality] = 8 * len(files[quality]) / pixels
        return files[quality]

    def distance(quality: float) -> float:
        return abs(math.log(rates[quality] / wanted_bpp))

    within_reach = min(rates.values()) <= wanted_bpp <= max(rates.values())
    if within_reach and min(map(distance, rates)) > math.log1p(TOLERANCE):
        below = max((each for each in rates if rates[each] < wanted_bpp), key=rates.__getitem__)
        above = min((each for each in rates if rates[each] > wanted_bpp), key=rates.__getitem__)
        is_whole = all(float(each).is_integer() for each in rates)
        search(
            encoded,
            lambda data: 8 * len(data) / pixels,
            wanted_bpp * (1 + TOLERANCE),
            Settings(
                lowest=min(below, above),
                highest=max(below, above),
                is_whole=is_whole,
                narrow=1.5 if is_whole else _NARROW_SHARE * abs(above - below),
                halvings=(1, 4),
            ),
            Guide(
                slope=math.log(rates[above] / rates[below]) / (above - below),
                tolerance=TOLERANCE,
                known=((below, rates[below]), (above, rates[above])),
                max_trials=MOST_ENCODES,
            ),
        )
    while (nearest := min(rates, key=distance)) not in files and len(files) < MOST_ENCODES:
        encoded(nearest)  # which was measured
    nearest = min(files, key=distance)
    return Match(nearest, files[nearest], rates[nearest], len(files), within_reach)
