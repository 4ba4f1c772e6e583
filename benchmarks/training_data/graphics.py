"""Writes graphics: drawings of Pillow's and plots of Matplotlib's, each kind in turn."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from benchmarks.training_data.drawings import DRAWINGS
from benchmarks.training_data.plots import plot
from benchmarks.training_data.themes import TRAINING_FONTS, VALIDATION_FONTS, Fonts, require
from benchmarks.training_data.validation_drawings import VALIDATION_DRAWINGS

SIDES = range(640, 1401, 4)  # pixels


@dataclass(frozen=True)
class GraphicSet:
    """Kinds of graphics of training or of validation, and the fonts that they need."""

    seed: int
    kinds: Sequence[Callable[[random.Random, tuple[int, int]], Image.Image]]
    fonts: Fonts


TRAINING = GraphicSet(seed=17, kinds=(*DRAWINGS, plot, plot), fonts=TRAINING_FONTS)
VALIDATION = GraphicSet(seed=71, kinds=VALIDATION_DRAWINGS, fonts=VALIDATION_FONTS)


def draw_graphic(graphics: GraphicSet, number: int) -> Image.Image:
    """Return a graphic, RGB, of 800 to 1400 pixels; the same one for the same number."""
    rng = random.Random(f"{graphics.seed}/{number}")
    size = (max(800, rng.choice(SIDES)), rng.choice(SIDES))
    return graphics.kinds[number % len(graphics.kinds)](rng, size)


def draw_graphics(graphics: GraphicSet, count: int, folder: Path) -> None:
    """Write graphics as PNG files until the folder holds `count`; those that are there already are kept."""
    require(graphics.fonts)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        file = folder / f"graphic-{number:04}.png"
        if not file.exists():
            part = file.with_suffix(".part")
            draw_graphic(graphics, number).save(part, "PNG")
            part.rename(file)
