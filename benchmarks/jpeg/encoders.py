"""The JPEG encoders that the benchmarks compare, behind one method: pixels and a quality to file bytes."""

import hashlib
import io
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, features

import beholder
from beholder import _core

Picture = NDArray[np.uint8]

# 16 qualities each. libjpeg-turbo's spread over 0.12 to 3 bpp on Kodak; the others are placed to match.
LIBJPEG_QUALITIES = (2, 5, 8, 12, 17, 24, 32, 41, 51, 61, 70, 78, 85, 90, 93, 96)


class Encoder(Protocol):
    """Anything that makes a JPEG file of pixels."""

    @property
    def name(self) -> str:
        """The row of the table."""

    @property
    def settings(self) -> str:
        """The flags or arguments that were used."""

    @property
    def qualities(self) -> Sequence[float]:
        """The qualities that draw its curve."""

    def fingerprint(self) -> str:
        """Changes whenever the same quality could give other bytes."""

    def encode(self, image: Picture, quality: float) -> bytes:
        """A JPEG file of `image`, (H, W, 3) uint8."""


@dataclass(frozen=True)
class PillowEncoder:
    """libjpeg-turbo as Pillow links it."""

    name: str
    options: dict[str, Any]
    qualities: Sequence[float] = LIBJPEG_QUALITIES

    @property
    def settings(self) -> str:
        return "Pillow " + " ".join(f"{key}={value}" for key, value in self.options.items())

    def fingerprint(self) -> str:
        return f"libjpeg-turbo {features.version('libjpeg_turbo')} {self.settings}"

    def encode(self, image: Picture, quality: float) -> bytes:
        buffer = io.BytesIO()
        Image.fromarray(image).save(buffer, "JPEG", quality=round(quality), **self.options)
        return buffer.getvalue()


