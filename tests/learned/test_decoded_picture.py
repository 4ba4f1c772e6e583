"""Decoded pictures are saved without further loss."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.errors import OutputError, UsageError

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("constriction", reason="constriction is not installed")

from beholder.learned.coder import DecodedPicture
from beholder.metadata.metadata import Metadata

PIXELS = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
PICTURE = DecodedPicture(PIXELS, Metadata(xmp=b"<x:xmpmeta/>"))


@pytest.mark.parametrize("name", ["a.png", "a.PNG", "new/folder/a.tif", "a.b.ppm", "a.bmp"])
def test_the_suffix_says_the_format(tmp_path: Path, name: str) -> None:
    PICTURE.save(tmp_path / name)
    with Image.open(tmp_path / name) as image:
        assert image.format == {"png": "PNG", "tif": "TIFF", "ppm": "PPM", "bmp": "BMP"}[name[-3:].lower()]
        assert (np.asarray(image) == PIXELS).all()


def test_metadata_are_saved_with_it(tmp_path: Path) -> None:
    PICTURE.save(tmp_path / "a.png")
    assert b"<x:xmpmeta/>" in (tmp_path / "a.png").read_bytes()


@pytest.mark.parametrize("name", ["a.jpg", "a", ".png"])
def test_other_formats_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"is not a format to decode to; take \.png, \.tif"):
        PICTURE.save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_unless_told(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"precious")
    with pytest.raises(OutputError, match="exists already"):
        PICTURE.save(path)
    assert path.read_bytes() == b"precious"
    PICTURE.save(path, overwrite=True)
    with Image.open(path) as image:
        assert image.size == (30, 20)
    assert list(tmp_path.iterdir()) == [path]
