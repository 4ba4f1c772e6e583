"""Graphics for validation, of kinds that training does not have."""

from __future__ import annotations

import math
import random

import numpy as np
from PIL import Image
from scipy.spatial import cKDTree

from benchmarks.training_data.canvas import Canvas, Colour, generator, palette
from benchmarks.training_data.texts import Texts
from benchmarks.training_data.themes import VALIDATION_FONTS

Size = tuple[int, int]


def rings(rng: random.Random, size: Size) -> Image.Image:
    """Return rings that become finer outwards, in two colours."""
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    x0, y0 = size[0] * rng.uniform(0.2, 0.8), size[1] * rng.uniform(0.2, 0.8)
    phase = ((x - x0) ** 2 + (y - y0) ** 2) / (max(size) * rng.uniform(1.5, 6))
    part = (0.5 + 0.5 * np.cos(phase))[..., None]
    if rng.random() < 0.5:
        part = np.rint(part)
    first, second = (np.array(colour) for colour in palette(rng, 2))
    return Image.fromarray(np.rint(first + (second - first) * part).astype(np.uint8))


def tartan(rng: random.Random, size: Size) -> Image.Image:
    """Return a woven check with thin lines between broad bands."""
    colours = np.array(palette(rng, 5))
    sett = np.repeat(
        [rng.randrange(5) for _ in range(14)], [rng.choice((1, 2, 2, 6, 18, 40)) for _ in range(14)]
    )
    warp, weft = np.resize(sett, size[0]), np.resize(sett, size[1])
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    over = ((x + y) // rng.choice((1, 2, 4)) % 2 == 0)[..., None]
    return Image.fromarray(np.where(over, colours[warp][None], colours[weft][:, None]).astype(np.uint8))


def hexagons(rng: random.Random, size: Size) -> Image.Image:
    """Return a mosaic of hexagons, with or without outlines."""
    colours = palette(rng, rng.randrange(4, 12))
    canvas = Canvas(size, colours[0], 3)
    reach = canvas.unit * rng.randrange(8, 70)
    outline = rng.choice((None, colours[0]))
    for row in range(int(canvas.height / (1.5 * reach)) + 2):
        for column in range(int(canvas.width / (1.732 * reach)) + 2):
            x, y = 1.732 * reach * (column + 0.5 * (row % 2)), 1.5 * reach * row
            canvas.draw.regular_polygon((x, y, reach), 6, 30, rng.choice(colours), outline)
    return canvas.picture()


def blocks(rng: random.Random, size: Size) -> Image.Image:
    """Return isometric columns with three shades each."""
    ground, *colours = palette(rng, 6)
    canvas = Canvas(size, ground, 2)
    half = canvas.unit * rng.randrange(10, 50)
    for row in range(int(2 * canvas.height / half) + 8):
        for column in range(int(canvas.width / (2 * half)) + 2):
            x, y = 2 * half * column + half * (row % 2), half * row // 2
            high, colour = half * rng.uniform(0, 2.5), rng.choice(colours)
            top = [
                (x, y - high - half / 2),
                (x + half, y - high),
                (x, y - high + half / 2),
                (x - half, y - high),
            ]
            canvas.draw.polygon(top, colour)
            canvas.draw.polygon([top[3], top[2], (x, y + half / 2), (x - half, y)], _shaded(colour, 0.75))
            canvas.draw.polygon([top[1], top[2], (x, y + half / 2), (x + half, y)], _shaded(colour, 0.5))
    return canvas.picture()


def labels(rng: random.Random, size: Size) -> Image.Image:
    """Return labels with bar codes, small print and frames."""
    texts, paper = Texts(rng), rng.choice(((255, 255, 255), palette(rng, 1)[0]))
    canvas, black, families = Canvas(size, paper, 1), (0, 0, 0), VALIDATION_FONTS.text
    for top in range(10, size[1] - 150, 190):
        for left in range(10, size[0] - 260, 330):
            canvas.draw.rectangle((left, top, left + 310, top + 170), None, black, rng.choice((1, 2, 3)))
            canvas.write((left + 10, top + 6), texts.phrase(3)[:24], black, rng.choice(families), 22)
            for y in range(top + 36, top + 75, 13):
                canvas.write((left + 10, y), texts.phrase(9)[:48], black, rng.choice(families), 11)
            x = left + 12
            while x < left + 280:
                wide = rng.choice((1, 1, 2, 3))
                canvas.draw.rectangle((x, top + 80, x + wide - 1, top + 145), black)
                x += wide + rng.choice((1, 1, 2, 3))
            canvas.write((left + 40, top + 148), f"{rng.randrange(10**13):013}", black, "Hack", 15)
    return canvas.picture()


def traces(rng: random.Random, size: Size) -> Image.Image:
    """Return a printed circuit: traces with 45-degree bends, pads with holes, names of parts."""
    board, copper, ink = rng.choice(
        (
            ((0, 80, 40), (220, 180, 60), (255, 255, 255)),
            ((20, 30, 90), (200, 200, 210), (255, 255, 0)),
            tuple(palette(rng, 3)),
        )
    )
    canvas = Canvas(size, board, 2)
    pitch = canvas.unit * rng.choice((8, 12, 18))
    for _ in range(rng.randrange(60, 260)):
        x, y = pitch * rng.randrange(canvas.width // pitch), pitch * rng.randrange(canvas.height // pitch)
        points = [(x, y)]
        for _ in range(rng.randrange(1, 6)):
            angle, far = rng.randrange(8) * math.pi / 4, pitch * rng.randrange(1, 14)
            x, y = x + round(far * math.cos(angle)), y + round(far * math.sin(angle))
            points.append((x, y))
        canvas.draw.line(points, copper, canvas.unit * rng.choice((1, 1, 2, 3)))
        for x, y in (points[0], points[-1]):
            canvas.draw.circle((x, y), pitch * 0.35, copper)
            canvas.draw.circle((x, y), pitch * 0.15, board)
        if rng.random() < 0.4:
            name = f"{rng.choice('RCUQ')}{rng.randrange(99)}"
            canvas.write(points[0], name, ink, "JetBrains Mono", canvas.unit * 11)
    return canvas.picture()


def floor_plan(rng: random.Random, size: Size) -> Image.Image:
    """Return a plan: walls, doors, hatching, measures with thin lines."""
    texts, paper, ink = Texts(rng), (250, 250, 245), (20, 20, 40)
    if rng.random() < 0.4:
        paper, ink = (20, 60, 130), (235, 240, 255)
    canvas = Canvas(size, paper, 2)

    def divide(left: float, top: float, right: float, bottom: float, depth: int) -> None:
        wide, high = right - left, bottom - top
        if depth == 0 or min(wide, high) < 120 * canvas.unit:
            canvas.draw.rectangle((left, top, right, bottom), None, ink, canvas.unit * rng.choice((2, 4)))
            middle = left + wide / 2
            canvas.write((middle, top + high / 2), texts.phrase(1), ink, "Inter", 13 * canvas.unit, "mm")
            canvas.draw.line((left, top + 9 * canvas.unit, right, top + 9 * canvas.unit), ink, canvas.unit)
            measure = f"{wide / 100:.2f} m"
            canvas.write((middle, top + 11 * canvas.unit), measure, ink, "Inter", 9 * canvas.unit, "mt")
            canvas.draw.arc((right - 60, bottom - 60, right + 60, bottom + 60), 180, 270, ink, canvas.unit)
            if rng.random() < 0.35:
                for x in np.arange(left, right - 0.3 * high, 7 * canvas.unit):
                    canvas.draw.line((x, bottom, x + 0.3 * high, bottom - 0.3 * high), ink, canvas.unit)
        elif wide > high:
            cut = left + wide * rng.uniform(0.3, 0.7)
            divide(left, top, cut, bottom, depth - 1)
            divide(cut, top, right, bottom, depth - 1)
        else:
            cut = top + high * rng.uniform(0.3, 0.7)
            divide(left, top, right, cut, depth - 1)
            divide(left, cut, right, bottom, depth - 1)

    margin = 30 * canvas.unit
    divide(margin, margin, canvas.width - margin, canvas.height - margin, rng.randrange(3, 6))
    return canvas.picture()


def stained_glass(rng: random.Random, size: Size) -> Image.Image:
    """Return cells around chance points, flat or shaded, with dark lead between them."""
    numbers = generator(rng)
    points = numbers.random((rng.randrange(40, 500), 2)) * size
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    distance, nearest = cKDTree(points).query(np.stack([x, y], -1), k=2)
    colours = np.array(palette(rng, 9))[numbers.integers(0, 9, len(points))]
    image = colours[nearest[..., 0]].astype(np.float64)
    if rng.random() < 0.5:
        image *= np.clip(1.1 - distance[..., :1] / 160, 0.4, 1)
    image[distance[..., 1] - distance[..., 0] < rng.choice((0, 2, 6))] = 20
    return Image.fromarray(np.rint(image).astype(np.uint8))


def _shaded(colour: Colour, factor: float) -> Colour:
    red, green, blue = (round(factor * channel) for channel in colour)
    return red, green, blue


VALIDATION_DRAWINGS = (rings, tartan, hexagons, blocks, labels, traces, floor_plan, stained_glass)
