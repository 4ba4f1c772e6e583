"""What templates of pages draw on: chance, text, a theme, photographs, and parts that many pages have."""

from __future__ import annotations

import base64
import html
import io
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from benchmarks.training_data.texts import RIGHT_TO_LEFT, Texts
from benchmarks.training_data.themes import Theme

EMOJI = "😀😂😍🤔👍🎉🔥❤️🚀🌍🍕☕🐱🌸⚠️✅❌📎📷🎵"


@dataclass(frozen=True)
class Scene:
    """The state of one page.

    Attributes:
        rng: Chooses; the same seed gives the same page.
        texts: Where text comes from.
        theme: Colours and fonts.
        photographs: Files of photographs to show in pages.
        language: Of the page's text; one of `texts.LANGUAGES`.
        code_styles: Names of Pygments styles.
    """

    rng: random.Random
    texts: Texts
    theme: Theme
    photographs: Sequence[Path]
    language: str
    code_styles: Sequence[str]

    def sentence(self) -> str:
        """Return a sentence of the page's language."""
        return self.texts.sentence(self.language)

    def paragraph(self, sentences: int = 4) -> str:
        """Return sentences of the page's language."""
        return self.texts.paragraph(self.language, sentences)

    def phrase(self, words: int = 3) -> str:
        """Return some words of the page's language."""
        return self.texts.phrase(words, self.language)

    def document(self, body: str, css: str = "") -> str:
        """Return a whole HTML document."""
        direction = "rtl" if self.language in RIGHT_TO_LEFT else "ltr"
        return (
            f'<!doctype html><html lang="{self.language[:2]}" dir="{direction}"><meta charset="utf-8">'
            f"<style>{self.theme.css()}{css}</style><body>{body}</body></html>"
        )

    def photograph(self, width: int, height: int, css: str = "") -> str:
        """Return an image element of width x height CSS pixels with a photograph's crop in twice as many."""
        file = self.rng.choice(self.photographs)
        with Image.open(file) as image:
            centre = (self.rng.random(), self.rng.random())
            crop = ImageOps.fit(image.convert("RGB"), (2 * width, 2 * height), centering=centre)
        stream = io.BytesIO()
        crop.save(stream, "PNG", compress_level=1)
        data = base64.b64encode(stream.getvalue()).decode()
        return f'<img src="data:image/png;base64,{data}" style="width:{width}px;height:{height}px;{css}">'

    def code(self, lines: int, *, numbers: bool) -> str:
        """Return source code with colours, in a `pre` of its own background."""
        text, language = self.texts.code(lines)
        formatter = HtmlFormatter(
            style=self.rng.choice(self.code_styles), noclasses=True, linenos="inline" if numbers else False
        )
        coloured: str = highlight(text, get_lexer_by_name(language), formatter)
        return coloured

    def slider(self, width: int) -> str:
        """Return a slider: a rail, its filled part and a knob."""
        theme, part = self.theme, self.rng.random()
        rail, knob = self.rng.choice((2, 4, 6)), self.rng.choice((10, 14, 18))
        corner = self.rng.choice(("50%", "3px", "0"))
        return (
            f'<span style="display:inline-block;position:relative;width:{width}px;height:{knob}px">'
            f'<i style="position:absolute;top:{(knob - rail) / 2}px;width:100%;height:{rail}px;'
            f'background:{theme.line}"></i>'
            f'<i style="position:absolute;top:{(knob - rail) / 2}px;width:{part:.0%};height:{rail}px;'
            f'background:{theme.accent}"></i>'
            f'<i style="position:absolute;left:{part * (width - knob):.1f}px;width:{knob}px;height:{knob}px;'
            f'border-radius:{corner};background:{theme.surface};border:2px solid {theme.accent}"></i></span>'
        )

    def icon(self, size: int) -> str:
        """Return an icon of a few strokes or shapes."""
        rng, parts = self.rng, []
        colour = rng.choice((self.theme.ink, self.theme.accent, self.theme.muted, self.theme.second))
        for _ in range(rng.randrange(1, 4)):
            a, b, c, d = (rng.randrange(3, 22) for _ in range(4))
            parts.append(
                rng.choice(
                    (
                        f'<path d="M{a} {b}L{c} {d}L{b} {c}"/>',
                        f'<circle cx="12" cy="12" r="{3 + a // 3}"/>',
                        (
                            f'<rect x="{min(a, c)}" y="{min(b, d)}" width="{abs(a - c) + 2}" '
                            f'height="{abs(b - d) + 2}"/>'
                        ),
                        '<path d="M4 7H20M4 12H20M4 17H20"/>',
                        f'<path d="M4 {b}Q12 {d} 20 {a}"/>',
                    )
                )
            )
        fill = colour if rng.random() < 0.35 else "none"
        return (
            f'<svg width="{size}" height="{size}" viewBox="0 0 24 24" fill="{fill}" stroke="{colour}" '
            f'stroke-width="{rng.choice((1, 1.5, 2, 2.5))}" style="vertical-align:middle">'
            f"{''.join(parts)}</svg>"
        )

    def avatar(self, size: int) -> str:
        """Return a round picture of a person: a photograph's crop or letters."""
        if self.rng.random() < 0.5:
            return self.photograph(size, size, "border-radius:50%")
        hue = self.rng.randrange(360)
        return (
            f'<span style="display:inline-block;width:{size}px;height:{size}px;'
            f"line-height:{size}px;color:white;"
            f'text-align:center;border-radius:50%;background:hsl({hue} 70% 45%)">{self.phrase(1)[:1]}</span>'
        )

    def chart(self, width: int, height: int) -> str:
        """Return a chart of chance values: lines, areas, bars, a ring or a map of heat."""
        draw: Callable[[Scene, int, int], str] = self.rng.choice((_lines, _lines, _bars, _ring, _heat))
        return (
            f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
            f'style="font-size:10px">{draw(self, width, height)}</svg>'
        )


