"""The quality of the learned codec that meets a target: so many bytes, or so good."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from beholder.image.picture import Picture
from beholder.image.pixels import Pixels
from beholder.learned.container import QUALITIES
from beholder.learned.options import LearnedOptions
from beholder.targets.goal import goal_of
from beholder.targets.search import Guide, Settings, search

_SETTINGS = Settings(
    lowest=0,  # or what the options allow
    highest=QUALITIES - 1,
    is_whole=True,
    narrow=1.5,
    halvings=range(5, QUALITIES),  # should an odd picture mislead the line
)
# Over photographs: rates of qualities 0 and 63, and the quality of typical scores.
_MIN_BPP, _MAX_BPP = 0.1, 1.5
_PSNR_AT_0, _DB_A_QUALITY = 27.5, 0.18
_SSIMULACRA2_AT_0, _SSIMULACRA2_A_QUALITY = 10.0, 1.2
_SLOPE_OF_SIZE = math.log(_MAX_BPP / _MIN_BPP) / QUALITIES
_DIVERGENCE_AT_0, _SLOPE_OF_DIVERGENCE = 0.5, -0.04  # of classifiers; a loop's is lower, and steeper


def meet_target(
    picture: Picture,
    options: LearnedOptions,
    *,
    encode: Callable[[int], bytes],
    decode: Callable[[bytes], Pixels],
) -> tuple[int, bytes]:
    """Return the highest quality that is small enough, or the lowest that is good enough, and its file.

    Args:
        picture: What is encoded.
        options: With a target.
        encode: Gives the file at a quality.
        decode: Gives the pixels of a file.

    Raises:
        TargetError: No quality reaches it.
    """
    goal = goal_of(picture, options, decode, model=options.model)
    slope = _SLOPE_OF_SIZE if goal.score is None else -_SLOPE_OF_SIZE
    if options.kl is not None:
        slope = _SLOPE_OF_DIVERGENCE
    guide = Guide(start=_start(options, 8 * goal.limit / (picture.width * picture.height)), slope=slope)
    settings = replace(_SETTINGS, lowest=options.lowest_quality)
    found = search(lambda quality: encode(int(quality)), goal.amount, goal.limit, settings, guide)
    if found is not None:
        return int(found.setting), found.file
    if goal.score is None:
        raise goal.too_small(encode(options.lowest_quality))
    raise goal.out_of_reach(
        encode(QUALITIES - 1), where="of the learned codec", remedy="less, or take the codec jpeg"
    )


def _start(options: LearnedOptions, bpp: float) -> int:
    """Return the quality that meets the target on a photograph like most; `bpp` is that of a size."""
    if options.psnr is not None:
        quality = (options.psnr - _PSNR_AT_0) / _DB_A_QUALITY
    elif options.ssimulacra2 is not None:
        quality = (options.ssimulacra2 - _SSIMULACRA2_AT_0) / _SSIMULACRA2_A_QUALITY
    elif options.kl is not None:
        quality = math.log(options.kl / _DIVERGENCE_AT_0) / _SLOPE_OF_DIVERGENCE
    else:
        quality = (QUALITIES - 1) * math.log(bpp / _MIN_BPP) / math.log(_MAX_BPP / _MIN_BPP)
    return min(max(round(quality), options.lowest_quality), QUALITIES - 1)
