"""JPEG decoding by the standard's equations in float64, from levels: what every decoder approximates.

Source: ITU-T T.81, A.3.3 (inverse DCT), A.3.4 (dequantisation); JFIF 1.02 (colour).
"""

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.fft import idctn

from beholder import _core

Samples = NDArray[np.float64]
# The standard leaves open how chroma is brought to the size of luma. "triangle": 3/4 of the nearest sample
# and 1/4 of the next one each way, as libjpeg does by default; "replicate": the nearest sample.
Upsampling = Literal["triangle", "replicate"]

# Natural (row-major) index of each zigzag position, T.81 Figure A.6: diagonals, upwards on even ones.
ZIGZAG = np.array(
    [
        row * 8 + diagonal - row
        for diagonal in range(15)
        for row in (range(8) if diagonal % 2 else range(7, -1, -1))
        if 0 <= diagonal - row < 8
    ]
)
_TRIANGLE_LEAST_WIDTH = 3  # libjpeg replicates narrower components (jdsample.c)


def component_samples(image: _core.LevelImage) -> list[Samples]:
    """Returns each component at its own resolution, without padding, within 0..255, not rounded."""
    most_h, most_v = (max(plane.sampling[axis] for plane in image.planes) for axis in (0, 1))
    components = []
    for plane in image.planes:
        rows, columns = plane.levels.shape[:2]
        blocks = np.zeros((rows, columns, 64))
        blocks[..., ZIGZAG] = plane.levels.astype(float) * image.quant_tables[plane.quant_index]
        samples = idctn(blocks.reshape(rows, columns, 8, 8), axes=(2, 3), norm="ortho").swapaxes(1, 2)
        width = math.ceil(image.width * plane.sampling[0] / most_h)
        height = math.ceil(image.height * plane.sampling[1] / most_v)
        components.append(np.clip(samples.reshape(8 * rows, 8 * columns)[:height, :width] + 128, 0, 255))
    return components


def rgb_samples(image: _core.LevelImage, upsampling: Upsampling) -> Samples:
    """Returns (H, W, 3) R, G, B of a YCbCr or grey picture, within 0..255, not rounded."""
    luma, *chroma = component_samples(image)
    if not chroma:
        return np.repeat(luma[..., None], 3, axis=2)
    (blue, red) = (_upsampled(c, image.width, image.height, upsampling) - 128 for c in chroma)
    rgb = np.stack(
        (luma + 1.402 * red, luma - 0.344136286 * blue - 0.714136286 * red, luma + 1.772 * blue), 2
    )
    return np.clip(rgb, 0, 255)


def _upsampled(samples: Samples, width: int, height: int, upsampling: Upsampling) -> Samples:
    smooth = upsampling == "triangle" and samples.shape[1] >= _TRIANGLE_LEAST_WIDTH
    for axis, length in ((0, height), (1, width)):
        if samples.shape[axis] < length:
            samples = _doubled(samples, axis, smooth=smooth).take(range(length), axis)
    return samples


def _doubled(samples: Samples, axis: int, *, smooth: bool) -> Samples:
    """Returns twice as many samples along an axis; the outermost stand for those beyond them."""
    if not smooth:
        return np.repeat(samples, 2, axis)
    last = samples.shape[axis] - 1
    before = samples.take([0, *range(last)], axis)
    behind = samples.take([*range(1, last + 1), last], axis)
    pairs = np.stack((0.75 * samples + 0.25 * before, 0.75 * samples + 0.25 * behind), axis + 1)
    shape = list(samples.shape)
    shape[axis] *= 2
    return pairs.reshape(shape)
