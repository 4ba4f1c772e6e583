"""Decoders that share no code with libjpeg-turbo see the same picture in every kind of file."""

import shutil
import subprocess
from collections.abc import Callable

import numpy as np
import pytest

from beholder._core import Scan, read_levels, search_scan_script, standard_progressive_script, write_jpeg

Function = Callable[..., object]


def decode_with_ffmpeg(file: bytes) -> np.ndarray:
    command = ["ffmpeg", "-v", "error", "-f", "jpeg_pipe", "-i", "-", "-f", "rawvideo", "-"]
    return np.frombuffer(
        subprocess.run(command, input=file, capture_output=True, check=True).stdout, np.uint8
    )


@pytest.fixture(params=["ffmpeg", "libjpeg of T. Richter"])
def other_decoder(request: pytest.FixtureRequest) -> Callable[[bytes], np.ndarray]:
    if request.param == "ffmpeg":
        if shutil.which("ffmpeg") is None:
            pytest.skip("ffmpeg is not installed")
        return decode_with_ffmpeg
    return pytest.importorskip("libjpeg", reason="pylibjpeg-libjpeg is not installed").decode


@pytest.mark.parametrize(
    ("mode", "options"), [("L", {}), ("RGB", {"subsampling": 0}), ("RGB", {"subsampling": 2})]
)
def test_every_kind_of_file(mode: str, options: dict, pillow_jpeg: Function, other_decoder: Function) -> None:
    original = pillow_jpeg(0, (101, 83), mode, **options)
    image = read_levels(original).image
    scripts = [
        search_scan_script(image, "sequential")[0],
        search_scan_script(image, "progressive")[0],
        standard_progressive_script(image),
    ]
    if mode == "RGB":
        scripts += [
            [Scan(group) for group in groups] for groups in ([[0, 1, 2]], [[0], [1, 2]], [[0], [1], [2]])
        ]
    expected = other_decoder(original)
    assert expected.size > 0
    for script in scripts:
        assert np.array_equal(other_decoder(write_jpeg(image, script=script)), expected)
