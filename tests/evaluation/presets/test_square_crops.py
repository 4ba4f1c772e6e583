import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.evaluation.item import Item
from beholder.evaluation.presets.square_crops import write_crops


@pytest.mark.parametrize("size", [(90, 60), (60, 90), (32, 32), (20, 31)])
def test_squares_have_the_side_and_the_middle(tmp_path: Path, size: tuple[int, int]) -> None:
    width, height = size
    ramp = np.linspace(0, 255, max(size)).astype(np.uint8)
    line = ramp[np.newaxis, :] if width >= height else ramp[:, np.newaxis]
    Image.fromarray(np.broadcast_to(line[..., np.newaxis], (height, width, 3)).copy()).save(
        tmp_path / "a.png"
    )
    item = Item("deep/a.png", tmp_path / "a.png", label=3)
    squares, problems = write_crops([item], 32, tmp_path / "squares")
    assert problems == []
    assert squares == [Item("deep/a.png", tmp_path / "squares" / "deep" / "a.png.png", label=3)]
    pixels = squares[0].pixels
    assert pixels.shape == (32, 32, 3)
    assert abs(float(pixels.mean()) - 127.5) < 3


def test_squares_are_made_anew_for_newer_pictures_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (40, 40), "red").save(path)
    os.utime(path, (1_000_000, 1_000_000))
    item = Item("a.png", path)
    (square,), _ = write_crops([item], 16, tmp_path / "squares")
    square.path.write_bytes(b"kept")
    write_crops([item], 16, tmp_path / "squares")
    assert square.path.read_bytes() == b"kept"
    os.utime(path, (9_000_000_000, 9_000_000_000))
    (square,), _ = write_crops([item], 16, tmp_path / "squares")
    assert square.pixels[0, 0].tolist() == [255, 0, 0]


def test_what_cannot_be_read_is_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    squares, (problem,) = write_crops([Item("a.png", tmp_path / "a.png")], 16, tmp_path / "squares")
    assert squares == []
    assert problem.startswith("a.png: ")
