"""A perceptually uniform colour map: dark blue, violet, red, orange, light yellow.

::

    a path through Oklab --equal steps along it--> linear sRGB --> sRGB, 0..255

Source of the colour space: B. Ottosson, "A perceptual color space for image processing" (Oklab), 2020.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

COLOURS = 256

# Lightness rises evenly; the hue (degrees) turns the warm way round. Chroma is as high as sRGB holds along
# that path, less a little, so that no colour is clipped.
_LIGHTNESS = (0.20, 0.94)
_HUE = (282.0, 458.0)
_CHROMA_AT = (0.0, 0.12, 0.30, 0.46, 0.58, 0.68, 0.84, 1.0)
_CHROMA = (0.075, 0.145, 0.182, 0.210, 0.220, 0.188, 0.137, 0.105)

_LMS_OF_OKLAB = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
_RGB_OF_LMS = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


@cache
def colour_map() -> NDArray[np.uint8]:
    """(256, 3) sRGB, from least to most; one step looks as large as any other."""
    fine = _path(np.linspace(0, 1, 4096))
    length = np.concatenate([[0.0], np.linalg.norm(np.diff(fine, axis=0), axis=1).cumsum()])
    even = np.interp(np.linspace(0, length[-1], COLOURS), length, np.linspace(0, 1, len(fine)))
    table = np.rint(255 * _srgb(_path(even))).astype(np.uint8)
    table.flags.writeable = False
    return table


def _path(place: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) Oklab at places 0..1 of the path."""
    lightness = _LIGHTNESS[0] + (_LIGHTNESS[1] - _LIGHTNESS[0]) * place
    hue = np.radians(_HUE[0] + (_HUE[1] - _HUE[0]) * place)
    chroma = np.interp(place, _CHROMA_AT, _CHROMA)
    return np.stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], axis=1)


def _srgb(oklab: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) Oklab in sRGB; within 0..1 for colours that sRGB holds."""
    linear = (oklab @ _LMS_OF_OKLAB.T) ** 3 @ _RGB_OF_LMS.T
    bent = 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055
    return np.asarray(np.where(linear <= 0.0031308, 12.92 * linear, bent))
