"""JPEG by jpegli: its program `cjpegli`.

PyPI's `pyjpegli` is no substitute: it writes fixed Huffman tables and one scan, and its files are
9 % larger than cjpegli's (a crop of kodim05 at qualities 30 and 75).
"""

from __future__ import annotations

from dataclasses import dataclass

from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs.jpeg import QUALITIES, JpegPeer, decoder_version
from beholder.evaluation.codecs.program import Program, find_program, ppm, scratch
from beholder.evaluation.evaluated_codec import Peer
from beholder.image.pixels import Pixels

_VARIABLE = "BEHOLDER_CJPEGLI"


@dataclass(frozen=True)
class JpegliCodec(JpegPeer):
    """cjpegli: progressive, adaptive quantisation; 4:2:0."""

    program: Program
    name: str = "jpegli"
    flags: tuple[str, ...] = ("--chroma_subsampling=420", "--quiet")

    qualities = QUALITIES

    @property
    def settings(self) -> str:
        return f"cjpegli {' '.join(self.flags)}"

    def fingerprint(self) -> str:
        return f"{self.program.digest()} {self.settings} {decoder_version()}"

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        with scratch() as folder:
            source, target = folder / "picture.ppm", folder / "picture.jpg"
            source.write_bytes(ppm(pixels))
            self.program.run([str(source), str(target), "-q", f"{quality:g}", *self.flags])
            return target.read_bytes()


def jpegli() -> Peer | Absent:
    """The codec, where its program is."""
    program = find_program(_VARIABLE, "cjpegli")
    if program is None:
        return Absent(
            "jpegli", "no cjpegli", f"build google/jpegli from source and set {_VARIABLE} to its cjpegli"
        )
    return JpegliCodec(program)
