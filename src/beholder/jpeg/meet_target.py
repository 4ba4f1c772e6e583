"""The scale that meets what was asked for: a quality, a size, or a score."""

from __future__ import annotations

import math

from beholder import _core
from beholder.errors import TargetError
from beholder.image.jpeg_pixels import decode_jpeg
from beholder.image.picture import Picture
from beholder.jpeg.observer_choice import model_of
from beholder.jpeg.quality import scale_of_quality
from beholder.jpeg.scale_encoder import EncodedFile, ScaleEncoder
from beholder.jpeg.target import MAX_SCALE, MIN_SCALE, Trial, search_scale
from beholder.metadata.jpeg_header import subsampling_name
from beholder.metrics import Ssimulacra2Reference, psnr_db
from beholder.observers import kind_of, load_network, mse

# Photographs at a scale of 20, and the powers of the scale that sizes and errors follow: geometric means over
# those that `quality` is fitted on. Only the number of steps of a search depends on them.
_TYPICAL_SCALE = 20.0
_TYPICAL_BPP = 0.52
_TYPICAL_SQUARED_ERROR = 23.0
_SLOPE_OF_SIZE = -0.9
_SLOPE_OF_ERROR = 1.1
_SLOPE_OF_DIVERGENCE = 1.5
# Size of a file after the search of scans over that of sequential levels of one turn, which estimates count.
_TYPICAL_GAIN = 0.965
# Squared error of a decoder's rounding to whole samples, by component (weighted as in `mse`), then in RGB.
_ROUNDING = (1 + 1.086 + 0.825) / 12 + 1 / 12
# Points by which the first trial may score higher than asked for; later ones by up to twice that.
_SSIMULACRA2_TO_SPARE = 0.25


def meet_target(encoder: ScaleEncoder) -> Trial[EncodedFile]:
    """Return the encode that the encoder's options ask for.

    Raises:
        TargetError: No setting reaches the target.
    """
    options = encoder.options
    if options.quality is not None:
        return encoder.trial(scale_of_quality(kind_of(encoder.observer), options.quality), lambda file: 0.0)
    if options.bpp is not None:
        limit = options.bpp * encoder.picture.width * encoder.picture.height / 8
        return _meet_size(encoder, limit, f"{options.bpp:g} bpp")
    if options.size_bytes is not None:
        return _meet_size(encoder, options.size_bytes, f"{options.size_bytes} bytes")
    if options.psnr is not None:
        return _meet_psnr(encoder, options.psnr)
    if options.kl is not None:
        return _meet_divergence(encoder, options.kl)
    assert options.ssimulacra2 is not None, "one way to say how good is always there"
    return _meet_ssimulacra2(encoder, options.ssimulacra2)


def can_score(picture: Picture) -> bool:
    """Return whether the picture is large enough for SSIMULACRA 2."""
    return min(picture.width, picture.height) >= _core.SSIMULACRA2_MIN_SIDE


def _typical_scale(amount: float, typical: float, slope: float) -> float:
    """Return the scale at which a photograph like most has this amount, where searches begin."""
    scale = _TYPICAL_SCALE * math.pow(amount / typical, 1 / slope)
    return min(max(scale, MIN_SCALE), MAX_SCALE)


def _meet_size(encoder: ScaleEncoder, size_bytes: float, wanted: str) -> Trial[EncodedFile]:
    pixels = encoder.picture.width * encoder.picture.height
    # What stands behind the picture does not shrink with the scale.
    trailer = len(encoder.picture.metadata.trailer) if encoder.options.metadata == "keep" else 0
    gain = 1.0 if encoder.options.scans == "sequential" else _TYPICAL_GAIN

    def estimate(scale: float) -> float:
        image, script = encoder.search_levels(encoder.sample, scale, "sequential", rounds=1)
        return gain * _core.script_size_bytes(image, script) / encoder.sample.share

    room = size_bytes - trailer
    found = None
    if room > 0:
        found = search_scale(
            lambda scale: encoder.trial(scale, lambda data: len(data) - trailer),
            room,
            start=_typical_scale(room * 8 / pixels, _TYPICAL_BPP, _SLOPE_OF_SIZE),
            slope=_SLOPE_OF_SIZE,
            tolerance=0.01,
            estimate=estimate,
        )
    if found is not None:
        return found
    least = len(encoder.trial(MAX_SCALE, len).file.data)
    behind = f", {trailer} of them behind the picture (a video or further pictures)" if trailer else ""
    raise TargetError(
        f"{encoder.picture.name}: no setting gives {wanted}: the smallest file has {least} bytes "
        f"({8 * least / pixels:.3f} bpp){behind}; ask for more, scale the picture down or strip "
        "its metadata"
    )


