"""What callers ask of a file, as an amount that must not be exceeded; what is said where that cannot be."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from beholder.codec_options import EncodeOptions, NetworkOptions
from beholder.errors import TargetError
from beholder.image.picture import Picture
from beholder.image.pixels import Pixels
from beholder.metrics import SSIMULACRA2_MIN_SIDE, Ssimulacra2Reference, psnr_db
from beholder.observers import DEFAULT_MODEL, load_network


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What is asked of a picture's file.

    Attributes:
        picture: What is encoded.
        wanted: In words.
        limit: Of the amount.
        amount: Of a file.
        score: The amount as the caller counts it, in words; None for sizes.
    """

    picture: Picture
    wanted: str
    limit: float
    amount: Callable[[bytes], float]
    score: Callable[[float], str] | None = None

    def out_of_reach(self, best: bytes, *, where: str, remedy: str) -> TargetError:
        """Return the error for a score that no setting reaches.

        Args:
            best: The best file there is.
            where: What the limits are of, such as "in 4:2:0".
            remedy: What to ask for.
        """
        assert self.score is not None, "sizes have an error of their own"
        return TargetError(
            f"{self.picture.name}: {self.wanted} is out of reach {where}, where "
            f"{self.score(self.amount(best))} is the best; ask for {remedy}"
        )

    def too_small(self, smallest: bytes, *, behind: str = "") -> TargetError:
        """Return the error for a size that no setting gives; `behind` tells what does not shrink."""
        bpp = 8 * len(smallest) / (self.picture.width * self.picture.height)
        return TargetError(
            f"{self.picture.name}: no setting gives {self.wanted}: the smallest file has {len(smallest)} "
            f"bytes ({bpp:.3f} bpp){behind}; ask for more, scale the picture down or strip its metadata"
        )


def size_limit(picture: Picture, options: EncodeOptions) -> float:
    """Return how many bytes the file may have; infinity where no size was asked for."""
    if options.bpp is not None:
        # To a millionth of a byte: the rate of a file of so many bytes allows that file.
        return round(options.bpp * picture.width * picture.height / 8, 6)
    return math.inf if options.size_bytes is None else options.size_bytes


def goal_of(
    picture: Picture,
    options: EncodeOptions,
    decode: Callable[[bytes], Pixels],
    *,
    model: str | None = None,
) -> Goal:
    """Return what the options ask for: a size, a PSNR, a SSIMULACRA 2 score, or a network's divergence.

    Args:
        picture: What is encoded.
        options: One of which is given.
        decode: Gives the pixels of a file.
        model: Network of a divergence. None: the usual one.

    Raises:
        TargetError: The picture is too small for SSIMULACRA 2.
        UsageError: There is no such network, or what runs networks is not installed.
    """
    if isinstance(options, NetworkOptions) and options.kl is not None:
        return _divergence_goal(picture, options.kl, model or DEFAULT_MODEL, decode)
    if options.psnr is not None:
        return Goal(
            picture=picture,
            wanted=f"a PSNR of {options.psnr:g} dB",
            limit=squared_error(options.psnr),
            amount=lambda file: squared_error(psnr_db(picture.pixels, decode(file))),
            score=lambda error: f"{10 * math.log10(255.0**2 / error):.2f} dB",
        )
    if options.ssimulacra2 is not None:
        return _ssimulacra2_goal(picture, options.ssimulacra2, decode)
    wanted = f"{options.size_bytes} bytes" if options.bpp is None else f"{options.bpp:g} bpp"
    return Goal(picture=picture, wanted=wanted, limit=size_limit(picture, options), amount=len)


def can_score(picture: Picture) -> bool:
    """Return whether the picture is large enough for SSIMULACRA 2."""
    return min(picture.width, picture.height) >= SSIMULACRA2_MIN_SIDE


def squared_error(psnr: float) -> float:
    """Return the mean squared error of 8-bit samples at a PSNR in dB."""
    return 255.0**2 * math.pow(10.0, -psnr / 10.0)


def _divergence_goal(picture: Picture, target: float, model: str, decode: Callable[[bytes], Pixels]) -> Goal:
    network = load_network(model)
    orientation = picture.metadata.orientation
    return Goal(
        picture=picture,
        wanted=f"a divergence of {target:g} of {network.name}",
        limit=target,
        amount=lambda file: network.distance(picture.pixels, decode(file), orientation),
        score=lambda divergence: f"{divergence:.3g}",
    )


def _ssimulacra2_goal(picture: Picture, target: float, decode: Callable[[bytes], Pixels]) -> Goal:
    if not can_score(picture):
        raise TargetError(
            f"{picture.name}: SSIMULACRA 2 needs {SSIMULACRA2_MIN_SIDE} x {SSIMULACRA2_MIN_SIDE} pixels; ask "
            "for a quality or a PSNR"
        )
    reference = Ssimulacra2Reference(picture.pixels)
    return Goal(
        picture=picture,
        wanted=f"SSIMULACRA 2 of {target:g}",
        limit=100.0 - target,
        amount=lambda file: 100.0 - reference.score(decode(file)),
        score=lambda missing: f"{100.0 - missing:.2f}",
    )
