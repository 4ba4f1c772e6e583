"""Pictures that behave like photographs: smooth shapes, edges, texture, all from fixed seeds."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]


def photograph(seed: int, width: int, height: int, *, noise: float = 5.0) -> Picture:
    """(H, W, 3) uint8: clouds on two scales, hard-edged shapes, noise in one half."""
    rng = np.random.default_rng(seed)
    clouds = np.zeros((height, width, 3))
    for size, strength in ((48, 1.0), (9, 0.35)):
        coarse = rng.integers(0, 256, (height // size + 2, width // size + 2, 3), dtype=np.uint8)
        smooth = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
        clouds += strength * (np.asarray(smooth, float) - 128)
    y, x = np.mgrid[:height, :width]
    for _ in range(4):
        centre_x, centre_y = rng.uniform(0, width), rng.uniform(0, height)
        inside = (x - centre_x) ** 2 + (y - centre_y) ** 2 < (rng.uniform(0.05, 0.2) * (width + height)) ** 2
        clouds[inside] = 0.5 * clouds[inside] + rng.uniform(-90, 90, 3)
    clouds += noise * rng.normal(size=clouds.shape) * (x < width / 2)[..., None]
    return np.clip(np.rint(clouds * 0.8 + 128), 0, 255).astype(np.uint8)
