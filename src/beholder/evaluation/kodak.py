"""Kodak's photographs, over which published curves are means, known by names, number and size."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from beholder.errors import InputError
from beholder.evaluation.item import Item
from beholder.image.pillow_errors import pillow_errors

KODAK_COUNT = 24
_NAME = re.compile(r"kodim(0[1-9]|1[0-9]|2[0-4])\.[a-z0-9]+", re.IGNORECASE)
_SIDES = [512, 768]  # pixels, the shorter one first


def is_of_kodak(item: Item) -> bool:
    """Return whether a picture is called like one of Kodak's, kodim01 to kodim24."""
    return _NAME.fullmatch(item.path.name) is not None


def lacks_of_kodak(items: Sequence[Item]) -> str:
    """Return why pictures are not the whole of Kodak's and nothing else, in words; empty where they are."""
    others = [item.name for item in items if not is_of_kodak(item)]
    numbers = {match[1] for item in items if (match := _NAME.fullmatch(item.path.name))}
    if others:
        return f"{len(others)} of {len(items)} pictures are not called like Kodak's, such as {others[0]}"
    if len(numbers) < KODAK_COUNT or len(items) > KODAK_COUNT:
        return f"{len(items)} pictures are given, {len(numbers)} of Kodak's {KODAK_COUNT}"
    for item in items:
        size = size_of(item.path)
        if sorted(size) != _SIDES:
            return f"{item.name} has {size[0]}x{size[1]} pixels, and Kodak's have 768x512 or 512x768"
    return ""


def size_of(path: Path) -> tuple[int, int]:
    """Return width and height in pixels; 0 and 0 where the file cannot be read. Only its header is."""
    try:
        with path.open("rb") as file, pillow_errors(str(path)), Image.open(file) as image:
            return image.size
    except (OSError, InputError):
        return 0, 0