def _meet_psnr(encoder: ScaleEncoder, target: float) -> Trial[EncodedFile]:
    pixels = encoder.picture.pixels

    def squared_error(psnr: float) -> float:
        return 255.0**2 * math.pow(10.0, -psnr / 10.0)

    flat = mse().sensitivity(encoder.sampling).frequency
    unquantised = _ROUNDING
    if encoder.source_steps is None and len(encoder.sampling) > 1:
        unquantised += _core.chroma_sampling_error(
            pixels, subsampling_name(encoder.sampling), threads=encoder.options.threads
        )

    def estimate(scale: float) -> float:
        sample = encoder.sample
        image, _ = encoder.search_levels(sample, scale, "sequential", rounds=1)
        error = _core.weighted_error(sample.coefficients, image, weights=flat)
        return error / (sample.share * encoder.picture.width * encoder.picture.height) + unquantised

    found = search_scale(
        lambda scale: encoder.trial(
            scale, lambda data: squared_error(psnr_db(pixels, decode_jpeg(data, "result")))
        ),
        squared_error(target),
        start=_typical_scale(squared_error(target), _TYPICAL_SQUARED_ERROR, _SLOPE_OF_ERROR),
        slope=_SLOPE_OF_ERROR,
        tolerance=0.01,
        estimate=estimate,
    )
    if found is None:
        best = psnr_db(pixels, decode_jpeg(encoder.trial(MIN_SCALE, len).file.data, "result"))
        raise TargetError(_out_of_reach(encoder, f"a PSNR of {target:g} dB", f"{best:.2f} dB"))
    return found


def _meet_divergence(encoder: ScaleEncoder, limit: float) -> Trial[EncodedFile]:
    network = load_network(model_of(encoder.options))
    original = encoder.picture.pixels

    def divergence(data: bytes) -> float:
        return network.distance(original, decode_jpeg(data, "result"), encoder.picture.metadata.orientation)

    found = search_scale(
        lambda scale: encoder.trial(scale, divergence),
        limit,
        start=_TYPICAL_SCALE,
        slope=_SLOPE_OF_DIVERGENCE,
        tolerance=0.1,
    )
    if found is None:
        best = divergence(encoder.trial(MIN_SCALE, len).file.data)
        raise TargetError(
            _out_of_reach(encoder, f"a divergence of {limit:g} of {network.name}", f"{best:.3g}")
        )
    return found


def _meet_ssimulacra2(encoder: ScaleEncoder, target: float) -> Trial[EncodedFile]:
    if not can_score(encoder.picture):
        least = _core.SSIMULACRA2_MIN_SIDE
        raise TargetError(
            f"{encoder.picture.name}: SSIMULACRA 2 needs {least} x {least} pixels; ask for a quality or a "
            "PSNR"
        )
    reference = Ssimulacra2Reference(encoder.picture.pixels)

    def missing(data: bytes) -> float:
        return 100.0 - reference.score(decode_jpeg(data, "result"))

    found = search_scale(
        lambda scale: encoder.trial(scale, missing),
        100.0 - target,
        start=20.0,
        slope=0.8,
        tolerance=_SSIMULACRA2_TO_SPARE / (100.0 - target),
    )
    if found is None:
        best = 100.0 - missing(encoder.trial(MIN_SCALE, len).file.data)
        raise TargetError(_out_of_reach(encoder, f"SSIMULACRA 2 of {target:g}", f"{best:.2f}"))
    return found


def _out_of_reach(encoder: ScaleEncoder, wanted: str, best: str) -> str:
    name = subsampling_name(encoder.sampling)
    return (
        f"{encoder.picture.name}: {wanted} is out of reach in {name}, where {best} is the best; ask for "
        + ("less, or for 4:4:4" if name.startswith("4:2") else "less")
    )
