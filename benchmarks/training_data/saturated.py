"""Photographs of strong colours: the most saturated ones at hand, and others whose colours are shifted."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from benchmarks.training_data.canvas import gradient, palette

Pixels = npt.NDArray[np.float64]  # (H, W, 3), 0..1
LUMA = np.array([0.299, 0.587, 0.114])
GELS = ((1.0, 0.45, 0.0), (1.0, 0.0, 0.1), (0.1, 0.2, 1.0), (0.0, 1.0, 0.3), (1.0, 0.0, 0.9), (1.0, 0.9, 0.0))


def colourfulness(file: Path) -> float:
    """Return the mean over pixels of the largest minus the smallest channel, 0..255, of a small copy."""
    with Image.open(file) as image:
        image.draft("RGB", (256, 256))
        small = np.asarray(image.convert("RGB").resize((96, 96), Image.Resampling.BOX))
    return float(np.mean(np.ptp(small.astype(np.int16), axis=-1)))


def most_saturated(files: Sequence[Path], count: int) -> list[Path]:
    """Return the `count` most colourful files, the most colourful one first."""
    return sorted(files, key=lambda file: (-colourfulness(file), file))[:count]


def shift_colours(picture: Image.Image, rng: random.Random) -> Image.Image:
    """Return a photograph in stronger or turned colours, in coloured light, or before a bright backdrop."""
    shift: Callable[[Pixels, random.Random], Pixels] = rng.choice(SHIFTS)
    shifted = shift(np.asarray(picture.convert("RGB")) / 255, rng)
    return Image.fromarray(np.rint(255 * np.clip(shifted, 0, 1)).astype(np.uint8))


def _boost(pixels: Pixels, rng: random.Random) -> Pixels:
    luma = (pixels @ LUMA)[..., None]
    return np.asarray(luma + rng.uniform(1.6, 3.2) * (pixels - luma))


def _turn(pixels: Pixels, rng: random.Random) -> Pixels:
    """Turn hues by an angle around the grey axis (Rodrigues' formula), then boost."""
    angle = rng.uniform(0.6, 5.6)
    axis = np.full(3, 3**-0.5)
    cross = np.cross(np.eye(3), axis)
    turn = np.eye(3) * np.cos(angle) + cross * np.sin(angle) + np.outer(axis, axis) * (1 - np.cos(angle))
    return _boost(pixels @ turn.T, rng)


def _light(pixels: Pixels, rng: random.Random) -> Pixels:
    gel = np.array(rng.choice(GELS))
    part = rng.uniform(0.5, 0.95)
    return np.asarray(pixels * (1 - part + part * gel) * 1.15)


def _two_colours(pixels: Pixels, rng: random.Random) -> Pixels:
    """Map dark to bright along one colour and on to another, with a rest of the photograph's own colours."""
    first, second = (np.array(gel) for gel in rng.sample(GELS, 2))
    luma = (pixels @ LUMA)[..., None]
    dark, bright = rng.uniform(0, 0.3) * first, second + rng.uniform(0, 0.5) * (1 - second)
    return np.asarray(dark + (bright - dark) * luma + 0.25 * (pixels - luma))


def _backdrop(pixels: Pixels, rng: random.Random) -> Pixels:
    """Put a saturated colour or gradient where the photograph is brightest or darkest."""
    luma = pixels @ LUMA
    low, high = np.quantile(luma, sorted((rng.uniform(0.2, 0.5), rng.uniform(0.5, 0.8))))
    part = np.clip((luma - low) / max(high - low, 0.02), 0, 1)
    part = (part if rng.random() < 0.5 else 1 - part)[..., None]
    size = (pixels.shape[1], pixels.shape[0])
    gel = np.array(rng.choice(GELS))
    ground = np.asarray(gradient(rng, size, palette(rng, 2))) / 255 if rng.random() < 0.4 else gel
    return np.asarray(pixels + part * (ground - pixels))


SHIFTS = (_boost, _boost, _turn, _light, _two_colours, _backdrop)


def write_saturated(chosen: Sequence[Path], shifted: Sequence[Path], folder: Path, seed: int) -> None:
    """Write JPEG files: copies of the photographs chosen, and those to be shifted at quality 95, 4:4:4.

    Files that are there already are kept; the seed chooses the shifts.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number, file in enumerate((*chosen, *shifted)):
        target = folder / f"saturated-{number:04}.jpg"
        if target.exists():
            continue
        if number < len(chosen):
            target.write_bytes(file.read_bytes())
            continue
        with Image.open(file) as image:
            picture = shift_colours(image, random.Random(f"{seed}/{number}"))
        picture.save(target, "JPEG", quality=95, subsampling=0)