@dataclass(frozen=True)
class CommandEncoder:
    """A program that reads a PPM file; {quality}, {input} and {output} stand in its arguments.

    Its encoding alone is timed as the difference of two runs, with `timed_flags` and with `untimed_flags`
    added.
    """

    name: str
    program: Path
    arguments: tuple[str, ...]
    qualities: Sequence[float]
    timed_flags: tuple[str, ...] = ()
    untimed_flags: tuple[str, ...] = ()

    @property
    def settings(self) -> str:
        return " ".join([self.program.name, *self.arguments])

    def fingerprint(self) -> str:
        return f"{hashlib.sha256(self.program.read_bytes()).hexdigest()} {self.settings}"

    def encode(self, image: Picture, quality: float) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            return self.run(image, quality, Path(folder), ()).read_bytes()

    def run(self, image: Picture, quality: float, folder: Path, flags: tuple[str, ...]) -> Path:
        """Runs the program on files in `folder`, `flags` first; returns the path of its output."""
        source, target = folder / "picture.ppm", folder / "picture.jpg"
        height, width = image.shape[:2]
        source.write_bytes(b"P6\n%d %d\n255\n" % (width, height) + image.tobytes())
        values = {"quality": f"{quality:g}", "input": str(source), "output": str(target)}
        command = [str(self.program), *flags, *(argument.format_map(values) for argument in self.arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}")
        return target


def package_digest() -> str:
    """Of all of Beholder that its files depend on."""
    package = Path(beholder.__file__).parent
    core = Path(_core.__file__)
    digest = hashlib.sha256(core.read_bytes())
    for source in sorted(package.rglob("*")):
        if source.suffix in {".py", ".json", ".safetensors"}:
            digest.update(source.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class BeholderEncoder:
    """Our own, through the function that users call."""

    name: str
    observer: str
    options: dict[str, Any] = field(default_factory=dict)
    qualities: Sequence[float] = LIBJPEG_QUALITIES

    @property
    def settings(self) -> str:
        options = "".join(f", {key}={value!r}" for key, value in self.options.items())
        return f"beholder.encode(image, quality=..., observer={self.observer!r}{options})"

    def fingerprint(self) -> str:
        return f"{package_digest()} {self.settings}"

    def encode(self, image: Picture, quality: float) -> bytes:
        data: bytes = beholder.encode(image, quality=quality, observer=self.observer, **self.options).data
        return data


@dataclass(frozen=True)
class Programs:
    """Where the peers' programs are; None leaves a peer out."""

    mozjpeg: Path | None = None
    cjpegli: Path | None = None
    sjpeg: Path | None = None


ANCHOR = PillowEncoder(
    "libjpeg-turbo, optimised (the anchor)", {"optimize": True, "progressive": False, "subsampling": "4:2:0"}
)


def all_encoders(programs: Programs) -> tuple[list[Encoder], list[str]]:
    """The anchor and every encoder that is there, and one line for each family that is not."""
    if features.check_feature("mozjpeg"):
        raise RuntimeError("this Pillow is built with mozjpeg; the anchor needs one with libjpeg-turbo alone")
    encoders: list[Encoder] = [ANCHOR]
    absent: list[str] = []
    for family, program, make in (
        ("mozjpeg", programs.mozjpeg, _mozjpeg),
        ("cjpegli", programs.cjpegli, _jpegli),
        ("sjpeg", programs.sjpeg, _sjpeg),
    ):
        if program is None:
            absent.append(f"{family}: not compared, no program given (--{family} PATH)")
        elif not program.is_file():
            absent.append(f"{family}: not compared, there is no file {program}")
        else:
            encoders.extend(make(program))
    if hasattr(beholder, "encode"):
        encoders.extend(BeholderEncoder(f"Beholder {observer}", observer) for observer in ("mse", "human"))
    else:
        absent.append("Beholder: not compared, this build has no beholder.encode")
    return encoders, absent


_MOZJPEG_ARGUMENTS = ("-quality", "{quality}", "-sample", "2x2", "-outfile", "{output}", "{input}")


def mozjpeg_default(program: Path) -> CommandEncoder:
    """What mozjpeg does without flags."""
    return CommandEncoder("mozjpeg default", program, _MOZJPEG_ARGUMENTS, LIBJPEG_QUALITIES)


def _mozjpeg(program: Path) -> list[Encoder]:
    def encoder(name: str, qualities: Sequence[float], *flags: str) -> Encoder:
        return CommandEncoder(name, program, flags + _MOZJPEG_ARGUMENTS, qualities)

    # A flat table of the same quality has larger steps at low frequencies and smaller ones at high.
    flat = (5, 7, 10, 14, 19, 25, 33, 42, 52, 61, 70, 77, 83, 88, 92, 95)
    return [
        encoder("mozjpeg -tune-psnr (flat table), progressive", flat, "-tune-psnr"),
        encoder("the same, -baseline", flat, "-baseline", "-tune-psnr"),
        # -tune-ms-ssim chooses table 3, so -quant-table stands after it.
        encoder("mozjpeg table 2, -tune-ms-ssim", LIBJPEG_QUALITIES, "-tune-ms-ssim", "-quant-table", "2"),
        encoder("mozjpeg table 2", LIBJPEG_QUALITIES, "-quant-table", "2"),
        mozjpeg_default(program),
    ]


def _jpegli(program: Path) -> list[Encoder]:
    def encoder(name: str, *flags: str) -> Encoder:
        common = ("{input}", "{output}", "-q", "{quality}", "--chroma_subsampling=420", "--quiet")
        return CommandEncoder(
            name, program, common + flags, LIBJPEG_QUALITIES, ("--num_reps=2",), ("--num_reps=1",)
        )

    return [
        encoder("jpegli default"),
        encoder("jpegli, no adaptive quantisation", "--noadaptive_quantization"),
    ]


def _sjpeg(program: Path) -> list[Encoder]:
    arguments = ("-q", "{quality}", "-420", "-trellis", "-quiet", "{input}", "-o", "{output}")
    name = "sjpeg, adaptive tables and trellis, sequential"
    # -i reads the picture and prints its size.
    return [CommandEncoder(name, program, arguments, LIBJPEG_QUALITIES, untimed_flags=("-i",))]
