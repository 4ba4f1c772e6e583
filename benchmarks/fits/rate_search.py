"""Curves of real files against real scores, and a search along one constant at a time for the best."""

import io
import math
import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image

from beholder import _core
from beholder.errors import UsageError
from beholder.evaluation import RateScoreCurve, bd_rate
from beholder.evaluation.codecs.jpeg import JpegCodec
from beholder.image.pixels import Pixels
from beholder.image.read import read_picture
from beholder.metrics import Ssimulacra2Reference, ms_ssim_db, psnr_db
from beholder.observers._sensitivity import FloatArray, Sensitivity
from benchmarks.jpeg.core_encode import block_weights, optimise

WINDOW_BPP = (0.15, 2.5)  # of the anchor, as in kodak.py
HIGH_WINDOW_BPP = (1.0, 2.0)
_ANCHOR_QUALITIES = (5, 8, 12, 17, 24, 33, 43, 54, 65, 75, 83, 89, 93, 96)
# From beyond 2.5 to below 0.15 bits a pixel on every photograph that was fitted on.
_SCALES = tuple(1.4 * 1.8**step for step in range(9))
# Where curves share less of a window, the photograph says little about it and is left out (as in kodak.py).
_LEAST_OVERLAP = 0.25
# A smaller gain does not move a constant: below the noise of a mean over photographs.
_LEAST_GAIN = 0.01

ConstantsType = TypeVar("ConstantsType")


@dataclass(frozen=True)
class Figures:
    """BD-rates against libjpeg-turbo with optimised tables, 4:2:0, in percent."""

    ms_ssim: float
    ssimulacra2: float
    ssimulacra2_high: float
    psnr: float

    def __str__(self) -> str:
        """In the order of the fields."""
        return (
            f"MS-SSIM {self.ms_ssim:.2f}  SSIMULACRA2 {self.ssimulacra2:.2f}  "
            f"SSIMULACRA2 at 1 to 2 bpp {self.ssimulacra2_high:.2f}  PSNR {self.psnr:.2f}"
        )


class Photograph:
    """A photograph with what every setting needs of it."""

    def __init__(self, path: Path, margin: int = 0) -> None:
        """Reads it, transforms it and measures the anchor.

        Args:
            path: A lossless file.
            margin: Rows and columns at the top and left, and one less at the bottom and right, that are
                coded but not scored. The 2 x 2 means of both metrics' scales then straddle the file's blocks.
        """
        self.pixels: Pixels = read_picture(path).upright_rgb()
        self._inside = slice(margin, 1 - margin if margin > 1 else None)
        self._scored = self.pixels[self._inside, self._inside]
        self._coefficients = _core.forward_transform(self.pixels, "4:2:0")
        self._reference = Ssimulacra2Reference(self._scored)
        anchor = JpegCodec("libjpeg-turbo", "4:2:0")
        self._anchor = [self._score(anchor.encode(self.pixels, quality)) for quality in _ANCHOR_QUALITIES]

    def figures(self, setting: Sensitivity) -> Figures:
        """The gaps between a setting and the anchor."""
        blocks = block_weights(self._coefficients, setting)
        test = [self._score(self._encode(setting, blocks, scale)) for scale in _SCALES]

        def gap(score: str, window_bpp: tuple[float, float]) -> float:
            anchor_curve, test_curve = (
                RateScoreCurve.from_points((row["rate_bpp"], row[score]) for row in rows)
                for rows in (self._anchor, test)
            )
            try:
                delta = bd_rate(anchor_curve, test_curve, anchor_window_bpp=window_bpp)
            except UsageError:  # none of the window is shared
                return math.nan
            return delta.value if delta.overlap >= _LEAST_OVERLAP else math.nan

        return Figures(
            ms_ssim=gap("ms_ssim", WINDOW_BPP),
            ssimulacra2=gap("ssimulacra2", WINDOW_BPP),
            ssimulacra2_high=gap("ssimulacra2", HIGH_WINDOW_BPP),
            psnr=gap("psnr", WINDOW_BPP),
        )

    def _encode(self, setting: Sensitivity, blocks: list[FloatArray], scale: float) -> bytes:
        levels, script = optimise(self._coefficients, blocks, setting, scale, mode="sequential")
        return _core.write_jpeg(levels, script=script)

    def _score(self, file: bytes) -> dict[str, float]:
        decoded = np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))
        scored = decoded[self._inside, self._inside]
        return {
            "rate_bpp": len(file) * 8 / (decoded.shape[0] * decoded.shape[1]),
            "ms_ssim": ms_ssim_db(self._scored, scored),
            "ssimulacra2": self._reference.score(scored),
            "psnr": psnr_db(self._scored, scored),
        }


class Trials:
    """Mean figures of settings over photographs, in processes that share what was prepared."""

    def __init__(self, photographs: Sequence[Photograph], processes: int) -> None:
        """Forks the processes; photographs must be ready."""
        self._photographs = photographs
        context = multiprocessing.get_context("fork")
        self._pool = context.Pool(processes, initializer=_adopt, initargs=(photographs,))

    def figures(self, setting: Sensitivity) -> Figures:
        """The mean over the photographs that can be compared."""
        jobs = [(index, setting) for index in range(len(self._photographs))]
        found = self._pool.starmap(_figures_of, jobs, chunksize=1)
        return Figures(*(float(np.nanmean(column)) for column in zip(*map(astuple, found), strict=True)))

    def close(self) -> None:
        """Ends the processes."""
        self._pool.close()
        self._pool.join()


_adopted: list[Photograph] = []


def _adopt(photographs: Sequence[Photograph]) -> None:
    """Keeps what a forked process inherited: native objects cannot be sent."""
    _adopted.extend(photographs)


def _figures_of(index: int, setting: Sensitivity) -> Figures:
    return _adopted[index].figures(setting)


def coordinate_search(
    start: ConstantsType,
    moves: Mapping[str, Sequence[Callable[[float], float]]],
    replace: Callable[[ConstantsType, str, float], ConstantsType],
    cost: Callable[[ConstantsType], float],
    passes: int,
) -> ConstantsType:
    """The constants that no single move improves, or those after `passes` rounds over all of them.

    A move that helps is repeated as long as it does.

    Args:
        start: Where to begin.
        moves: By constant: functions from its value to another one to try.
        replace: Constants with one of them changed.
        cost: Less is better.
        passes: Most rounds.
    """
    best, least = start, cost(start)
    for _ in range(passes):
        before = least
        for name, steps in moves.items():
            for step in steps:
                while True:
                    candidate = replace(best, name, step(getattr(best, name)))
                    found = cost(candidate)
                    if not found < least - _LEAST_GAIN:
                        break
                    best, least = candidate, found
        if math.isclose(before, least):
            break
    return best
