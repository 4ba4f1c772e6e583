"""VVC (H.266) intra by Fraunhofer's VVenC.

A file here is the width and height of the picture in two bytes each, and the raw stream.
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

from beholder.errors import InputError, ProgramError, UnsupportedImageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs.planes import Size, from_planes, to_planes
from beholder.evaluation.codecs.program import Program, find_program, scratch
from beholder.evaluation.evaluated_codec import Peer
from beholder.image.pixels import Pixels

_ENCODER_VARIABLE, _DECODER_VARIABLE = "BEHOLDER_VVENCAPP", "BEHOLDER_VVDECAPP"
_FFMPEG_VARIABLE = "BEHOLDER_FFMPEG"
_INSTALL = (
    f"pip install imageio-ffmpeg; or put vvencapp and vvdecapp on the path, or set {_ENCODER_VARIABLE} and "
    f"{_DECODER_VARIABLE}, or {_FFMPEG_VARIABLE} to an ffmpeg with libvvenc"
)

# No quantiser that follows the picture: for PSNR.
_PRESET = ("--preset", "medium", "--qpa", "0")
_FFMPEG_PRESET = ("-preset", "medium", "-qpa", "0")
_QUIET = ("-hide_banner", "-loglevel", "error", "-threads", "1")

_HEADER = struct.Struct(">HH")
_MOST_SIDE = 0xFFFF


@dataclass(frozen=True)
class VvencPrograms:
    """vvencapp and vvdecapp, for one intra frame of planes as `to_planes` gives them; one thread."""

    encoder: Program
    decoder: Program

    @property
    def settings(self) -> str:
        return f"{self.encoder.first_line('--version')}, {' '.join(_PRESET)}"

    def fingerprint(self) -> str:
        return f"{self.encoder.digest()} {self.decoder.digest()} {self.settings}"

    def encode(self, planes: bytes, size: Size, quantiser: int) -> bytes:
        columns, rows = size.padded
        with scratch() as folder:
            source, target = folder / "picture.yuv", folder / "picture.266"
            source.write_bytes(planes)
            frame = ["-s", f"{columns}x{rows}", "-c", "yuv420_10", "-r", "1", "-f", "1"]
            files = ["-i", str(source), "-o", str(target)]
            self.encoder.run([*files, *frame, "-q", str(quantiser), *_PRESET, "-t", "1", "-v", "1"])
            return target.read_bytes()

    def decode(self, stream: bytes) -> bytes:
        with scratch() as folder:
            source, target = folder / "picture.266", folder / "picture.yuv"
            source.write_bytes(stream)
            self.decoder.run(["-b", str(source), "-o", str(target), "-t", "1", "-v", "1"])
            return target.read_bytes()


@dataclass(frozen=True)
class FfmpegVvc:
    """The same by an ffmpeg that links libvvenc; its own decoder."""

    program: Program

    @property
    def settings(self) -> str:
        version = " ".join(self.program.first_line("-version").split()[:3])
        return f"libvvenc in {version}, {' '.join(_FFMPEG_PRESET)}"

    def fingerprint(self) -> str:
        return f"{self.program.digest()} {self.settings}"

    def encode(self, planes: bytes, size: Size, quantiser: int) -> bytes:
        columns, rows = size.padded
        raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-video_size", f"{columns}x{rows}", "-i", "-"]
        encoder = ["-c:v", "libvvenc", "-qp", str(quantiser), *_FFMPEG_PRESET]
        return self.program.run([*_QUIET, *raw, *encoder, "-threads", "1", "-f", "vvc", "-"], planes)

    def decode(self, stream: bytes) -> bytes:
        target = ["-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-"]
        return self.program.run([*_QUIET, "-f", "vvc", "-i", "-", *target], stream)


@dataclass(frozen=True)
class VvcCodec(Peer):
    """VVenC: 10 bits, 4:2:0 (all that it takes), one intra frame. The quality is the quantiser."""

    coder: VvencPrograms | FfmpegVvc
    name: str = "vvc"

    qualities = (46, 42, 38, 34, 30, 26, 22, 18)

    @property
    def settings(self) -> str:
        return f"{self.coder.settings}, 10 bits, 4:2:0, BT.709"

    def fingerprint(self) -> str:
        return f"{self.coder.fingerprint()} {self.settings}"

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        colour = pixels if pixels.ndim == 3 else np.repeat(pixels[:, :, np.newaxis], 3, axis=2)
        height, width = colour.shape[:2]
        if max(height, width) > _MOST_SIDE:
            raise UnsupportedImageError(f"VVC takes {_MOST_SIDE} pixels a side at most, got {width}x{height}")
        stream = self.coder.encode(to_planes(colour), Size(width, height), round(quality))
        if not stream:
            raise ProgramError(f"VVenC gave nothing for {width}x{height} pixels")
        return _HEADER.pack(width, height) + stream

    def decode(self, data: bytes) -> Pixels:
        if len(data) < _HEADER.size:
            raise InputError("the file ends within its header")
        size = Size(*_HEADER.unpack_from(data))
        planes = self.coder.decode(data[_HEADER.size :])
        columns, rows = size.padded
        if len(planes) != 2 * columns * rows * 3 // 2:
            raise InputError(f"the stream holds no picture of {size.width}x{size.height} pixels")
        return from_planes(planes, size)


def vvc() -> Peer | Absent:
    """Return the codec by Fraunhofer's programs, or else by an ffmpeg that writes and reads VVC."""
    coder = programs_of_fraunhofer() or ffmpeg_with_vvenc()
    if coder is None:
        return Absent("vvc", "neither vvencapp and vvdecapp nor an ffmpeg with libvvenc", _INSTALL)
    return VvcCodec(coder)


def programs_of_fraunhofer() -> VvencPrograms | None:
    """Returns vvencapp and vvdecapp where both are."""
    encoder = find_program(_ENCODER_VARIABLE, "vvencapp")
    decoder = find_program(_DECODER_VARIABLE, "vvdecapp")
    return None if encoder is None or decoder is None else VvencPrograms(encoder, decoder)


def ffmpeg_with_vvenc() -> FfmpegVvc | None:
    """Returns an ffmpeg that both writes and reads VVC."""
    for program in (find_program(_FFMPEG_VARIABLE, "ffmpeg"), _ffmpeg_of_package()):
        if program is not None and _can_code(program):
            return FfmpegVvc(program)
    return None


def _ffmpeg_of_package() -> Program | None:
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
