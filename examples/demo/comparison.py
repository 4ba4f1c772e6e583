"""One photograph as two files of one score: libjpeg-turbo at a quality, Beholder at that file's score."""

import io
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import beholder
from beholder import metrics

Observer = Literal["human", "machine", "mse"]


@dataclass(frozen=True)
class Scores:
    """What a decoded file looks like: higher is better in all three.

    Attributes:
        psnr_db: over R, G and B together.
        ms_ssim: 0 to 1.
        ssimulacra2: up to 100; 70 is high quality, 90 visually lossless for most viewers.
    """

    psnr_db: float
    ms_ssim: float
    ssimulacra2: float


@dataclass(frozen=True)
class Encoding:
    """A file and what a standard decoder makes of it."""

    data: bytes
    rate_bpp: float
    scores: Scores


@dataclass(frozen=True)
class Comparison:
    """Two files of one photograph at the same score of the observer.

    Attributes:
        photograph: its name.
        quality: of libjpeg-turbo, 1 to 100.
        observer: who looks at Beholder's file. The score that is matched is PSNR for `mse`, else SSIMULACRA2:
            `machine` is half a person, and without a network nobody can say what networks make of one file.
        libjpeg: baseline JPEG, 4:2:0, Annex K tables, optimised Huffman tables.
        beholder: the file that reaches libjpeg's score.
    """

    photograph: str
    quality: int
    observer: Observer
    libjpeg: Encoding
    beholder: Encoding

    @property
    def saved(self) -> float:
        """The part of libjpeg's bytes that Beholder does not need; negative when it needs more."""
        return 1 - len(self.beholder.data) / len(self.libjpeg.data)


def compare(
    name: str, pixels: NDArray[np.uint8], quality: int, observers: tuple[Observer, ...]
) -> list[Comparison]:
    """Returns one comparison for each observer, all against the same libjpeg-turbo file.

    Args:
        name: of the photograph.
        pixels: (H, W, 3) uint8, sRGB.
        quality: of libjpeg-turbo, 1 to 100.
        observers: whose scores to match.
    """
    libjpeg = _scored(pixels, _libjpeg_file(pixels, quality))
    comparisons = []
    for observer in observers:
        if observer == "mse":
            result = beholder.encode(pixels, psnr=libjpeg.scores.psnr_db, observer="mse")
        else:
            result = beholder.encode(pixels, ssimulacra2=libjpeg.scores.ssimulacra2, observer=observer)
        comparisons.append(Comparison(name, quality, observer, libjpeg, _scored(pixels, result.data)))
    return comparisons


def _libjpeg_file(pixels: NDArray[np.uint8], quality: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality, optimize=True, subsampling="4:2:0")
    return file.getvalue()


def _scored(pixels: NDArray[np.uint8], data: bytes) -> Encoding:
    """Returns the file with the scores of what Pillow's decoder makes of it, the same for both sides."""
    with Image.open(io.BytesIO(data)) as picture:
        decoded = np.asarray(picture.convert("RGB"))
    scores = Scores(
        psnr_db=float(metrics.psnr_db(pixels, decoded)),
        ms_ssim=float(metrics.ms_ssim(pixels, decoded)),
        ssimulacra2=float(metrics.ssimulacra2(pixels, decoded)),
    )
    height, width = pixels.shape[:2]
    return Encoding(data, len(data) * 8 / (height * width), scores)
