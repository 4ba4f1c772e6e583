"""Which formats are read, and what is said where a plug-in is missing."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.errors import UnsupportedImageError
from beholder.image.picture_formats import (
    known_suffixes,
    missing_reader,
    optional_format_of,
    readable_suffixes,
)
from beholder.image.read import read_picture

PIXELS = (
    np.add.outer(np.arange(48) * 2, np.arange(64) * 3)[..., np.newaxis].astype(np.uint8).repeat(3, axis=2)
)
HEADS = {
    ".heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    ".jxl": b"\xff\x0a" + bytes(20),
    ".avif": b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf",
    ".webp": b"RIFF\0\0\0\0WEBPVP8 ",
}


@pytest.fixture
def no_plug_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beholder.image.picture_formats.find_spec", lambda name: None)


@pytest.mark.parametrize("suffix", HEADS)
@pytest.mark.usefixtures("no_plug_ins")
def test_a_missing_plug_in_is_named_with_what_to_install(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"photo{suffix}"
    path.write_bytes(HEADS[suffix])
    with pytest.raises(UnsupportedImageError, match=rf"photo{suffix}: reading .* needs .*") as caught:
        read_picture(path)
    words = missing_reader(suffix.upper())
    assert words is not None
    assert words in str(caught.value)
    assert suffix not in readable_suffixes()
    assert suffix in known_suffixes()


def test_missing_readers_name_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beholder.image.picture_formats.find_spec", lambda name: None)
    for suffix in (".heic", ".heif", ".jxl", ".avif"):
        assert "pip install 'beholder[formats]'" in (missing_reader(suffix) or "")
    for suffix in (".png", ".jpg", ".doc", ""):
        assert missing_reader(suffix) is None


def test_a_broken_plug_in_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise ImportError(f"{name}: a library is missing")

    monkeypatch.setattr("beholder.image.picture_formats.find_spec", lambda name: object())
    monkeypatch.setattr("beholder.image.picture_formats.import_module", broken)
    with pytest.raises(UnsupportedImageError, match=r"does not work \(pillow_heif: a library is missing\)"):
        read_picture(HEADS[".heic"])


def test_plug_ins_are_imported_when_needed_only() -> None:
    code = (
        "import sys, io, numpy, beholder.image.read as i, beholder.image.picture_formats as f;"
        "f.readable_suffixes();"
        "from PIL import Image; b = io.BytesIO(); Image.new('L', (8, 8)).save(b, 'PNG');"
        "i.read_picture(b.getvalue());"
        "print(sorted({'pillow_heif', 'pillow_jxl'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_heads_of_other_files_are_no_optional_format() -> None:
    for data in (b"", b"\x89PNG\r\n\x1a\n", b"II*\0", b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", b"\0\0\0\0ftyp"):
        assert optional_format_of(data) is None


def test_heic_is_read() -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(PIXELS)).save(file, quality=95, chroma="444", exif=exif.tobytes())
    picture = read_picture(file.getvalue())
    assert picture.metadata.orientation == 1, "libheif has turned it"
    assert np.abs(picture.upright_rgb().astype(int) - np.rot90(PIXELS, -1)).mean() < 4


def test_jpeg_xl_is_read() -> None:
    pytest.importorskip("pillow_jxl")
    exif = Image.Exif()
    exif[0x0112] = 6  # which counts in no JPEG XL file: it has a field of its own
    exif[0x010F] = "Maker"
    file = io.BytesIO()
    Image.fromarray(PIXELS).save(file, "JXL", lossless=True, exif=exif.tobytes(), use_container=True)
    picture = read_picture(file.getvalue())
    assert np.array_equal(picture.pixels, PIXELS)
    assert picture.metadata.orientation == 1
    assert b"Maker" in (picture.metadata.exif or b"")


def test_animated_jpeg_xl_is_refused() -> None:
    pytest.importorskip("pillow_jxl")
    imagecodecs = pytest.importorskip("imagecodecs")
    frames = np.stack((PIXELS, 255 - PIXELS))
    for sides in ((48, 64), (47, 63), (48, 48)):
        cut = frames[:, : sides[0], : sides[1]].copy()
        with pytest.raises(UnsupportedImageError, match="animation"):
            read_picture(imagecodecs.jpegxl_encode(cut, lossless=True))
        assert read_picture(imagecodecs.jpegxl_encode(cut[0], lossless=True)).height == sides[0]
