"""`beholder.encode`: sources, results, kept inputs."""

import io
import math
from dataclasses import FrozenInstanceError
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import beholder
from beholder import EncodeResult, JpegOptions
from beholder.image.jpeg_pixels import decode_jpeg
from beholder.image.picture import Picture, notes_on_sides
from beholder.image.read import read_picture
from tests.cli.program import photograph


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def jpeg(image: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", **options)
    return file.getvalue()


@settings(max_examples=30)
@given(st.integers(1, 40), st.integers(1, 40), st.booleans(), st.integers(1, 100))
def test_any_size_and_quality_decodes(height: int, width: int, grey: bool, quality: int) -> None:
    pixels = np.asarray(photograph(height, width).convert("L" if grey else "RGB"))
    result = beholder.encode(pixels, quality=quality)
    with Image.open(io.BytesIO(result.data)) as image:
        assert image.size == (width, height) == (result.width, result.height)
        assert image.mode == ("L" if grey else "RGB")
    assert result.quality == quality
    assert result.rate_bpp == 8 * len(result.data) / (width * height)


def test_every_source_gives_the_same_bytes(tmp_path: Path) -> None:
    image = photograph()
    path = tmp_path / "a.png"
    path.write_bytes(png(image))
    expected = beholder.encode(np.asarray(image)).data
    for source in (image, path, str(path), path.read_bytes(), io.BytesIO(path.read_bytes())):
        assert beholder.encode(source).data == expected


def test_options_come_as_keywords_or_at_once() -> None:
    image = photograph()
    assert beholder.encode(image, quality=40).data == beholder.encode(image, JpegOptions(quality=40)).data
    with pytest.raises(beholder.UsageError, match="got options and quality"):
        beholder.encode(image, JpegOptions(), quality=40)
    with pytest.raises(TypeError, match="unexpected keyword argument 'qualty'"):
        beholder.encode(image, qualty=40)  # type: ignore[call-arg]


def test_a_result_is_frozen_and_knows_its_psnr() -> None:
    image = photograph()
    result = beholder.encode(image, quality=90)
    with Image.open(io.BytesIO(result.data)) as decoded:
        difference = np.asarray(decoded).astype(float) - np.asarray(image)
    assert result.psnr_db == pytest.approx(10 * math.log10(255**2 / np.mean(difference**2)))
    with pytest.raises(FrozenInstanceError):
        result.data = b""  # type: ignore[misc]
    assert len(repr(result)) < 300


def test_a_result_saves_itself_and_overwrites_only_when_told(tmp_path: Path) -> None:
    result = beholder.encode(photograph())
    path = tmp_path / "a.jpg"
    result.save(path)
    assert path.read_bytes() == result.data
    with pytest.raises(beholder.OutputError, match="exists already"):
        result.save(path)
    result.save(path, overwrite=True)


def grown(picture: Picture, file: bytes, options: JpegOptions) -> EncodeResult:
    """A codec whose every result is larger than a small input."""
    data = jpeg(photograph(), quality=100) * 9
    return EncodeResult(
        codec="jpeg",
        data=data,
        width=64,
        height=48,
        quality=1,
        subsampling="4:2:0",
        progressive=False,
        picture=picture,
        decode=partial(decode_jpeg, name="result"),
    )


def test_an_input_that_cannot_shrink_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beholder.jpeg.encode._encode_again", grown)
    source = jpeg(photograph(), progressive=True, subsampling="4:4:4")
    result = beholder.encode(source)
    assert (result.data, result.kept_input, result.quality) == (source, True, None)
    assert (result.subsampling, result.progressive) == ("4:4:4", True)
    assert result.psnr_db == math.inf
    assert not beholder.encode(source, scans="sequential").kept_input, (
        "the input is not of the scans asked for"
    )
    assert beholder.encode(source, scans="progressive").kept_input
    assert not beholder.encode(photograph()).kept_input, "only a JPEG can be kept"


def test_a_kept_input_is_stripped_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beholder.jpeg.encode._encode_again", grown)
    source = jpeg(photograph(), comment=b"secret")
    result = beholder.encode(source, metadata="strip")
    assert result.kept_input
    assert b"secret" in source
    assert b"secret" not in result.data
    assert np.array_equal(Image.open(io.BytesIO(result.data)), Image.open(io.BytesIO(source)))


def test_the_subsampling_of_a_jpeg_is_not_changed() -> None:
    source = jpeg(photograph(), subsampling="4:2:2", quality=98)
    assert beholder.encode(source).subsampling == "4:2:2"
    assert beholder.encode(source, subsampling="4:2:2").subsampling == "4:2:2"
    with pytest.raises(beholder.UsageError, match="is a JPEG of 4:2:2"):
        beholder.encode(source, subsampling="4:4:4")


@pytest.mark.parametrize("options", [75, {"quality": 75}, "human"])
def test_options_of_another_type_are_refused(options: object) -> None:
    with pytest.raises(beholder.UsageError, match="the codec jpeg takes JpegOptions"):
        beholder.encode(photograph(), options)  # type: ignore[arg-type]


def test_sides_that_libjpeg_refuses_are_told_and_not_scored() -> None:
    image = np.full((1, 65501), 99, np.uint8)
    result = beholder.encode(image)
    picture = read_picture(result.data)
    assert notes_on_sides(picture) == result.notes != ()
    assert picture.notes == (), "a note on JPEG results alone"
    with pytest.raises(beholder.UnsupportedImageError, match="ask for a quality or a size"):
        beholder.encode(image, psnr=30)


def test_a_target_that_no_setting_reaches_is_said_in_its_unit() -> None:
    with pytest.raises(
        beholder.TargetError, match=r"no setting gives 100 bytes: the smallest file has \d+ bytes"
    ):
        beholder.encode(photograph(), size_bytes=100)
    with pytest.raises(beholder.TargetError, match=r"no setting gives 0\.001 bpp"):
        beholder.encode(photograph(), bpp=0.001)


def test_notes_reach_the_result() -> None:
    image = photograph().convert("L")
    image.info["icc_profile"] = bytes(16) + b"RGB " + bytes(200)
    assert "ICC profile" in beholder.encode(image).notes[0]
