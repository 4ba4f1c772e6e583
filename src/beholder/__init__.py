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
    from beholder import learned, observers
    from beholder.evaluation.compare import Comparison, compare
    from beholder.jpeg.encode import encode
    from beholder.jpeg.heatmap import heatmap
    from beholder.jpeg.inspect import JpegReport, inspect
    from beholder.jpeg.options import JpegOptions
    from beholder.jpeg.result import EncodeResult

__all__ = [
    "BeholderError",
    "Comparison",
    "EncodeResult",
    "InputError",
    "JpegOptions",
    "JpegReport",
    "OutputError",
    "TargetError",
    "UnsupportedImageError",
    "UsageError",
    "__version__",
    "compare",
    "encode",
    "heatmap",
    "inspect",
    "learned",
    "observers",
]

__version__ = "0.1.0"

# Loaded at first use (PEP 562), so that `import beholder` costs neither numpy nor Pillow.
_HOMES = {
    "Comparison": "beholder.evaluation.compare",
    "EncodeResult": "beholder.jpeg.result",
    "JpegOptions": "beholder.jpeg.options",
    "JpegReport": "beholder.jpeg.inspect",
    "compare": "beholder.evaluation.compare",
    "encode": "beholder.jpeg.encode",
    "heatmap": "beholder.jpeg.heatmap",
    "inspect": "beholder.jpeg.inspect",
}


def __getattr__(name: str) -> object:
    if name in ("learned", "observers"):
        return import_module(f"beholder.{name}")  # which becomes an attribute of this package itself
    if name not in _HOMES:
        raise AttributeError(f"module 'beholder' has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
