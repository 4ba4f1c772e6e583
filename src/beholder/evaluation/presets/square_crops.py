"""Pictures as squares: shorter side to so many pixels, then the middle, kept as PNG files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image

from beholder.errors import InputError, UnsupportedImageError
from beholder.evaluation.item import Item
from beholder.safe_write import write_file


def write_crops(items: Sequence[Item], side: int, folder: Path) -> tuple[list[Item], list[str]]:
    """Returns items of squares, and what went wrong with those that are left out.

    A square that is there and newer than its picture is kept.

    Args:
        items: Pictures.
        side: Pixels.
        folder: Of the squares, which have their pictures' names.

    Raises:
        OutputError: A square cannot be written.
    """
    squares: list[Item] = []
    problems: list[str] = []
    for item in items:
        target = folder / f"{item.name}.png"
        try:
            if not target.exists() or target.stat().st_mtime <= item.path.stat().st_mtime:
                write_file(target, _crop(item, side), overwrite=True)
        except (InputError, UnsupportedImageError, OSError) as error:
            problems.append(f"{item.name}: {error}")
            continue
        squares.append(replace(item, path=target))
    return squares, problems


def _crop(item: Item, side: int) -> bytes:
    """A PNG file of the middle of a picture whose shorter side was brought to `side` bilinearly."""
    image = Image.fromarray(item.pixels)
    scale = side / min(image.size)
    width, height = (max(side, round(length * scale)) for length in image.size)
    resized = image.resize((width, height), Image.Resampling.BILINEAR)
    left, top = (width - side) // 2, (height - side) // 2
    buffer = io.BytesIO()
    resized.crop((left, top, left + side, top + side)).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()
