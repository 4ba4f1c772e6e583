"""The colour map of heat maps."""

import numpy as np

from beholder.jpeg.colour_map import COLOURS, _path, _srgb, colour_map


def oklab(colours: np.ndarray) -> np.ndarray:
    """Oklab of sRGB colours, by the forward matrices of its definition."""
    rgb = colours / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    lms = (
        linear
        @ np.array(
            [
                [0.4122214708, 0.5363325363, 0.0514459929],
                [0.2119034982, 0.6806995451, 0.1073969566],
                [0.0883024619, 0.2817188376, 0.6299787005],
            ]
        ).T
    )
    return (
        np.cbrt(lms)
        @ np.array(
            [
                [0.2104542553, 0.7936177850, -0.0040720468],
                [1.9779984951, -2.4285922050, 0.4505937099],
                [0.0259040371, 0.7827717662, -0.8086757660],
            ]
        ).T
    )


def test_every_colour_is_one_that_srgb_holds() -> None:
    colours = _srgb(_path(np.linspace(0, 1, 1000)))
    assert colours.min() >= 0
    assert colours.max() <= 1


def test_steps_look_alike_and_lightness_rises() -> None:
    table = oklab(colour_map().astype(float))
    assert len(table) == COLOURS
    # Over eight colours, so that rounding to whole samples does not matter.
    steps = np.linalg.norm(table[8:] - table[:-8], axis=1)
    assert steps.max() / steps.min() < 1.25
    assert np.all(np.diff(table[::4, 0]) > 0)
    assert table[0, 0] < 0.22
    assert table[-1, 0] > 0.92
