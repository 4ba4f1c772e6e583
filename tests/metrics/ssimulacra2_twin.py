"""SSIMULACRA 2.1 by its definition in exact arithmetic: float64, whole images, scipy's convolution.

Shares only the fitted weights with the core. Its scores are those of the reference without the drift of the
reference's single-precision recursive blur.
"""

import math
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d

SOURCE = Path(__file__).parents[2] / "native" / "metrics" / "ssimulacra2.cpp"

Plane = NDArray[np.float64]


def gaussian_taps(sigma: float = 1.5) -> Plane:
    """Impulse response of Charalampidis' truncated cosines (2016), equations 33 to 57, 2 radius - 1 taps."""
    radius = round(3.2795 * sigma + 0.2546)
    omega = np.array([1, 3, 5]) * np.pi / (2 * radius)
    sign = np.array([1, -1, 1])
    p = sign / np.tan(omega / 2)
    r = sign * p**2 / np.sin(omega)
    rho = np.exp(-0.5 * sigma**2 * omega**2) / radius
    d13, d35, d51 = p[0] * r[1] - r[0] * p[1], p[1] * r[2] - r[1] * p[2], p[2] * r[0] - r[2] * p[0]
    zeta = np.array([d35 / d13, d51 / d13, 1])
    beta = np.linalg.solve(np.array([p, r, zeta]), np.array([1, radius**2 - sigma**2, zeta @ rho]))
    distance = np.arange(1 - radius, radius)
    return np.asarray(beta @ np.cos(omega[:, np.newaxis] * distance))


def weights() -> list[float]:
    """The 108 fitted weights, read from the core's source."""
    table = SOURCE.read_text().split("kWeights = {")[1].split("};")[0]
    return [
        float(number)
        for number in re.findall(r"^[^/]*$", table, re.M)
        for number in number.split(",")
        if number.strip()
    ]


def score(original: NDArray[np.uint8], decoded: NDArray[np.uint8]) -> float:
    """The score of two (H, W, 3) uint8 pictures."""
    a, b = _linear(original), _linear(decoded)
    scales = []
    for scale in range(6):
        if scale:
            if min(a.shape[:2]) < 8:
                break
            a, b = _halved(a), _halved(b)
        scales.append(_norms(_xyb(a), _xyb(b)))
    norms = [scale[c][n] for c in range(3) for scale in scales for n in range(6)]
    total = 0.9562382616834844 * float(np.dot(weights()[: len(norms)], norms))
    bent = 2.326765642916932 * total - 0.020884521182843837 * total**2 + 6.248496625763138e-05 * total**3
    return 100.0 - 10.0 * math.pow(bent, 0.6276336467831387) if bent > 0 else 100.0


def _linear(picture: NDArray[np.uint8]) -> Plane:
    encoded = picture / 255.0
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def _halved(linear: Plane) -> Plane:
    height, width = linear.shape[:2]
    even = np.pad(linear, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4


def _xyb(linear: Plane) -> Plane:
    absorbance = np.array(
        [
            [0.30, 0.622, 0.078],
            [0.23, 0.692, 0.078],
            [0.24342268924547819, 0.20476744424496821, 0.5518098665095536],
        ]
    )
    bias = 0.0037930732552754493
    cones = np.cbrt(linear @ absorbance.T + bias) - np.cbrt(bias)
    luma = (cones[..., 0] + cones[..., 1]) / 2
    return np.stack(
        [(cones[..., 0] - cones[..., 1]) * 7 + 0.42, luma + 0.01, cones[..., 2] - luma + 0.55], axis=2
    )


def _blur(plane: Plane) -> Plane:
    taps = gaussian_taps()
    return np.asarray(correlate1d(correlate1d(plane, taps, 0, mode="constant"), taps, 1, mode="constant"))


def _norms(a: Plane, b: Plane) -> list[list[float]]:
    """For each component: means, then 4-norms, of structure error, added and lost edges."""
    rows = []
    for c in range(3):
        x, y = a[..., c], b[..., c]
        mean_x, mean_y = _blur(x), _blur(y)
        covariance = 2 * (_blur(x * y) - mean_x * mean_y) + 0.0009
        variances = _blur(x * x) - mean_x**2 + _blur(y * y) - mean_y**2 + 0.0009
        structure = np.maximum(1 - (1 - (mean_x - mean_y) ** 2) * covariance / variances, 0)
        change = (1 + np.abs(y - mean_y)) / (1 + np.abs(x - mean_x)) - 1
        maps = [structure, np.maximum(change, 0), np.maximum(-change, 0)]
        rows.append([float(m.mean()) for m in maps] + [float((m**4).mean() ** 0.25) for m in maps])
    return rows