def escaped(text: str) -> str:
    """Return text as HTML shows it."""
    return html.escape(text)


def walk(rng: random.Random, count: int) -> list[float]:
    """Return a random walk, scaled to 0..1."""
    values = [0.0]
    for _ in range(count - 1):
        values.append(values[-1] + rng.gauss(0, 1))
    low, high = min(values), max(values)
    return [(value - low) / ((high - low) or 1) for value in values]


def _axes(scene: Scene, width: int, height: int) -> str:
    theme, steps = scene.theme, scene.rng.randrange(3, 9)
    lines = []
    for step in range(steps + 1):
        y = 5 + (height - 25) * step / steps
        lines.append(
            f'<path d="M34 {y:.1f}H{width - 4}" stroke="{theme.line}" stroke-width="1"/>'
            f'<text x="4" y="{y + 3:.1f}" fill="{theme.muted}">{(steps - step) * 25}</text>'
        )
        x = 34 + (width - 60) * step / steps
        lines.append(f'<text x="{x:.1f}" y="{height - 5}" fill="{theme.muted}">{2010 + step}</text>')
    return "".join(lines)


def _lines(scene: Scene, width: int, height: int) -> str:
    drawn = [_axes(scene, width, height)]
    for colour in (scene.theme.accent, scene.theme.second, scene.theme.ink)[: scene.rng.randrange(1, 4)]:
        values = walk(scene.rng, scene.rng.randrange(12, 90))
        points = " ".join(
            f"{34 + (width - 40) * i / (len(values) - 1):.1f},{5 + (height - 25) * (1 - v):.1f}"
            for i, v in enumerate(values)
        )
        drawn.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" '
            f'stroke-width="{scene.rng.choice((1, 1.5, 2, 3))}"/>'
        )
        if scene.rng.random() < 0.3:
            drawn.append(
                f'<polygon points="34,{height - 20} {points} {width - 6},{height - 20}" '
                f'fill="{colour}" opacity=".2"/>'
            )
    return "".join(drawn)


def _bars(scene: Scene, width: int, height: int) -> str:
    count = scene.rng.randrange(5, 26)
    step = (width - 42) / count
    bars = []
    for index in range(count):
        tall = (height - 25) * scene.rng.random()
        colour = scene.theme.second if scene.rng.random() < 0.2 else scene.theme.accent
        bars.append(
            f'<rect x="{36 + step * index:.1f}" y="{height - 20 - tall:.1f}" width="{0.7 * step:.1f}" '
            f'height="{tall:.1f}" fill="{colour}"/>'
        )
    return _axes(scene, width, height) + "".join(bars)


def _ring(scene: Scene, width: int, height: int) -> str:
    radius, start, parts = 0.42 * min(width, height), 0.0, []
    hue = scene.rng.randrange(360)
    for index in range(scene.rng.randrange(3, 8)):
        end = min(1.0, start + scene.rng.uniform(0.08, 0.4))
        points = " ".join(
            f"{width / 2 + radius * math.cos(2 * math.pi * t):.1f},"
            f"{height / 2 + radius * math.sin(2 * math.pi * t):.1f}"
            for t in (start + (end - start) * k / 24 for k in range(25))
        )
        parts.append(
            f'<polygon points="{width / 2},{height / 2} {points}" fill="hsl({hue + 47 * index} 75% 50%)" '
            f'stroke="{scene.theme.surface}"/>'
        )
        start = end
    hole = scene.rng.choice((0, 0.5, 0.7)) * radius
    middle = f'<circle cx="{width / 2}" cy="{height / 2}" r="{hole:.1f}" fill="{scene.theme.surface}"/>'
    return "".join(parts) + middle


def _heat(scene: Scene, width: int, height: int) -> str:
    cell, hue = scene.rng.choice((6, 10, 14)), scene.rng.randrange(360)
    return "".join(
        f'<rect x="{x}" y="{y}" width="{cell - 1}" height="{cell - 1}" '
        f'fill="hsl({hue} 80% {90 - 70 * scene.rng.random() ** 2:.0f}%)"/>'
        for y in range(0, height - cell, cell)
        for x in range(0, width - cell, cell)
    )
