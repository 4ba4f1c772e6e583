"""JPEG by mozjpeg: its own `cjpeg`, or the mozjpeg inside libvips as PyPI's `pyvips-binary` brings it.

Through libvips a file has the same coefficients and scans as cjpeg's. It is 10 bytes shorter, having no JFIF
marker, and at low qualities some 130 bytes, keeping to steps of 8 bits. Only cjpeg can tune for PSNR.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import numpy as np

from beholder.errors import ProgramError
from beholder.evaluation.absent import Absent
from beholder.evaluation.codec import Codec
from beholder.evaluation.codecs import jpeg_decoder
from beholder.evaluation.codecs.program import Program, find_program, ppm
from beholder.pixels import Pixels

_VARIABLE = "BEHOLDER_CJPEG"
_BUILD = f"build mozjpeg from source and set {_VARIABLE} to its cjpeg"

_QUALITIES = (2, 5, 8, 12, 17, 24, 32, 41, 51, 61, 70, 78, 85, 90, 93, 96)
# A flat table of the same quality has larger steps at low frequencies and smaller ones at high.
_FLAT_QUALITIES = (5, 7, 10, 14, 19, 25, 33, 42, 52, 61, 70, 77, 83, 88, 92, 95)


@dataclass(frozen=True)
class MozjpegProgram:
    """mozjpeg's cjpeg: progressive, trellis, scan search; 4:2:0."""

    name: str
    program: Program
    flags: tuple[str, ...]
    qualities: tuple[float, ...]

    @property
    def settings(self) -> str:
        return f"{self.program.first_line('-version')}, {' '.join(self.flags)} -sample 2x2"

    def fingerprint(self) -> str:
        return f"{self.program.digest()} {self.settings} {jpeg_decoder.version()}"

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        arguments = [*self.flags, "-quality", f"{quality:g}"]
        # A grey picture has no chroma to sample.
        arguments += [] if pixels.ndim == 2 else ["-sample", "2x2"]
        return self.program.run(arguments, ppm(pixels))

    def decode(self, data: bytes) -> Pixels:
        return jpeg_decoder.decode(data)


@dataclass(frozen=True)
class MozjpegInVips:
    """mozjpeg through libvips: progressive, trellis, scan search; 4:2:0; table 2."""

    name: str

    qualities = _QUALITIES

    @property
    def settings(self) -> str:
        return f"mozjpeg in pyvips-binary {version('pyvips-binary')}, table 2, 4:2:0, progressive, trellis"

    def fingerprint(self) -> str:
        return f"{self.settings} {jpeg_decoder.version()}"

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        return _encode_in_vips(pixels, round(quality), trellis=True)

    def decode(self, data: bytes) -> Pixels:
        return jpeg_decoder.decode(data)


def mozjpeg() -> Codec | Absent:
    """With table 2, "MS-SSIM tuned on Kodak", the densest of its tables for people."""
    program = _program()
    if program is not None:
        return MozjpegProgram("mozjpeg", program, ("-quant-table", "2"), _QUALITIES)
    if _VARIABLE not in os.environ and _vips_has_mozjpeg():
        return MozjpegInVips("mozjpeg")
    return Absent(
        "mozjpeg",
        _reason("no cjpeg of mozjpeg and no libvips with it"),
        f"pip install pyvips pyvips-binary, or {_BUILD}",
    )


def mozjpeg_flat() -> Codec | Absent:
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


def _encode_in_vips(pixels: Pixels, quality: int, *, trellis: bool) -> bytes:
    pyvips: Any = import_module("pyvips")
    pyvips.concurrency_set(1)
    pyvips.cache_set_max(0)  # results of earlier calls
    height, width = pixels.shape[:2]
    bands = 1 if pixels.ndim == 2 else 3
    try:
        image = pyvips.Image.new_from_memory(pixels.tobytes(), width, height, bands, "uchar")
        image = image.copy(interpretation="b-w" if bands == 1 else "srgb")
        data: bytes = image.jpegsave_buffer(
            Q=quality,
            quant_table=2,
            trellis_quant=trellis,
            optimize_scans=True,
            interlace=True,
            optimize_coding=True,
            overshoot_deringing=True,
            subsample_mode="on",
            keep="none",
        )
    except pyvips.Error as error:
        raise ProgramError(f"libvips: {error}") from error
    return data


@cache
def _vips_has_mozjpeg() -> bool:
    """Whether the bundled libvips links mozjpeg: another library passes over the trellis."""
    if find_spec("pyvips") is None or find_spec("_libvips") is None:
        return False
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), np.uint8)
    return _encode_in_vips(noise, 30, trellis=True) != _encode_in_vips(noise, 30, trellis=False)
