"""The pictures of the demo: photographs that the scikit-image package ships, or the user's own."""

import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from beholder.image.read import read_picture


@dataclass(frozen=True)
class Photograph:
    """A picture with its name and whom to thank for it.

    Attributes:
        name: short, for tables.
        credit: one line for people.
        pixels: (H, W, 3) uint8, sRGB.
    """

    name: str
    credit: str
    pixels: NDArray[np.uint8]


# The colour photographs of scikit-image's wheel that are stored without loss (PNG): one that had been a JPEG
# before would carry the artefacts of its first encoder. Credits: docstrings of skimage.data.
_SHIPPED = {
    "astronaut": "Eileen Collins; NASA, public domain",
    "chelsea": "Chelsea; Stéfan van der Walt, CC0",
    "coffee": "A cup of coffee; Rachel Michetti, CC0",
    "motorcycle_left": "Motorcycle; Middlebury stereo benchmark 2014, Scharstein et al.",
}


def shipped_photographs() -> list[Photograph]:
    """Returns the photographs that scikit-image ships, found without importing it.

    Raises:
        FileNotFoundError: scikit-image is not installed, or lacks one of them.
    """
    spec = importlib.util.find_spec("skimage")
    if spec is None or spec.origin is None:
        raise FileNotFoundError(
            "the photographs come with scikit-image, which is missing: pip install '.[demo]'"
        )
    folder = Path(spec.origin).parent / "data"
    return [
        Photograph(name.removesuffix("_left"), credit, _read_rgb(folder / f"{name}.png"))
        for name, credit in _SHIPPED.items()
    ]


def own_photographs(paths: Iterable[Path]) -> list[Photograph]:
    """Returns the user's pictures, named by their files."""
    return [Photograph(path.stem, path.name, _read_rgb(path)) for path in paths]


def _read_rgb(path: Path) -> NDArray[np.uint8]:
    return read_picture(path, background=(255, 255, 255)).upright_rgb()
