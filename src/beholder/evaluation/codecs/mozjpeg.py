"""JPEG by mozjpeg: its own `cjpeg`, or the mozjpeg 4.0.3 inside PyPI's `jpeglib`.

Both write the same files, byte for byte. Only cjpeg can tune for PSNR.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from beholder.errors import ProgramError
from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs.jpeg import QUALITIES, JpegPeer, decoder_version
from beholder.evaluation.codecs.program import Program, find_program, ppm
from beholder.evaluation.evaluated_codec import Peer
from beholder.image.pixels import Pixels

_VARIABLE = "BEHOLDER_CJPEG"
_BUILD = f"build mozjpeg from source and set {_VARIABLE} to its cjpeg"

_VERSION, _JPEGLIB_NAME = "4.0.3", "mozjpeg403"
_LONGEST_SIDE = 65_500  # JPEG_MAX_DIMENSION of libjpeg

# A flat table of the same quality has larger steps at low frequencies and smaller ones at high.
_FLAT_QUALITIES = (5, 7, 10, 14, 19, 25, 33, 42, 52, 61, 70, 77, 83, 88, 92, 95)


@dataclass(frozen=True)
class MozjpegProgram(JpegPeer):
    """mozjpeg's cjpeg: progressive, trellis, scan search; 4:2:0."""

    name: str
    program: Program
    flags: tuple[str, ...]
    qualities: tuple[float, ...]

    @property
    def settings(self) -> str:
        return f"{self.program.first_line('-version')}, {' '.join(self.flags)} -sample 2x2"

    def fingerprint(self) -> str:
        return f"{self.program.digest()} {self.settings} {decoder_version()}"

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        arguments = [*self.flags, "-quality", f"{quality:g}"]
        # A grey picture has no chroma to sample.
        arguments += [] if pixels.ndim == 2 else ["-sample", "2x2"]
        return self.program.run(arguments, ppm(pixels))


@dataclass(frozen=True)
class MozjpegLibrary(JpegPeer):
    """mozjpeg through jpeglib: progressive, trellis, scan search; 4:2:0; table 2."""

    name: str

    qualities = QUALITIES

    @property
    def settings(self) -> str:
        return f"mozjpeg {_VERSION} in jpeglib {version('jpeglib')}, table 2, 4:2:0, progressive, trellis"

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        height, width = pixels.shape[:2]
        if max(height, width) > _LONGEST_SIDE:  # libjpeg would end the process
            raise ProgramError(f"mozjpeg: {width}x{height} pixels, sides reach at most {_LONGEST_SIDE}")
        jpeglib: Any = import_module("jpeglib")
        picture = jpeglib.from_spatial(pixels if pixels.ndim == 3 else pixels[..., np.newaxis])
        if pixels.ndim == 3:  # a grey picture has no chroma to sample
            picture.samp_factor = "4:2:0"
        with TemporaryDirectory() as folder, jpeglib.version(_JPEGLIB_NAME):
            path = Path(folder, "picture.jpg")
            picture.write_spatial(str(path), qt=round(quality), base_quant_tbl_idx=2)
            return path.read_bytes()


def mozjpeg() -> Peer | Absent:
    """With table 2, "MS-SSIM tuned on Kodak", the densest of its tables for people."""
    program = _program()
    if program is not None:
        return MozjpegProgram("mozjpeg", program, ("-quant-table", "2"), QUALITIES)
    if _VARIABLE not in os.environ and find_spec("jpeglib") is not None:
        return MozjpegLibrary("mozjpeg")
    return Absent(
        "mozjpeg",
        _reason("no cjpeg of mozjpeg and no jpeglib"),
        f"pip install jpeglib, or {_BUILD}",
    )


def mozjpeg_flat() -> Peer | Absent:
    """With its flat table and no weights, the densest for PSNR."""
    program = _program()
    if program is None:
        return Absent("mozjpeg:flat", _reason("no cjpeg of mozjpeg"), _BUILD)
    return MozjpegProgram("mozjpeg:flat", program, ("-tune-psnr",), _FLAT_QUALITIES)


def _reason(usual: str) -> str:
    given = os.environ.get(_VARIABLE)
    return usual if given is None else f"{_VARIABLE} is {given!r}, no cjpeg of mozjpeg"


def _program() -> Program | None:
    """Mozjpeg's cjpeg; another library's program of that name says so in its version."""
    program = find_program(_VARIABLE, "cjpeg")
    return program if program is not None and program.first_line("-version").startswith("mozjpeg") else None
