"""Graphics for training: flat art, gradients, grids of lines, icons, codes, diagrams, posters, sprites."""

from __future__ import annotations

import math
import random

import numpy as np
from PIL import Image, ImageChops

from benchmarks.training_data.canvas import Canvas, Colour, font, generator, gradient, palette
from benchmarks.training_data.texts import Texts
from benchmarks.training_data.themes import TRAINING_FONTS

Size = tuple[int, int]


def flat_shapes(rng: random.Random, size: Size) -> Image.Image:
    """Return overlapping polygons, discs and bars in flat colours."""
    colours = palette(rng, rng.randrange(3, 9))
    canvas = Canvas(size, colours[0], rng.choice((1, 3)))
    if rng.random() < 0.3:
        canvas.paste(gradient(rng, size, palette(rng, 2)))
    for _ in range(rng.randrange(8, 90)):
        x, y = rng.randrange(canvas.width), rng.randrange(canvas.height)
        reach = canvas.width * rng.uniform(0.01, 0.2)
        outline = rng.choice((None, None, rng.choice(colours)))
        line = canvas.unit * rng.choice((1, 2, 5))
        box = (x - reach, y - reach * rng.uniform(0.3, 1), x + reach, y + reach)
        fill = rng.choice(colours)
        match rng.randrange(4):
            case 0:
                canvas.draw.ellipse(box, fill, outline, line)
            case 1:
                canvas.draw.rounded_rectangle(box, reach * rng.choice((0, 0.1, 0.3)), fill, outline, line)
            case 2:
                canvas.draw.regular_polygon(
                    (x, y, reach), rng.randrange(3, 9), rng.randrange(360), fill, outline
                )
            case _:
                canvas.draw.polygon(_blob(rng, x, y, reach), fill, outline, line)
    return canvas.picture()


def gradients(rng: random.Random, size: Size) -> Image.Image:
    """Return a gradient, plain, added to another one, in steps, or with faint noise."""
    image = gradient(rng, size, palette(rng, rng.randrange(2, 6)))
    match rng.randrange(4):
        case 0:
            image = ImageChops.blend(image, gradient(rng, size, palette(rng, 3)), 0.5)
        case 1:
            levels = rng.randrange(4, 24)
            image = image.point([round(round(v / 255 * levels) * 255 / levels) for v in range(256)] * 3)
        case 2:
            noise = generator(rng).normal(0, rng.uniform(0.5, 3), (size[1], size[0], 1))
            image = Image.fromarray(np.clip(np.rint(np.asarray(image) + noise), 0, 255).astype(np.uint8))
    return image


def line_grid(rng: random.Random, size: Size) -> Image.Image:
    """Return grids of thin lines, ruled, crossed or slanted, another one in each part of the picture."""
    colours = (
        palette(rng, 4) if rng.random() < 0.6 else [(255, 255, 255), (0, 0, 0), (200, 200, 200), (0, 0, 0)]
    )
    canvas = Canvas(size, colours[0], rng.choice((1, 1, 3)))
    columns, rows = rng.randrange(1, 4), rng.randrange(1, 4)
    for column in range(columns):
        for row in range(rows):
            left, top = canvas.width * column // columns, canvas.height * row // rows
            right, bottom = canvas.width * (column + 1) // columns, canvas.height * (row + 1) // rows
            _ruled(rng, canvas, (left, top, right, bottom), rng.choice(colours[1:]))
    return canvas.picture()


def _ruled(rng: random.Random, canvas: Canvas, box: tuple[int, int, int, int], colour: Colour) -> None:
    left, top, right, bottom = box
    line = canvas.unit * rng.choice((1, 1, 1, 2, 3))
    pitch = line + canvas.unit * rng.choice((1, 2, 3, 5, 8, 16, 32))
    growth = rng.choice((1.0, 1.0, 1.03))
    slope = rng.choice((0.0, 0.0, rng.uniform(-0.5, 0.5)))
    kind = rng.choice(("rows", "columns", "both", "both"))
    step, y = float(pitch), float(top)
    while y < bottom and kind != "columns":
        canvas.draw.line((left, y, right, min(bottom, max(top, y + slope * (right - left)))), colour, line)
        y, step = y + step, step * growth
    step, x = float(pitch), float(left)
    while x < right and kind != "rows":
        canvas.draw.line((x, top, min(right, max(left, x - slope * (bottom - top))), bottom), colour, line)
        x, step = x + step, step * growth


