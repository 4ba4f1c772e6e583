"""VVC (H.266) intra by Fraunhofer's VVenC, through an ffmpeg that links it.

PyPI's `imageio-ffmpeg` brings such an ffmpeg. A file here is the width and height of the picture in two bytes
each, and the raw stream.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from beholder.errors import InputError, ProgramError
from beholder.evaluation.absent import Absent
from beholder.evaluation.codec import Codec
from beholder.evaluation.codecs.planes import Size, from_planes, to_planes
from beholder.evaluation.codecs.program import Program, find_program
from beholder.pixels import Pixels

_VARIABLE = "BEHOLDER_FFMPEG"
_FLAGS = ("-preset", "medium", "-qpa", "0")  # no quantiser that follows the picture: for PSNR
_HEADER = struct.Struct(">HH")
_QUIET = ("-hide_banner", "-loglevel", "error", "-threads", "1")


@dataclass(frozen=True)
class VvcCodec:
    """VVenC: 10 bits, 4:2:0 (all that it takes), one intra frame. The quality is the quantiser."""

    program: Program
    name: str = "vvc"

    qualities = (46, 42, 38, 34, 30, 26, 22, 18)

    @property
    def settings(self) -> str:
        version = " ".join(self.program.first_line("-version").split()[:3])
        return f"libvvenc in {version}, {' '.join(_FLAGS)}, 10 bits, 4:2:0, BT.709"

    def fingerprint(self) -> str:
        return f"{self.program.digest()} {self.settings}"

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        colour = pixels if pixels.ndim == 3 else np.repeat(pixels[:, :, np.newaxis], 3, axis=2)
        height, width = colour.shape[:2]
        columns, rows = Size(width, height).padded
        raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-video_size", f"{columns}x{rows}", "-i", "-"]
        encoder = ["-c:v", "libvvenc", "-qp", f"{round(quality)}", *_FLAGS]
        arguments = [*_QUIET, *raw, *encoder, "-threads", "1", "-f", "vvc", "-"]
        stream = self.program.run(arguments, to_planes(colour))
        if not stream:
            raise ProgramError(f"libvvenc gave nothing for {width}x{height} pixels")
        return _HEADER.pack(width, height) + stream

    def decode(self, data: bytes) -> Pixels:
        if len(data) < _HEADER.size:
            raise InputError("the file ends within its header")
        size = Size(*_HEADER.unpack_from(data))
        arguments = [*_QUIET, "-f", "vvc", "-i", "-", "-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-"]
        planes = self.program.run(arguments, data[_HEADER.size :])
        columns, rows = size.padded
        if len(planes) != 2 * columns * rows * 3 // 2:
            raise InputError(f"the stream holds no picture of {size.width}x{size.height} pixels")
        return from_planes(planes, size)


def vvc() -> Codec | Absent:
    """The codec, where there is an ffmpeg that both writes and reads VVC."""
    for program in (find_program(_VARIABLE, "ffmpeg"), _program_of_package()):
        if program is not None and _can_code(program):
            return VvcCodec(program)
    return Absent(
        "vvc",
        "no ffmpeg with libvvenc and a VVC decoder",
        f"pip install imageio-ffmpeg, or set {_VARIABLE} to such an ffmpeg",
    )


def _program_of_package() -> Program | None:
    if find_spec("imageio_ffmpeg") is None:
        return None
    package: Any = import_module("imageio_ffmpeg")
    return Program(Path(package.get_ffmpeg_exe()))


@cache
def _can_code(program: Program) -> bool:
    try:
        encoders = program.run(["-hide_banner", "-encoders"]).decode(errors="replace").split()
        decoders = program.run(["-hide_banner", "-decoders"]).decode(errors="replace").split()
    except ProgramError:
        return False
    return "libvvenc" in encoders and "vvc" in decoders
