"""Image compression for a chosen viewer: people, neural networks, or both.

>>> import numpy as np
>>> import beholder
>>> ramp = np.repeat(np.arange(64, dtype=np.uint8)[:, None] * 4, 64, axis=1)
>>> beholder.encode(ramp, quality=75).width
64
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from beholder.errors import (
    BeholderError,
    InputError,
    OutputError,
    TargetError,
    UnsupportedImageError,
    UsageError,
)

if TYPE_CHECKING:
    from beholder import learned, metrics, observers
    from beholder.codecs.api import decode, encode, inspect
    from beholder.encode_result import EncodeResult
    from beholder.evaluation.compare import Comparison, compare
    from beholder.image.picture import Picture
    from beholder.jpeg.heatmap import heatmap
    from beholder.jpeg.inspect import JpegReport
    from beholder.jpeg.options import JpegOptions
    from beholder.learned.inspect import LearnedReport
    from beholder.learned.options import LearnedOptions

__all__ = [
    "BeholderError",
    "Comparison",
    "EncodeResult",
    "InputError",
    "JpegOptions",
    "JpegReport",
    "LearnedOptions",
    "LearnedReport",
    "OutputError",
    "Picture",
    "TargetError",
    "UnsupportedImageError",
    "UsageError",
    "__version__",
    "compare",
    "decode",
    "encode",
    "heatmap",
    "inspect",
    "learned",
    "metrics",
    "observers",
]

__version__ = "0.1.0"

# Loaded at first use (PEP 562), so that `import beholder` costs neither numpy nor Pillow.
_HOMES = {
    "Comparison": "beholder.evaluation.compare",
    "EncodeResult": "beholder.encode_result",
    "JpegOptions": "beholder.jpeg.options",
    "JpegReport": "beholder.jpeg.inspect",
    "LearnedOptions": "beholder.learned.options",
    "LearnedReport": "beholder.learned.inspect",
    "Picture": "beholder.image.picture",
    "compare": "beholder.evaluation.compare",
    "decode": "beholder.codecs.api",
    "encode": "beholder.codecs.api",
    "heatmap": "beholder.jpeg.heatmap",
    "inspect": "beholder.codecs.api",
}
_ROOMS = ("learned", "metrics", "observers")


def __getattr__(name: str) -> object:
    if name in _ROOMS:
        return import_module(f"beholder.{name}")  # which becomes an attribute of this package itself
    if name not in _HOMES:
        raise AttributeError(f"module 'beholder' has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
