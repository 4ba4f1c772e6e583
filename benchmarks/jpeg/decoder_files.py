"""Every kind of file that `beholder.encode` writes, with the levels that went into it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from PIL import Image

import beholder
from beholder import _core
from beholder.evaluation.codecs.pillow import save
from beholder.image.pixels import Pixels
from beholder.image.read import read_picture

SUBSAMPLINGS = ("4:2:0", "4:2:2", "4:4:4")
SCANS = ("sequential", "progressive", "auto")
OBSERVERS = ("human", "mse")
CUT = (383, 255)  # odd, so that every component ends inside a block
SIZES = ((1, 1), (2, 3), (16, 16), (17, 33), (200, 5), (5, 200))  # width and height


@dataclass(frozen=True)
class WrittenFile:
    """A file and what was written into it.

    Attributes:
        name: What is special about it.
        data: The file.
        image: The levels and tables that the writer was given.
    """

    name: str
    data: bytes
    image: _core.LevelImage


def written_files(photograph: Pixels) -> Iterator[WrittenFile]:
    """Yields the files, made from a photograph of (at least 255, at least 383, 3) uint8."""
    cut = np.ascontiguousarray(photograph[: CUT[1], : CUT[0]])
    grey = np.ascontiguousarray(cut[..., 1])
    yield _written("whole photograph, default", photograph)
    for observer in OBSERVERS:
        for scans in SCANS:
            for subsampling in SUBSAMPLINGS:
                name = f"{subsampling}, {scans}, {observer}"
                yield _written(name, cut, subsampling=subsampling, scans=scans, observer=observer)
            yield _written(f"grey, {scans}, {observer}", grey, scans=scans, observer=observer)
        for quality in (1, 100):
            for subsampling in ("4:2:0", "4:4:4"):
                name = f"quality {quality}, {subsampling}, {observer}"
                yield _written(name, cut, quality=quality, subsampling=subsampling, observer=observer)
    for width, height in SIZES:
        small = np.ascontiguousarray(cut[:height, :width])
        for subsampling in SUBSAMPLINGS:
            yield _written(f"{width} x {height}, {subsampling}", small, subsampling=subsampling)
    for name, source in _jpeg_sources(cut):
        for scans in SCANS:
            yield _written(f"re-optimised {name}, {scans}", source, quality=60, scans=scans)
            yield _written(f"re-coded {name}, {scans}", source, lossless=True, scans=scans)


def photograph_of(folder: Path) -> tuple[str, Pixels]:
    """Returns a Kodak photograph and its name, or a picture made here where the folder has none."""
    path = folder / "kodim23.png"
    if path.exists():
        return path.name, read_picture(path).upright_rgb()
    noise = np.random.default_rng(23)
    coarse = noise.integers(0, 256, (16, 24, 3), dtype=np.uint8)
    smooth = np.asarray(Image.fromarray(coarse).resize((768, 512), Image.Resampling.BICUBIC), float)
    noisy = np.clip(smooth + noise.normal(0, 6, smooth.shape), 0, 255)
    return "a smooth picture with noise, made by the script", noisy.astype(np.uint8)


def _jpeg_sources(pixels: Pixels) -> Iterator[tuple[str, bytes]]:
    """Yields JPEG files of libjpeg-turbo: what is given to be re-optimised and re-coded."""
    options: dict[str, dict[str, Any]] = {
        "4:2:0": {"subsampling": "4:2:0"},
        "4:2:2, progressive source": {"subsampling": "4:2:2", "progressive": True},
        "4:4:4, restart markers in the source": {"subsampling": "4:4:4", "restart_marker_rows": 1},
    }
    for name, option in options.items():
        yield name, save(pixels, "JPEG", quality=95, **option)


def _written(name: str, source: Pixels | bytes, **options: Any) -> WrittenFile:
    """Encodes, and keeps what the core's writer was given for the file that came out."""
    images: dict[bytes, _core.LevelImage] = {}
    write = _core.write_jpeg

    def remember(image: _core.LevelImage, **how: Any) -> bytes:
        data = write(image, **how)
        images[data] = image
        return data

    with patch.object(_core, "write_jpeg", remember):
        result = beholder.encode(source, **options)
    if result.kept_input:
        raise ValueError(f"{name}: the source was kept, so that nothing was written; ask for less quality")
    return WrittenFile(name, result.data, images[result.data])
