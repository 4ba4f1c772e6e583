"""Colours of crops changed at random: other hues, stronger or paler colours, grey, dark."""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass

import numpy as np
import numpy.typing as npt

# Factors of the chroma and of all samples. A network that saw photographs alone does worst on strong colours,
# hence more room upwards; below 0.2 next to nothing is left of 8 bits.
_SATURATION = (0.3, 2.5)
_DARKNESS = (0.2, 0.7)

# ITU-R BT.601, as JFIF has it: Y, Cb, Cr of R, G, B without the offsets.
_TO_YCC = np.array(
    [
        [0.299, 0.587, 0.114],
        [-0.299 / 1.772, -0.587 / 1.772, 0.5],
        [0.5, -0.587 / 1.402, -0.114 / 1.402],
    ]
)
_TO_RGB = np.linalg.inv(_TO_YCC)


@dataclass(frozen=True)
class Augmentation:
    """How large a part of the crops is changed, 0 to 1 each; see `TrainingConfig`."""

    hue: float = 0.0
    saturation: float = 0.0
    grey: float = 0.0
    dark: float = 0.0

    def apply(self, crop: npt.NDArray[np.uint8], random: np.random.Generator) -> npt.NDArray[np.uint8]:
        """Return the (H, W, 3) crop, changed or not; without any part nothing is drawn from `random`."""
        if not any(astuple(self)):
            return crop
        matrix = colour_matrix(
            angle=random.uniform(-math.pi, math.pi) if random.random() < self.hue else 0.0,
            saturation=random.uniform(*_SATURATION) if random.random() < self.saturation else 1.0,
            brightness=random.uniform(*_DARKNESS) if random.random() < self.dark else 1.0,
            grey=random.random() < self.grey,
        )
        if np.array_equal(matrix, np.eye(3)):
            return crop
        changed = crop @ matrix.T
        return np.clip(np.rint(changed), 0, 255).astype(np.uint8)


def colour_matrix(
    *, angle: float = 0.0, saturation: float = 1.0, brightness: float = 1.0, grey: bool = False
) -> npt.NDArray[np.float64]:
    """Return the (3, 3) matrix that changes RGB samples.

    Args:
        angle: By which (Cb, Cr) is turned, in radians.
        saturation: Factor of (Cb, Cr).
        brightness: Factor of everything.
        grey: Takes (Cb, Cr) away.
    """
    if grey:
        saturation = 0.0
    if (angle, saturation) == (0.0, 1.0):
        return brightness * np.eye(3)
    cosine, sine = saturation * math.cos(angle), saturation * math.sin(angle)
    turned = np.array([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]])
    matrix: npt.NDArray[np.float64] = brightness * (_TO_RGB @ turned @ _TO_YCC)
    return matrix
