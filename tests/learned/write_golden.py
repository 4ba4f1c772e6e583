"""Writes files of the learned codec that every later version must decode: weights, files, and their pictures.

    PYTHONPATH=src:. python tests/learned/write_golden.py

What lies there already stays as it is: a file of an earlier version is never made anew.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from beholder.learned.coder import LearnedCoder
from beholder.learned.freeze import freeze
from beholder.learned.tables import gaussian_tables
from beholder.learned.weights import read_weights, write_weights
from tests.cli.program import photograph
from tests.learned.tiny import tiny_codec

FOLDER = Path(__file__).parent / "golden"


def main() -> None:
    """Writes what is not there."""
    FOLDER.mkdir(exist_ok=True)
    weights = FOLDER / "version1.safetensors"
    if not weights.exists():
        weights.write_bytes(write_weights(freeze(tiny_codec()), gaussian_tables()))
    codec = LearnedCoder(read_weights(weights.read_bytes()))
    for name, (source, quality) in _sources().items():
        file = FOLDER / f"version1-{name}.bhd"
        if not file.exists():
            file.write_bytes(codec.encode(source, quality=quality).data)
            codec.decode(file).save(file.with_suffix(".png"))


def _sources() -> dict[str, tuple[np.ndarray | bytes, int]]:
    buffer = io.BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x0112] = 6
    photograph(50, 70, 1).save(buffer, "PNG", icc_profile=profile, exif=exif)
    return {
        "colour": (np.asarray(photograph(90, 130, 0)), 20),
        "metadata": (buffer.getvalue(), 32),
        "grey": (np.asarray(photograph(64, 64, 2))[..., 0], 63),
        "pixel": (np.full((1, 1, 3), 200, np.uint8), 0),
        "two-tiles": (np.asarray(photograph(20, 1100, 3)), 40),
    }


if __name__ == "__main__":
    main()
