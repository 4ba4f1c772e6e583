"""The programs that code VVC: Fraunhofer's own, or an ffmpeg that links VVenC. Both take and give planes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from beholder.errors import ProgramError
from beholder.evaluation.codecs.planes import Size
from beholder.evaluation.codecs.program import Program, find_program, scratch

_ENCODER_VARIABLE, _DECODER_VARIABLE = "BEHOLDER_VVENCAPP", "BEHOLDER_VVDECAPP"
_FFMPEG_VARIABLE = "BEHOLDER_FFMPEG"
INSTALL = (
    f"pip install imageio-ffmpeg; or put vvencapp and vvdecapp on the path, or set {_ENCODER_VARIABLE} and "
    f"{_DECODER_VARIABLE}, or {_FFMPEG_VARIABLE} to an ffmpeg with libvvenc"
)

# No quantiser that follows the picture: for PSNR.
_PRESET = ("--preset", "medium", "--qpa", "0")
_FFMPEG_PRESET = ("-preset", "medium", "-qpa", "0")
_QUIET = ("-hide_banner", "-loglevel", "error", "-threads", "1")


class VvcCoder(Protocol):
    """Codes one intra frame of 10 bits, 4:2:0, with one thread."""

    @property
    def settings(self) -> str:
        """The programs and their flags."""

    def fingerprint(self) -> str:
        """Returns what changes whenever it could code otherwise."""

    def encode(self, planes: bytes, size: Size, quantiser: int) -> bytes:
        """Returns the stream of planes as `to_planes` gives them.

        Raises:
            ProgramError: The program failed.
        """

    def decode(self, stream: bytes) -> bytes:
        """Returns the planes of a stream.

        Raises:
            ProgramError: The program failed.
        """


@dataclass(frozen=True)
class VvencPrograms:
    """vvencapp and vvdecapp."""

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
    """An ffmpeg that links libvvenc; its own decoder."""

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


def find_vvc() -> VvcCoder | None:
    """Returns Fraunhofer's programs where they are, or else an ffmpeg that both writes and reads VVC."""
    return programs_of_fraunhofer() or ffmpeg_with_vvenc()


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
