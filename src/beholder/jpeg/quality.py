"""Quality 1..100 to the scale of the quantiser and back.

Quality q means: on average over photographs, the SSIMULACRA 2 score of libjpeg-turbo at quality q, 4:2:0. The
table was fitted by benchmarks/fits/quality.py, which also wrote its provenance.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

# Observers without a fit of their own: steps of scale 1 at the mean weight mean the same to all of them.
_FALLBACK = "mse"


@cache
def _fits() -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Qualities, ascending, and the logarithm of the scale at each, by observer."""
    text = resources.files(__package__).joinpath("quality.json").read_text(encoding="utf-8")
    tables = json.loads(text)
    qualities = np.asarray(tables["qualities"], np.float64)
    return {name: (qualities, np.log(scales)) for name, scales in tables["scales"].items()}


def scale_of_quality(observer: str, quality: float) -> float:
    """Return the quantiser scale for a quality of 1..100 of an observer of that kind (`kind_of`)."""
    qualities, log_scales = _fits().get(observer, _fits()[_FALLBACK])
    return float(np.exp(np.interp(quality, qualities, log_scales)))


def quality_of_scale(observer: str, scale: float) -> float:
    """Return the quality that a scale belongs to; scales beyond the fit give 1 or 100."""
    qualities, log_scales = _fits().get(observer, _fits()[_FALLBACK])
    # Scales fall with quality; np.interp wants them ascending.
    return float(np.interp(np.log(scale), log_scales[::-1], qualities[::-1]))
