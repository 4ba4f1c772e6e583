"""The JPEG encoders of the tables: codecs of `beholder evaluate`, and more settings of its peers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs.jpeg import JpegPeer, decoder_version
from beholder.evaluation.codecs.jpegli import JpegliCodec
from beholder.evaluation.codecs.mozjpeg import MozjpegProgram
from beholder.evaluation.codecs.program import Program, find_program, ppm, scratch
from beholder.evaluation.codecs.registry import PEERS, find_codec
from beholder.evaluation.evaluated_codec import EvaluatedCodec, Peer
from beholder.image.pixels import Pixels

# libjpeg-turbo's spread over 0.12 to 3 bpp on Kodak.
QUALITIES = (2, 5, 8, 12, 17, 24, 32, 41, 51, 61, 70, 78, 85, 90, 93, 96)
Flags = tuple[str, ...]

ANCHOR = "jpeg"
# The rows of the tables by the names of codecs.
TITLES = {
    ANCHOR: "libjpeg-turbo, optimised (the anchor)",
    "mozjpeg:flat": "mozjpeg -tune-psnr (flat table), progressive",
    "mozjpeg:flat:baseline": "the same, -baseline",
    "mozjpeg:ms-ssim": "mozjpeg table 2, -tune-ms-ssim",
    "mozjpeg": "mozjpeg table 2",
    "mozjpeg:default": "mozjpeg default",
    "jpegli": "jpegli default",
    "jpegli:flat": "jpegli, no adaptive quantisation",
    "sjpeg": "sjpeg, adaptive tables and trellis, sequential",
    "beholder:mse": "Beholder mse",
    "beholder:human": "Beholder human",
}


@dataclass(frozen=True)
class SjpegCodec(JpegPeer):
    """sjpeg's program: adaptive tables, trellis; 4:2:0, sequential."""

    program: Program

    name = "sjpeg"
    qualities = QUALITIES

    @property
    def settings(self) -> str:
        return "sjpeg -420 -trellis -quiet"

    def fingerprint(self) -> str:
        return f"{self.program.digest()} {self.settings} {decoder_version()}"

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        with scratch() as folder:
            source, target = folder / "picture.ppm", folder / "picture.jpg"
            source.write_bytes(ppm(pixels))
            flags = ["-q", f"{quality:g}", *self.settings.split()[1:]]
            self.program.run([*flags, str(source), "-o", str(target)])
            return target.read_bytes()

    def read(self, pixels: Pixels) -> None:
        """Have the program read the picture and print its size."""
        with scratch() as folder:
            source = folder / "picture.ppm"
            source.write_bytes(ppm(pixels))
            self.program.run(["-i", str(source)])


# More settings: the codec that has others, and the flags made of its own.
_VARIANTS: Mapping[str, tuple[str, Callable[[Flags], Flags]]] = {
    "mozjpeg:flat:baseline": ("mozjpeg:flat", lambda flags: ("-baseline", *flags)),
    # -tune-ms-ssim chooses table 3, so -quant-table stands after it.
    "mozjpeg:ms-ssim": ("mozjpeg", lambda flags: ("-tune-ms-ssim", *flags)),
    "mozjpeg:default": ("mozjpeg", lambda flags: ()),
    "jpegli:flat": ("jpegli", lambda flags: (*flags, "--noadaptive_quantization")),
}


def jpeg_codec(name: str) -> EvaluatedCodec | Peer | Absent:
    """Return the codec of a key of TITLES, or what is missing for it on this machine."""
    if name == "sjpeg":
        program = find_program("BEHOLDER_SJPEG", "sjpeg")
        return SjpegCodec(program) if program else Absent(name, "no sjpeg", "set BEHOLDER_SJPEG to it")
    if name in PEERS:
        return PEERS[name]()
    if name not in _VARIANTS:
        own = find_codec(name)
        return own if isinstance(own, Absent) else replace(own, qualities=QUALITIES)
    usual, flags_of = _VARIANTS[name]
    found = PEERS[usual]()
    if isinstance(found, MozjpegProgram | JpegliCodec):
        return replace(found, name=name, flags=flags_of(found.flags))
    if isinstance(found, Absent):
        return replace(found, name=name)
    return Absent(name, "jpeglib has no such setting", "set BEHOLDER_CJPEG to mozjpeg's cjpeg")
