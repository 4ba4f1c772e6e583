"""Colours, fonts and sizes of rendered pages: other fonts in validation than in training."""

from __future__ import annotations

import random
import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class Fonts:
    """Families to choose from; `script` ones hold Chinese, Japanese and Arabic letters."""

    text: tuple[str, ...]
    mono: tuple[str, ...]
    script: tuple[str, ...]


TRAINING_FONTS = Fonts(
    text=(
        "DejaVu Sans",
        "DejaVu Serif",
        "Liberation Sans",
        "Liberation Serif",
        "Liberation Sans Narrow",
        "Roboto",
        "Roboto Condensed",
        "Lato",
        "Open Sans",
        "Noto Sans",
        "Noto Serif",
        "Carlito",
        "FreeSans",
        "Cantarell",
    ),
    mono=("DejaVu Sans Mono", "Liberation Mono", "Fira Code", "Noto Mono", "FreeMono"),
    script=("Noto Sans CJK SC", "Noto Sans Arabic"),
)
VALIDATION_FONTS = Fonts(
    text=("Inter", "EB Garamond", "Linux Libertine O", "Linux Biolinum O", "Caladea"),
    mono=("JetBrains Mono", "Hack"),
    script=("Noto Serif CJK SC", "Noto Naskh Arabic"),
)


@dataclass(frozen=True)
class Theme:
    """What a page's style sheet is filled with; colours are CSS colours.

    Attributes:
        page: The background.
        surface: The background of cards, bars and fields.
        ink: The text.
        muted: Secondary text.
        accent: Buttons, links, the first series of a chart.
        second: Another accent.
        line: Borders and rules.
        on_accent: Text on `accent`.
        font: The families of text, as CSS takes them.
        heading_font: Those of headings.
        mono: Those of code.
        size_px: The size of text in CSS pixels.
        radius_px: The radius of corners in CSS pixels.
        dark: Whether text is lighter than the page.
    """

    page: str
    surface: str
    ink: str
    muted: str
    accent: str
    second: str
    line: str
    on_accent: str
    font: str
    heading_font: str
    mono: str
    size_px: int
    radius_px: int
    dark: bool

    def css(self) -> str:
        """Return the rules that every page has."""
        return f"""
* {{ box-sizing: border-box; }}
html, body {{ margin: 0; height: 100%; overflow: hidden; }}
body {{ background: {self.page}; color: {self.ink}; font: {self.size_px}px/1.45 {self.font}; }}
h1, h2, h3, h4 {{ font-family: {self.heading_font}; line-height: 1.2; margin: .5em 0 .4em; }}
p {{ margin: .4em 0 .7em; }}
a, .link {{ color: {self.accent}; text-decoration: underline; }}
code, pre, .mono {{ font-family: {self.mono}; }}
table {{ border-collapse: collapse; }}
.card {{ background: {self.surface}; border: 1px solid {self.line}; border-radius: {self.radius_px}px; }}
.muted {{ color: {self.muted}; }}
.bar {{ background: {self.surface}; border-bottom: 1px solid {self.line}; }}
.row {{ display: flex; align-items: center; gap: .7em; }}
.grow {{ flex: 1; }}
.button {{ background: {self.accent}; color: {self.on_accent}; border-radius: {self.radius_px}px;
  padding: .35em .9em; display: inline-block; white-space: nowrap; }}
.plain {{ background: transparent; color: {self.ink}; border: 1px solid {self.line}; }}
.chip {{ background: {self.second}; color: {self.page}; border-radius: 9em; padding: 0 .6em;
  font-size: .8em; display: inline-block; white-space: nowrap; }}
.one-line {{ white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }}
"""


def random_theme(rng: random.Random, fonts: Fonts) -> Theme:
    """Return a light, dark or saturated theme with fonts of the given ones."""
    hue, shift = rng.randrange(360), rng.choice((25, 60, 120, 180, 220))
    kind = rng.choices(("light", "dark", "saturated"), (45, 30, 25))[0]
    other = (hue + shift) % 360
    if kind == "light":
        tint = rng.choice((0, 0, 8, 20))
        page = f"hsl({hue} {tint}% {rng.choice((100, 98, 95))}%)"
        surface = f"hsl({hue} {tint}% {rng.choice((100, 93))}%)"
        ink = f"hsl({hue} 15% {rng.randrange(5, 25)}%)"
        muted, line = f"hsl({hue} 10% 45%)", f"hsl({hue} 12% 83%)"
        accent, second = f"hsl({hue} {rng.randrange(55, 100)}% 42%)", f"hsl({other} 80% 38%)"
        on_accent = "white"
    elif kind == "dark":
        tint = rng.choice((0, 8, 22))
        page = f"hsl({hue} {tint}% {rng.randrange(0, 16)}%)"
        surface = f"hsl({hue} {tint}% {rng.randrange(12, 22)}%)"
        ink = f"hsl({hue} 12% {rng.randrange(78, 98)}%)"
        muted, line = f"hsl({hue} 10% 58%)", f"hsl({hue} 12% 28%)"
        accent, second = f"hsl({hue} {rng.randrange(60, 100)}% 62%)", f"hsl({other} 85% 65%)"
        on_accent = "black"
    else:
        deep = rng.random() < 0.6
        of_page, of_surface = ((30, 45), (22, 36)) if deep else ((55, 72), (68, 85))
        page = f"hsl({hue} {rng.randrange(80, 101)}% {rng.randrange(*of_page)}%)"
        surface = f"hsl({other} {rng.randrange(70, 101)}% {rng.randrange(*of_surface)}%)"
        ink, muted = ("white", "hsl(0 0% 88%)") if deep else ("#111", "#333")
        line = f"hsl({hue} 90% {60 if deep else 30}%)"
        accent = rng.choice(("#ff0", "#0ff", "#f0f", "#f60", "#0f6"))
        second, on_accent = rng.choice(("#f00", "#00f", "#0c0", "#fff")), "black"
    font, heading = rng.choice(fonts.text), rng.choice(fonts.text)
    scripts = ", ".join(f"'{family}'" for family in fonts.script)
    mono = rng.choice(fonts.mono)
    return Theme(
        page=page,
        surface=surface,
        ink=ink,
        muted=muted,
        accent=accent,
        second=second,
        line=line,
        on_accent=on_accent,
        font=f"'{font}', {scripts}, sans-serif",
        heading_font=f"'{rng.choice((font, heading))}', {scripts}, sans-serif",
        mono=f"'{mono}', {scripts}, monospace",
        size_px=rng.choice((11, 12, 13, 14, 14, 15, 16, 16, 18, 20)),
        radius_px=rng.choice((0, 3, 6, 12)),
        dark=kind == "dark" or (kind == "saturated" and deep),
    )


def require(fonts: Fonts) -> None:
    """Check that fontconfig knows all the families.

    Raises:
        FileNotFoundError: Some are missing.
    """
    listed = subprocess.run(["fc-list", ":", "family"], check=True, capture_output=True, text=True).stdout
    known = {family.strip() for line in listed.splitlines() for family in line.split(",")}
    missing = sorted({*fonts.text, *fonts.mono, *fonts.script} - known)
    if missing:
        raise FileNotFoundError(f"fonts missing: {', '.join(missing)}; install.sh installs them")
