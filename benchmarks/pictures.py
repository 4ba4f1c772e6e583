"""Pictures to measure on: photographs of a folder, and large ones made of them."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from beholder.image.pixels import Pixels
from beholder.image.read import read_picture

MOSAIC = (6, 4)  # rows and columns of 512 x 768 pixels


def photographs(folder: Path, limit: int | None = None) -> list[Path]:
    """Return the first PNG files of a folder; end the script where there are none."""
    paths = sorted(folder.glob("*.png"))[:limit]
    if not paths:
        sys.exit(f"there are no PNG pictures in {folder}; give their folder with --data")
    return paths


def mosaic(folder: Path) -> Pixels:
    """Return the 24 Kodak photographs side by side, (3072, 3072, 3) uint8, upright ones turned."""
    rows, columns = MOSAIC
    tiles = []
    for path in photographs(folder, rows * columns):
        tile = read_picture(path).upright_rgb()
        tiles.append(tile if tile.shape[1] > tile.shape[0] else np.rot90(tile))
    if len(tiles) != rows * columns:
        sys.exit(f"the mosaic needs {rows * columns} PNG pictures, {folder} has {len(tiles)}; see --data")
    strips = [np.hstack(tiles[row * columns : (row + 1) * columns]) for row in range(rows)]
    return np.ascontiguousarray(np.vstack(strips))


def side_by_side(paths: Sequence[Path], side: int) -> Pixels:
    """Return photographs side by side, (side, side, 3) uint8, with no second copy of it on the way."""
    canvas = np.empty((side, side, 3), np.uint8)
    number = 0
    top = 0
    while top < side:
        left = 0
        strip = min(512, side - top)
        while left < side:
            tile = np.asarray(Image.open(paths[number % len(paths)]).convert("RGB"))[:strip, : side - left]
            canvas[top : top + strip, left : left + tile.shape[1]] = tile
            left += tile.shape[1]
            number += 1
        top += strip
    return canvas
