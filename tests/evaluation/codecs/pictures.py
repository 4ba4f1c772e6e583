"""Small pictures that compress as photographs do."""

import numpy as np

from beholder.image.pixels import Pixels


def photograph(height: int = 64, width: int = 96, seed: int = 0) -> Pixels:
    """Smooth shapes with some texture: (H, W, 3)."""
    generator = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:height, 0:width]
    surface = np.zeros((height, width, 3))
    for _ in range(8):
        direction = generator.normal(size=2) / 10
        phase = generator.uniform(0, 6, 3)
        wave = np.sin(rows[..., None] * direction[0] + columns[..., None] * direction[1] + phase)
        surface += generator.uniform(5, 20) * wave
    texture = generator.normal(size=(height, width, 1)) * 4
    return np.clip(128 + surface + texture, 0, 255).astype(np.uint8)
