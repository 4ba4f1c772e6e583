"""The file of a picture that meets a target: so many bytes, or so good."""

from __future__ import annotations

import math
from collections.abc import Callable

from beholder.errors import TargetError
from beholder.image.picture import Picture
from beholder.image.pixels import Pixels
from beholder.learned.container import QUALITIES
from beholder.learned.options import LearnedOptions
from beholder.learned.target import Trial, search_quality
from beholder.metrics import SSIMULACRA2_MIN_SIDE, Ssimulacra2Reference, psnr_db

# Over photographs: rates of qualities 0 and 63, and the quality of typical scores.
_LEAST_BPP, _MOST_BPP = 0.1, 1.5
_PSNR_AT_0, _DB_A_QUALITY = 27.5, 0.18
_SSIMULACRA2_AT_0, _SSIMULACRA2_A_QUALITY = 10.0, 1.2


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
    if options.psnr is not None:
        return _meet_psnr(picture, options.psnr, encode, decode)
    if options.ssimulacra2 is not None:
        return _meet_ssimulacra2(picture, options.ssimulacra2, encode, decode)
    pixels = picture.width * picture.height
    if options.bpp is not None:
        return _meet_size(picture, options.bpp * pixels / 8, f"{options.bpp:g} bpp", encode)
    assert options.size_bytes is not None, "there is a target"
    return _meet_size(picture, options.size_bytes, f"{options.size_bytes} bytes", encode)


def _meet_size(
    picture: Picture, limit: float, wanted: str, encode: Callable[[int], bytes]
) -> tuple[int, bytes]:
    pixels = picture.width * picture.height
    share = math.log(8 * limit / pixels / _LEAST_BPP) / math.log(_MOST_BPP / _LEAST_BPP)

    def attempt(quality: int) -> Trial[bytes]:
        data = encode(quality)
        return Trial(quality, len(data), data)

    found = search_quality(attempt, limit, rises=True, start=_nearest((QUALITIES - 1) * share))
    if found is not None:
        return found.quality, found.file
    least = len(encode(0))
    raise TargetError(
        f"{picture.name}: no quality gives {wanted}: the smallest file has {least} bytes "
        f"({8 * least / pixels:.3f} bpp); ask for more, scale the picture down or strip its metadata"
    )


def _meet_psnr(
    picture: Picture, target: float, encode: Callable[[int], bytes], decode: Callable[[bytes], Pixels]
) -> tuple[int, bytes]:
    def attempt(quality: int) -> Trial[bytes]:
        data = encode(quality)
        return Trial(quality, math.pow(10.0, -psnr_db(picture.pixels, decode(data)) / 10), data)

    start = _nearest((target - _PSNR_AT_0) / _DB_A_QUALITY)
    found = search_quality(attempt, math.pow(10.0, -target / 10), rises=False, start=start)
    if found is None:
        best = psnr_db(picture.pixels, decode(encode(QUALITIES - 1)))
        raise _out_of_reach(picture, f"a PSNR of {target:g} dB", f"{best:.2f} dB")
    return found.quality, found.file


def _meet_ssimulacra2(
    picture: Picture, target: float, encode: Callable[[int], bytes], decode: Callable[[bytes], Pixels]
) -> tuple[int, bytes]:
    if min(picture.width, picture.height) < SSIMULACRA2_MIN_SIDE:
        least = SSIMULACRA2_MIN_SIDE
        raise TargetError(
            f"{picture.name}: SSIMULACRA 2 needs {least} x {least} pixels; ask for a quality or a PSNR"
        )
    reference = Ssimulacra2Reference(picture.pixels)

    def attempt(quality: int) -> Trial[bytes]:
        data = encode(quality)
        return Trial(quality, 100.0 - reference.score(decode(data)), data)

    start = _nearest((target - _SSIMULACRA2_AT_0) / _SSIMULACRA2_A_QUALITY)
    found = search_quality(attempt, 100.0 - target, rises=False, start=start)
    if found is None:
        best = reference.score(decode(encode(QUALITIES - 1)))
        raise _out_of_reach(picture, f"SSIMULACRA 2 of {target:g}", f"{best:.2f}")
    return found.quality, found.file


def _nearest(quality: float) -> int:
    return min(max(round(quality), 0), QUALITIES - 1)


def _out_of_reach(picture: Picture, wanted: str, best: str) -> TargetError:
    return TargetError(
        f"{picture.name}: {wanted} is out of reach of the learned codec, where {best} is the best; ask for "
        "less, or take the codec jpeg"
    )
