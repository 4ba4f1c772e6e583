"""The decoders' benchmark: its reference, and that it sees what a decoder or a reader does wrong."""

import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from beholder import _core
from tests.jpeg.pictures import photograph

pytest.importorskip("jpeglib", reason="jpeglib, the oracle for coefficients, is not installed")

from benchmarks.jpeg.decoder_files import WrittenFile, _written
from benchmarks.jpeg.decoder_programs import Decoded, Pillow
from benchmarks.jpeg.decoders import _difference, same_levels
from benchmarks.jpeg.reference_decoder import component_samples, rgb_samples


@pytest.fixture
def jpeg_file() -> Callable[..., bytes]:
    def save(size: tuple[int, int], **options: object) -> bytes:
        file = io.BytesIO()
        Image.fromarray(photograph(91, *size)).save(file, "JPEG", **options)
        return file.getvalue()

    return save


@pytest.mark.parametrize("size", [(1, 1), (4, 3), (5, 6), (77, 45)], ids=str)
@pytest.mark.parametrize("subsampling", ["4:2:0", "4:2:2", "4:4:4"])
def test_reference_is_what_libjpeg_approximates(jpeg_file, size, subsampling):
    data = jpeg_file(size, quality=60, subsampling=subsampling)
    expected = rgb_samples(_core.read_levels(data).image, "triangle")
    with Image.open(io.BytesIO(data)) as image:
        off = np.abs(np.asarray(image) - expected)
    assert off.max() < 3
    assert off.mean() < 0.6


def test_replicated_chroma_differs_from_smooth_chroma(jpeg_file):
    image = _core.read_levels(jpeg_file((77, 45), subsampling="4:2:0")).image
    assert np.abs(rgb_samples(image, "triangle") - rgb_samples(image, "replicate")).max() > 10
    assert [samples.shape for samples in component_samples(image)] == [(45, 77), (23, 39), (23, 39)]


def test_a_wrong_picture_is_a_problem(jpeg_file):
    data = jpeg_file((77, 45))
    file = WrittenFile("a file", data, _core.read_levels(data).image)
    shown = Pillow().decode({"a file": data})["a file"]
    assert isinstance(shown, Decoded)
    assert _difference("d", file, shown).problem is None
    (pixels,) = shown.samples
    for wrong in (np.roll(pixels, 1, axis=1), pixels[..., ::-1], pixels[:-1]):
        assert _difference("d", file, replace(shown, samples=[wrong])).problem
    assert _difference("d", file, "cut off").problem == "not decoded: cut off"


def test_files_hold_what_the_writer_was_given():
    file = _written("a file", photograph(92, 61, 47), scans="progressive")
    assert same_levels(file)
    other = _written("another", photograph(93, 61, 47))
    assert not same_levels(replace(file, data=other.data))
    read = _core.read_levels(file.data).image
    tables = [table + 1 for table in read.quant_tables]
    requantised = _core.LevelImage(read.width, read.height, read.planes, tables)
    assert not same_levels(replace(file, image=requantised))
