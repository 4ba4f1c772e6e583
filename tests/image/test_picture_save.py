"""Decoded pictures are saved without further loss."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.errors import OutputError, UsageError
from beholder.image.picture import Picture
from beholder.metadata.jpeg_header import COM, Segment
from beholder.metadata.metadata import Metadata

PIXELS = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
PICTURE = Picture.of_pixels(PIXELS, Metadata(xmp=b"<x:xmpmeta/>"), "array")


@pytest.mark.parametrize("name", ["a.png", "a.PNG", "new/folder/a.tif", "a.b.ppm", "a.bmp"])
def test_the_suffix_says_the_format(tmp_path: Path, name: str) -> None:
    PICTURE.save(tmp_path / name)
    with Image.open(tmp_path / name) as image:
        assert image.format == {"png": "PNG", "tif": "TIFF", "ppm": "PPM", "bmp": "BMP"}[name[-3:].lower()]
        assert (np.asarray(image) == PIXELS).all()


def test_metadata_are_saved_with_it(tmp_path: Path) -> None:
    assert PICTURE.save(tmp_path / "a.png") == ()
    assert b"<x:xmpmeta/>" in (tmp_path / "a.png").read_bytes()


def test_what_the_format_cannot_hold_is_told(tmp_path: Path) -> None:
    assert PICTURE.save(tmp_path / "a.bmp") == ("XMP is dropped, which .bmp cannot hold",)
    commented = Picture.of_pixels(PIXELS, Metadata(other_segments=(Segment(COM, b"mine"),)), "array")
    assert commented.save(tmp_path / "b.png") == ("further metadata segments are dropped (comment)",)


def test_a_picture_is_told_in_a_line() -> None:
    assert repr(PICTURE) == "Picture(array, 30x20, colour, pixels, Metadata(XMP 12 bytes))"


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
