"""BPG (HEVC intra) by F. Bellard's programs `bpgenc` and `bpgdec`."""

from __future__ import annotations

from dataclasses import dataclass

from beholder.errors import UnsupportedImageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs import pillow
from beholder.evaluation.codecs.program import Program, find_program, scratch
from beholder.evaluation.evaluated_codec import Peer
from beholder.image.pixels import Pixels

_ENCODER_VARIABLE, _DECODER_VARIABLE = "BEHOLDER_BPGENC", "BEHOLDER_BPGDEC"
_LEAST_WIDTH = 32  # bpgenc 0.9.8 crashes at 24 and less
_FLAGS = ("-f", "444", "-c", "ycbcr", "-b", "8", "-m", "9")


@dataclass(frozen=True)
class BpgCodec(Peer):
    """bpgenc at its slowest; 4:4:4, as papers on learned codecs have it. The quality is the quantiser."""

    encoder: Program
    decoder: Program
    name: str = "bpg"

    qualities = (49, 46, 43, 40, 37, 34, 31, 28, 25, 22)

    @property
    def settings(self) -> str:
        return f"{self.encoder.first_line('-h')}, {' '.join(_FLAGS)}"

    def fingerprint(self) -> str:
        return f"{self.encoder.digest()} {self.decoder.digest()} {self.settings}"

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        height, width = pixels.shape[:2]
        if width < _LEAST_WIDTH:
            raise UnsupportedImageError(
                f"bpgenc takes pictures from {_LEAST_WIDTH} pixels of width on, got {width}x{height}"
            )
        with scratch() as folder:
            source, target = folder / "picture.png", folder / "picture.bpg"
            source.write_bytes(pillow.save(pixels, "PNG"))
            self.encoder.run(["-q", f"{quality:g}", *_FLAGS, "-o", str(target), str(source)])
            return target.read_bytes()

    def decode(self, data: bytes) -> Pixels:
        with scratch() as folder:
            source, target = folder / "picture.bpg", folder / "picture.png"
            source.write_bytes(data)
            self.decoder.run(["-o", str(target), str(source)])
            return pillow.load(target.read_bytes(), "PNG")


def bpg() -> Peer | Absent:
    """The codec, where its programs are."""
    encoder = find_program(_ENCODER_VARIABLE, "bpgenc")
    decoder = find_program(_DECODER_VARIABLE, "bpgdec")
    if encoder is None or decoder is None:
        return Absent(
            "bpg",
            f"no {'bpgenc' if encoder is None else 'bpgdec'}",
            f"build libbpg from source and put its programs on the path, or set {_ENCODER_VARIABLE} and "
            f"{_DECODER_VARIABLE}",
        )
    return BpgCodec(encoder, decoder)
