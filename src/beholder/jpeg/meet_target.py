"""The scale of the quantiser that meets what was asked for: a quality, a size, or a score."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from beholder import _core
from beholder.encode_result import EncodeResult
from beholder.errors import TargetError
from beholder.image.jpeg_pixels import decode_jpeg
from beholder.jpeg.observer_choice import model_of
from beholder.jpeg.quality import quality_of_scale, scale_of_quality
from beholder.jpeg.scale_encoder import EncodedFile, ScaleEncoder
from beholder.jpeg.write_picture import jpeg_result
from beholder.metadata.jpeg_header import subsampling_name
from beholder.observers import kind_of, mse
from beholder.targets.goal import Goal, goal_of
from beholder.targets.search import Guide, Settings, Trial, search

# Below the first every step is 1; beyond the second every step is 255 for the observers here.
SCALES = Settings(
    lowest=0.2,
    highest=2000.0,
    is_logarithmic=True,
    narrow=math.log(1.002),  # nearer ones differ by less than the rounding of steps to whole numbers
    halvings=(7, 10, 13),
)
# Photographs at a scale of 20, and the powers of the scale that sizes and errors follow: geometric means over
# those that `quality` is fitted on. Only the number of steps of a search depends on them.
_TYPICAL_SCALE = 20.0
_TYPICAL_BPP = 0.52
_TYPICAL_SQUARED_ERROR = 23.0
_SLOPE_OF_SIZE = -0.9
_SLOPE_OF_ERROR = 1.1
_SLOPE_OF_DIVERGENCE = 1.5
_SLOPE_OF_SSIMULACRA2 = 0.8  # of what it misses to 100
# Size of a file after the search of scans over that of sequential levels of one turn, which estimates count.
_TYPICAL_GAIN = 0.965
# Squared error of a decoder's rounding to whole samples, by component (weighted as in `mse`), then in RGB.
_ROUNDING = (1 + 1.086 + 0.825) / 12 + 1 / 12
# Points by which the first trial may score higher than asked for; later ones by up to twice that.
_SSIMULACRA2_TO_SPARE = 0.25


def meet_target(encoder: ScaleEncoder) -> EncodeResult:
    """Return the file that the encoder's options ask for.

    Raises:
        TargetError: No setting reaches the target.
    """
    trial = _trial(encoder)
    return jpeg_result(
        encoder.picture,
        trial.file.data,
        encoder.sampling,
        progressive=trial.file.progressive,
        quality=encoder.options.quality or quality_of_scale(kind_of(encoder.observer), trial.setting),
    )


def _trial(encoder: ScaleEncoder) -> Trial[EncodedFile]:
    options = encoder.options
    if options.quality is not None:
        scale = scale_of_quality(kind_of(encoder.observer), options.quality)
        return Trial(scale, 0.0, encoder.file(scale))
    goal = _goal(encoder)
    found = None
    if goal.limit > 0:  # else what stands behind the picture is too large by itself
        found = search(
            encoder.file, lambda file: goal.amount(file.data), goal.limit, SCALES, _guide(encoder, goal)
        )
    if found is None:
        raise _out_of_reach(encoder, goal)
    return found


def _goal(encoder: ScaleEncoder) -> Goal:
    options = encoder.options
    goal = goal_of(encoder.picture, options, decode_jpeg, model=model_of(options))
    behind = _bytes_behind(encoder)
    if goal.score is None and behind:  # which does not shrink with the scale
        return replace(goal, limit=goal.limit - behind, amount=lambda file: len(file) - behind)
    return goal


def _bytes_behind(encoder: ScaleEncoder) -> int:
    return len(encoder.picture.metadata.trailer) if encoder.options.metadata == "keep" else 0


def _guide(encoder: ScaleEncoder, goal: Goal) -> Guide:
    options = encoder.options
    if options.kl is not None:
        return Guide(start=_TYPICAL_SCALE, slope=_SLOPE_OF_DIVERGENCE, tolerance=0.1)
    if options.ssimulacra2 is not None:
        tolerance = _SSIMULACRA2_TO_SPARE / goal.limit
        return Guide(start=_TYPICAL_SCALE, slope=_SLOPE_OF_SSIMULACRA2, tolerance=tolerance)
    if options.psnr is not None:
        return Guide(
            start=_typical_scale(goal.limit, _TYPICAL_SQUARED_ERROR, _SLOPE_OF_ERROR),
            slope=_SLOPE_OF_ERROR,
            tolerance=0.01,
            estimate=_estimate_of_error(encoder),
        )
    bpp = goal.limit * 8 / (encoder.picture.width * encoder.picture.height)
    return Guide(
        start=_typical_scale(bpp, _TYPICAL_BPP, _SLOPE_OF_SIZE),
        slope=_SLOPE_OF_SIZE,
        tolerance=0.01,
        estimate=_estimate_of_size(encoder),
    )


def _typical_scale(amount: float, typical: float, slope: float) -> float:
    """Return the scale at which a photograph like most has this amount, where searches begin."""
    scale = _TYPICAL_SCALE * math.pow(amount / typical, 1 / slope)
    return min(max(scale, SCALES.lowest), SCALES.highest)


def _estimate_of_size(encoder: ScaleEncoder) -> Callable[[float], float]:
    gain = 1.0 if encoder.options.scans == "sequential" else _TYPICAL_GAIN

    def estimate(scale: float) -> float:
        image, script = encoder.search_levels(encoder.sample, scale, "sequential", rounds=1)
        return gain * _core.script_size_bytes(image, script) / encoder.sample.share

    return estimate


def _estimate_of_error(encoder: ScaleEncoder) -> Callable[[float], float]:
    picture = encoder.picture
    flat = mse().sensitivity(encoder.sampling).frequency
    unquantised = _ROUNDING
    if encoder.source_steps is None and len(encoder.sampling) > 1:
        unquantised += _core.chroma_sampling_error(
            picture.pixels, subsampling_name(encoder.sampling), threads=encoder.options.threads
        )

    def estimate(scale: float) -> float:
        sample = encoder.sample
        image, _ = encoder.search_levels(sample, scale, "sequential", rounds=1)
        error = _core.weighted_error(sample.coefficients, image, weights=flat)
        return error / (sample.share * picture.width * picture.height) + unquantised

    return estimate


def _out_of_reach(encoder: ScaleEncoder, goal: Goal) -> TargetError:
    if goal.score is None:
        trailer = _bytes_behind(encoder)
        behind = f", {trailer} of them behind the picture (a video or further pictures)" if trailer else ""
        return goal.too_small(encoder.file(SCALES.highest).data, behind=behind)
    name = subsampling_name(encoder.sampling)
    remedy = "less, or for 4:4:4" if name.startswith("4:2") else "less"
    return goal.out_of_reach(encoder.file(SCALES.lowest).data, where=f"in {name}", remedy=remedy)
