"""Plots for training, drawn by Matplotlib in several styles."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

import matplotlib as mpl
import numpy as np
from matplotlib import font_manager, pyplot
from matplotlib.axes import Axes
from PIL import Image

from benchmarks.training_data.canvas import font_file, generator
from benchmarks.training_data.texts import Texts
from benchmarks.training_data.themes import TRAINING_FONTS

STYLES = (
    "default",
    "classic",
    "ggplot",
    "dark_background",
    "bmh",
    "fivethirtyeight",
    "grayscale",
    "seaborn-v0_8-whitegrid",
)
MAPS = ("viridis", "jet", "coolwarm", "gray", "hsv", "Spectral", "magma")


def plot(rng: random.Random, size: tuple[int, int]) -> Image.Image:
    """Return one to nine axes of chance data."""
    texts, dpi = Texts(rng), rng.choice((72, 100, 144))
    file = font_file(rng.choice(TRAINING_FONTS.text))
    font_manager.fontManager.addfont(file)  # whose names of families are not fontconfig's
    family = font_manager.FontProperties(fname=file).get_name()
    font_size = rng.choice((7, 9, 11))
    with mpl.rc_context(), pyplot.style.context(rng.choice(STYLES)):
        mpl.rcParams["font.family"] = [family, "DejaVu Sans"]
        mpl.rcParams["font.size"] = font_size
        rows, columns = rng.choice(((1, 1), (1, 1), (1, 2), (2, 2), (3, 3)))
        figure, axes = pyplot.subplots(
            rows, columns, squeeze=False, figsize=(size[0] / dpi, size[1] / dpi), dpi=dpi
        )
        for axis in axes.flat:
            draw: Callable[[random.Random, Axes], None] = rng.choice(KINDS)
            draw(rng, axis)
            axis.set_title(_plain(texts.phrase(3)))
            axis.set_xlabel(_plain(texts.phrase(2)))
            axis.grid(rng.random() < 0.5)
        stream = io.BytesIO()
        figure.savefig(stream, format="png", dpi=dpi)
        pyplot.close(figure)
    return Image.open(stream).convert("RGB")


def _plain(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum() or letter == " ")


def _curves(rng: random.Random, axis: Axes) -> None:
    numbers = generator(rng)
    for index in range(rng.randrange(1, 8)):
        y = numbers.normal(0, 1, rng.choice((20, 200, 2000))).cumsum()
        axis.plot(
            y,
            linewidth=rng.choice((0.5, 1, 2)),
            linestyle=rng.choice(("-", "-", "--", ":")),
            label=f"{index}",
        )
    axis.legend()


def _points(rng: random.Random, axis: Axes) -> None:
    numbers = generator(rng)
    x, y, c = numbers.normal(0, 1, (3, rng.choice((50, 500, 3000))))
    axis.scatter(
        x, y, c=c, s=rng.choice((2, 10, 40)), cmap=rng.choice(MAPS), marker=rng.choice(("o", "x", "s", "^"))
    )


def _bars(rng: random.Random, axis: Axes) -> None:
    heights = generator(rng).random((3, rng.randrange(4, 20)))
    for index, row in enumerate(heights):
        axis.bar(np.arange(len(row)) + 0.25 * index, row, 0.25, hatch=rng.choice((None, None, "//", "..")))


def _contours(rng: random.Random, axis: Axes) -> None:
    x, y = np.meshgrid(np.linspace(-3, 3, 120), np.linspace(-3, 3, 120))
    f, g, p = (rng.uniform(0.5, 3) for _ in range(3))
    z = np.sin(f * x + p) * np.cos(g * y) + 0.2 * x * y
    draw = rng.choice((axis.contour, axis.contourf, axis.pcolormesh))
    draw(x, y, z, cmap=rng.choice(MAPS))


def _histogram(rng: random.Random, axis: Axes) -> None:
    axis.hist(
        generator(rng).normal(0, 1, (2000, 2)),
        bins=rng.choice((10, 40, 100)),
        histtype=rng.choice(("bar", "step")),
    )


KINDS = (_curves, _curves, _points, _bars, _contours, _histogram)
