"""From pixels to a JPEG file: coefficients once, then levels at whatever scale meets the target.

::

    pixels --forward transform--> coefficients --level search at a scale--> levels, scans --> file
                                                  ^-- quality, or a search for a target
"""

from __future__ import annotations

from beholder import _core
from beholder.encode_result import EncodeResult
from beholder.errors import TargetError
from beholder.image.jpeg_pixels import decode_jpeg
from beholder.image.picture import Picture
from beholder.jpeg.meet_target import meet_target
from beholder.jpeg.options import JpegOptions, Subsampling
from beholder.jpeg.scale_encoder import ScaleEncoder
from beholder.metrics import psnr_db, ssimulacra2
from beholder.observers import Sampling
from beholder.targets.goal import can_score

FACTORS: dict[str, tuple[int, int]] = {"4:2:0": (2, 2), "4:2:2": (2, 1), "4:4:4": (1, 1)}


def encode_pixels(
    picture: Picture, options: JpegOptions, subsampling: Subsampling | None = None
) -> EncodeResult:
    """Return the pixels of a picture as a JPEG file, with the sampling given or that of the options.

    Raises:
        TargetError: No setting reaches the target.
    """
    if picture.components == 1:
        return _encode_subsampled(picture, options, "4:4:4")
    subsampling = subsampling or options.pixel_subsampling
    if subsampling == "auto":
        return _encode_best_subsampling(picture, options)
    return _encode_subsampled(picture, options, subsampling)


def _encode_subsampled(picture: Picture, options: JpegOptions, subsampling: Subsampling) -> EncodeResult:
    return meet_target(ScaleEncoder(picture, options, *pixel_coefficients(picture, options, subsampling)))


def pixel_coefficients(
    picture: Picture, options: JpegOptions, subsampling: Subsampling
) -> tuple[_core.CoefficientImage, Sampling]:
    """Return the coefficients of a picture's pixels, and the sampling factors of its components."""
    coefficients = _core.forward_transform(picture.pixels, subsampling, threads=options.threads)
    if picture.components == 1:
        return coefficients, ((1, 1),)
    return coefficients, (FACTORS[subsampling], (1, 1), (1, 1))


def _encode_best_subsampling(picture: Picture, options: JpegOptions) -> EncodeResult:
    """4:4:4 where it scores higher at the size of 4:2:0 (PSNR for `mse`, SSIMULACRA 2 else), else 4:2:0."""
    halved = _encode_subsampled(picture, options, "4:2:0")
    limit = options.retargeted(size_bytes=len(halved.data))
    try:
        full = _encode_subsampled(picture, limit, "4:4:4")
    except TargetError:  # full chroma does not fit
        return halved
    score = psnr_db if options.observer == "mse" or not can_score(picture) else ssimulacra2
    scores = [score(picture.pixels, decode_jpeg(file.data)) for file in (full, halved)]
    if scores[0] <= scores[1]:
        return halved
    # Full chroma wins; where a quality or a score was asked for, meet that one rather than the size.
    return full if options.size_bytes or options.bpp else _encode_subsampled(picture, options, "4:4:4")
