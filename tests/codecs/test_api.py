"""The functions that every caller begins with."""

import inspect
import io
import pickle
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import beholder
from beholder.codecs.registry import CODECS, find_codec
from tests.jpeg.containers import jpeg
from tests.jpeg.pictures import photograph
from tests.learned.files import bhd_file, header_of


class PathOfBytes:
    """A path that is bytes, as those of `os.scandir` of bytes are."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __fspath__(self) -> bytes:
        return bytes(self.path)


def test_encode_has_the_options_of_all_codecs_by_name() -> None:
    """So that an editor completes them; None, which all begin with, leaves them to the codec."""
    parameters = inspect.signature(beholder.encode).parameters
    named = {name for name, each in parameters.items() if each.kind is inspect.Parameter.KEYWORD_ONLY}
    options = {field.name for codec in CODECS for field in fields(find_codec(codec).Options)}
    assert named == options | {"codec"}
    assert all(parameters[name].default is None for name in options)
    assert beholder.encode.__doc__ is not None
    assert all(f"        {name}: " in beholder.encode.__doc__ for name in named)


def test_options_of_the_other_codec_are_refused() -> None:
    with pytest.raises(beholder.UsageError, match="rounding is an option of the codec learned, not of jpeg"):
        beholder.encode(photograph(0, 64, 48), rounding="nearest")
    with pytest.raises(beholder.UsageError, match="scans is an option of the codec jpeg, not of learned"):
        beholder.encode(photograph(0, 64, 48), codec="learned", scans="auto")
    with pytest.raises(beholder.UsageError, match="the codec jpeg takes JpegOptions"):
        beholder.encode(photograph(0, 64, 48), beholder.LearnedOptions())
    with pytest.raises(beholder.UsageError, match="codec is 'jxl'; it must be one of jpeg, learned"):
        beholder.encode(photograph(0, 64, 48), codec="jxl")  # type: ignore[arg-type]


def test_the_result_is_told_in_a_line_and_says_its_codec() -> None:
    result = beholder.encode(photograph(0, 64, 48), quality=60)
    assert repr(result) == (
        f"EncodeResult(jpeg, 64x48, {len(result.data)} bytes, {result.rate_bpp:.3f} bpp, quality 60)"
    )
    sent = pickle.loads(pickle.dumps(result))
    assert (sent.data, sent.quality, sent.notes) == (result.data, result.quality, result.notes)
    with pytest.raises(beholder.UsageError, match="no picture to compare with"):
        _ = sent.psnr_db


@pytest.mark.parametrize("kind", [str, Path, PathOfBytes, bytes, io.BytesIO])
def test_a_jpeg_is_decoded_as_libjpeg_does(tmp_path: Path, kind: type) -> None:
    data = jpeg(comment=b"mine")
    path = tmp_path / "a.dat"  # by content, not by suffix
    path.write_bytes(data)
    picture = beholder.decode(kind(path) if kind in (str, Path, PathOfBytes) else kind(data))
    with Image.open(path) as expected:
        assert (picture.pixels == np.asarray(expected)).all()
    assert picture.save(tmp_path / "a.png") == ("further metadata segments are dropped (comment)",)
    with Image.open(tmp_path / "a.png") as saved:
        assert (np.asarray(saved) == picture.pixels).all()


def test_a_picture_that_was_decoded_can_be_encoded_and_compared() -> None:
    data = jpeg(quality=95)
    picture = beholder.decode(data)
    again = beholder.encode(picture, lossless=True)
    assert beholder.compare(picture, again.data).psnr_db == np.inf


def test_damage_is_told_by_decode_itself(tmp_path: Path) -> None:
    path = tmp_path / "cut.jpg"
    path.write_bytes(jpeg()[:200])
    with pytest.raises(beholder.InputError, match=r"cut\.jpg: "):
        beholder.decode(path)
    with pytest.raises(beholder.InputError, match=r"^bytes: not a file of the codecs"):
        beholder.decode(b"\x89PNG")
    with pytest.raises(beholder.UsageError, match="threads is 0; it must be a whole number from 1 to 1024"):
        beholder.decode(path, threads=0)


def test_reports_are_told_in_a_line() -> None:
    data = jpeg(width=64, height=48, quality=75)
    assert repr(beholder.inspect(data)).startswith(f"JpegReport(bytes, 64x48, {len(data)} bytes, ")
    assert repr(beholder.inspect(data)).endswith("libjpeg quality 75)")
    assert repr(beholder.inspect(bhd_file(header_of(30, 20)))).startswith("LearnedReport(bytes, 30x20, ")