def icon_sheet(rng: random.Random, size: Size) -> Image.Image:
    """Return rows of icons: strokes and shapes on tiles."""
    colours = palette(rng, 6)
    canvas = Canvas(size, colours[0], 3)
    cell = canvas.unit * rng.choice((32, 48, 64, 96, 128))
    tiles, stroke = rng.random() < 0.5, canvas.unit * rng.choice((1, 2, 4))
    for y in range(0, canvas.height - cell // 2, cell):
        for x in range(0, canvas.width - cell // 2, cell):
            a, b = 0.15 * cell, 0.85 * cell
            if tiles:
                canvas.draw.rounded_rectangle(
                    (x + a / 2, y + a / 2, x + b + a / 2, y + b + a / 2), cell / 8, rng.choice(colours[1:4])
                )
            ink = rng.choice(colours[3:])
            for _ in range(rng.randrange(1, 5)):
                p, q, r, s = (rng.uniform(0.25, 0.75) * cell for _ in range(4))
                box = (x + min(p, r), y + min(q, s), x + max(p, r) + 1, y + max(q, s) + 1)
                match rng.randrange(5):
                    case 0:
                        canvas.draw.line((x + p, y + q, x + r, y + s), ink, stroke)
                    case 1:
                        canvas.draw.ellipse(box, None, ink, stroke)
                    case 2:
                        canvas.draw.rectangle(box, ink)
                    case 3:
                        canvas.draw.arc(box, rng.randrange(360), rng.randrange(360), ink, stroke)
                    case _:
                        canvas.draw.regular_polygon((x + p, y + q, cell / 6), rng.randrange(3, 7), 0, ink)
    return canvas.picture()


def module_code(rng: random.Random, size: Size) -> Image.Image:
    """Return two-dimensional codes: square modules at chance, with three finder patterns, and a caption."""
    ink, paper = rng.choice((((0, 0, 0), (255, 255, 255)), tuple(palette(rng, 2))))
    canvas = Canvas(size, paper, 1)
    y = rng.randrange(5, 60)
    while y < size[1] - 60:
        module, count = rng.choice((1, 2, 3, 4, 6, 10)), rng.choice((21, 25, 33, 57))
        for x in range(
            rng.randrange(5, 60), size[0] - module * count, module * count + rng.randrange(10, 90)
        ):
            if rng.random() < 0.6:
                continue
            bits = generator(rng).random((count, count)) < 0.5
            for i, j in ((0, 0), (0, count - 7), (count - 7, 0)):
                bits[i : i + 7, j : j + 7] = True
                bits[i + 1 : i + 6, j + 1 : j + 6] = False
                bits[i + 2 : i + 5, j + 2 : j + 5] = True
            mask = Image.fromarray((255 * bits).astype(np.uint8)).resize(
                (module * count,) * 2, Image.Resampling.NEAREST
            )
            canvas.draw.bitmap((x, y), mask, ink)
            number = str(rng.randrange(10**9))
            canvas.write((x, y + module * count + 4), number, ink, "DejaVu Sans Mono", 13)
        y += module * count + rng.randrange(24, 90)
    return canvas.picture()


def flow_chart(rng: random.Random, size: Size) -> Image.Image:
    """Return boxes with words, joined by lines with arrows."""
    texts, colours = Texts(rng), palette(rng, 5)
    dark = sum(colours[0]) < 380
    ink: Colour = (240, 240, 240) if dark else (20, 20, 20)
    canvas = Canvas(size, colours[0], 2)
    letters = font(rng.choice(TRAINING_FONTS.text), canvas.unit * rng.randrange(11, 22))
    across, down = rng.randrange(2, 7), rng.randrange(2, 8)
    centres = []
    for row in range(down):
        for column in range(across):
            if rng.random() < 0.8:
                centres.append((canvas.width * (column + 0.5) / across, canvas.height * (row + 0.5) / down))
    line = canvas.unit * rng.choice((1, 1, 2))
    for x, y in centres:
        far_x, far_y = rng.choice(centres)
        canvas.draw.line((x, y, far_x, y), ink, line)
        canvas.draw.line((far_x, y, far_x, far_y), ink, line)
        head = 5 * canvas.unit
        canvas.draw.polygon(((far_x, y), (far_x - head, y - head), (far_x - head, y + head)), ink)
    half_x, half_y = 0.36 * canvas.width / across, 0.28 * canvas.height / down
    for x, y in centres:
        radius = rng.choice((0, 0, 8 * canvas.unit, min(half_x, half_y)))
        canvas.draw.rounded_rectangle(
            (x - half_x, y - half_y, x + half_x, y + half_y), radius, rng.choice(colours[1:]), ink, line
        )
        canvas.draw.text((x, y), texts.phrase(2)[:18], ink, letters, anchor="mm")
    return canvas.picture()


def poster(rng: random.Random, size: Size) -> Image.Image:
    """Return large type and some shapes on a flat or graded ground."""
    texts, colours = Texts(rng), palette(rng, 5)
    canvas = Canvas(size, colours[0], 2)
    if rng.random() < 0.5:
        canvas.paste(gradient(rng, size, colours[:3]))
    for _ in range(rng.randrange(0, 6)):
        x, y = rng.randrange(canvas.width), rng.randrange(canvas.height)
        canvas.draw.regular_polygon(
            (x, y, canvas.width * rng.uniform(0.03, 0.3)),
            rng.choice((3, 4, 6, 60)),
            rng.randrange(90),
            rng.choice(colours[1:]),
        )
    top = canvas.height * rng.uniform(0.02, 0.2)
    while top < 0.95 * canvas.height:
        high = round(canvas.unit * rng.choice((12, 16, 24, 40, 72, 120)))
        language = rng.choice(("en", "de", "fr", "ru"))
        ink: Colour = rng.choice(((255, 255, 255), (0, 0, 0), colours[3], colours[4]))
        text, family = texts.phrase(rng.randrange(1, 9), language), rng.choice(TRAINING_FONTS.text)
        canvas.write((canvas.width * 0.06, top), text, ink, family, high)
        top += high * rng.uniform(1.1, 1.8)
    return canvas.picture()


def hills(rng: random.Random, size: Size) -> Image.Image:
    """Return a landscape of flat layers below a graded sky with a sun."""
    colours = palette(rng, 7)
    canvas = Canvas(size, colours[0], 3)
    canvas.paste(gradient(rng, size, colours[:2]))
    reach = canvas.width * rng.uniform(0.03, 0.15)
    x, y = rng.randrange(canvas.width), canvas.height * rng.uniform(0.1, 0.5)
    canvas.draw.ellipse((x - reach, y - reach, x + reach, y + reach), colours[2])
    layers = rng.randrange(3, 9)
    for layer in range(layers):
        base = canvas.height * (0.35 + 0.65 * layer / layers)
        waves = [(f, rng.uniform(0, 7), canvas.height * rng.uniform(0.02, 0.1) / f) for f in (1, 2, 5, 11)]
        edge = [
            (x, base + sum(h * math.sin(f * x / canvas.width * 6 + p) for f, p, h in waves))
            for x in range(0, canvas.width + 8, 8)
        ]
        canvas.draw.polygon(
            [*edge, (canvas.width, canvas.height), (0, canvas.height)], colours[2 + layer % 5]
        )
    return canvas.picture()


def sprites(rng: random.Random, size: Size) -> Image.Image:
    """Return symmetric sprites of large pixels in few colours."""
    colours, pixel = np.array(palette(rng, rng.randrange(3, 8)), dtype=np.uint8), rng.choice((2, 3, 4, 8, 12))
    height, width, numbers = size[1] // pixel + 1, size[0] // pixel + 1, generator(rng)
    image = np.tile(colours[0], (height, width, 1))
    side = rng.choice((8, 12, 16))
    for top in range(0, height - side, side + 2):
        for left in range(0, width - side, side + 2):
            half = numbers.integers(0, len(colours), (side, side // 2)) * (
                numbers.random((side, side // 2)) < 0.6
            )
            image[top : top + side, left : left + side] = colours[np.concatenate([half, half[:, ::-1]], 1)]
    large = Image.fromarray(image).resize((width * pixel, height * pixel), Image.Resampling.NEAREST)
    return large.crop((0, 0, *size))


def _blob(rng: random.Random, x: float, y: float, reach: float) -> list[tuple[float, float]]:
    waves = [(order, rng.uniform(0, 6.3), rng.uniform(0, 0.5 / order)) for order in range(1, 5)]
    points = []
    for angle in (step * math.pi / 60 for step in range(120)):
        radius = reach * (0.8 + sum(height * math.sin(f * angle + phase) for f, phase, height in waves))
        points.append((x + radius * math.cos(angle), y + radius * math.sin(angle)))
    return points


DRAWINGS = (flat_shapes, gradients, line_grid, icon_sheet, module_code, flow_chart, poster, hills, sprites)
