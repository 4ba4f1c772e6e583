"""Renders screens: pages of the templates in chance fonts, themes, languages, sizes and scales."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from benchmarks.training_data.chromium import Chromium, Viewport
from benchmarks.training_data.pages import READING_PAGES
from benchmarks.training_data.scene import Scene
from benchmarks.training_data.texts import Texts
from benchmarks.training_data.themes import TRAINING_FONTS, VALIDATION_FONTS, Fonts, random_theme, require
from benchmarks.training_data.tool_pages import TOOL_PAGES
from benchmarks.training_data.validation_pages import VALIDATION_PAGES

SIDES = range(800, 1601, 8)  # picture pixels
SCALES = ((1.0, 50), (1.5, 25), (2.0, 25))  # picture pixels per CSS pixel, and how often
LANGUAGES = (("en", 40), ("de", 15), ("fr", 12), ("zh_CN", 12), ("ar", 9), ("ru", 6), ("ja", 6))
SHRINKS = ((1.0, 85), (0.75, 8), (0.6, 7))  # what is done to a picture of the screen, and how often


@dataclass(frozen=True)
class Screen:
    """An HTML document, the window that shows it, and the factor by which its picture is shrunk."""

    page: str
    viewport: Viewport
    shrink: float

    def picture(self, browser: Chromium) -> Image.Image:
        """Return the picture, RGB."""
        picture = browser.render(self.page, self.viewport)
        size = (round(self.shrink * picture.width), round(self.shrink * picture.height))
        return picture if self.shrink == 1 else picture.resize(size, Image.Resampling.LANCZOS)


@dataclass(frozen=True)
class ScreenSet:
    """Templates, fonts and styles of code of training or of validation."""

    seed: int
    templates: Sequence[Callable[[Scene], str]]
    fonts: Fonts
    code_styles: Sequence[str]


TRAINING = ScreenSet(
    seed=13,
    templates=READING_PAGES + TOOL_PAGES,
    fonts=TRAINING_FONTS,
    code_styles=(
        "default",
        "monokai",
        "github-dark",
        "friendly",
        "solarized-light",
        "dracula",
        "vs",
        "nord",
        "zenburn",
    ),
)
VALIDATION = ScreenSet(
    seed=31,
    templates=VALIDATION_PAGES,
    fonts=VALIDATION_FONTS,
    code_styles=("gruvbox-dark", "xcode", "material", "tango", "one-dark"),
)


def compose(screens: ScreenSet, number: int, photographs: Sequence[Path]) -> Screen:
    """Return one screen, the same one for the same number; templates take turns, and show photographs."""
    rng = random.Random(f"{screens.seed}/{number}")
    (language,) = rng.choices([name for name, _ in LANGUAGES], [weight for _, weight in LANGUAGES])
    (scale,) = rng.choices([value for value, _ in SCALES], [weight for _, weight in SCALES])
    (shrink,) = rng.choices([value for value, _ in SHRINKS], [weight for _, weight in SHRINKS])
    scene = Scene(
        rng, Texts(rng), random_theme(rng, screens.fonts), photographs, language, screens.code_styles
    )
    width, height = rng.choice(SIDES), rng.choice(SIDES[: len(SIDES) * 3 // 4])
    template = screens.templates[number % len(screens.templates)]
    enlarged = scale * shrink
    return Screen(template(scene), Viewport(round(width / enlarged), round(height / enlarged), scale), shrink)


def render_screens(screens: ScreenSet, count: int, photographs: Sequence[Path], folder: Path) -> None:
    """Write screens as PNG files until the folder holds `count`; those that are there already are kept.

    Pages show the photographs. Every fourth screen has text antialiased on the stripes of an LCD.
    """
    require(screens.fonts)
    folder.mkdir(parents=True, exist_ok=True)
    for subpixel_text in (False, True):
        numbers = [n for n in range(count) if (n % 4 == 3) == subpixel_text and not _file(folder, n).exists()]
        if not numbers:
            continue
        with Chromium(subpixel_text=subpixel_text) as browser:
            for number in numbers:
                part = _file(folder, number).with_suffix(".part")
                compose(screens, number, photographs).picture(browser).save(part, "PNG")
                part.rename(_file(folder, number))


def _file(folder: Path, number: int) -> Path:
    return folder / f"screen-{number:04}.png"
