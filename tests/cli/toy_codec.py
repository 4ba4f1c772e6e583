"""A codec of the package as another file and a line of the registry make one: raw grey levels."""

import struct
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from beholder.codec_options import DecodeOptions, EncodeOptions
from beholder.encode_result import EncodeResult
from beholder.errors import InputError
from beholder.image.picture import Picture
from beholder.image.pixels import Pixels
from beholder.metadata.metadata import Metadata
from beholder.options import option


@dataclass(frozen=True, kw_only=True, repr=False)
class ToyOptions(EncodeOptions):
    """How to encode."""

    shade: int = option(0, help="added to every level", metavar="N", minimum=0, maximum=255)


@dataclass(frozen=True)
class ToyReport:
    """Of a file."""

    name: str
    size_bytes: int
    width: int
    height: int
    rate_bpp: float


@dataclass(frozen=True)
class ToyCodec:
    """A `beholder.codecs.codec.Codec`."""

    name: ClassVar[str] = "toy"
    suffix: ClassVar[str] = ".toy"
    suffixes: ClassVar[frozenset[str]] = frozenset((".toy",))
    Options: ClassVar[type[ToyOptions]] = ToyOptions

    def recognises(self, data: bytes) -> bool:
        return data.startswith(b"TOY")

    def check_encode(self, options: ToyOptions) -> tuple[str, ...]:
        return ("it is a toy",)

    def check_decode(self, options: DecodeOptions) -> None:
        return

    def encode(self, picture: Picture, options: ToyOptions) -> EncodeResult:
        levels = picture.pixels.mean(axis=2).astype(np.uint8) + np.uint8(options.shade)
        data = b"TOY" + struct.pack("<HH", picture.width, picture.height) + levels.tobytes()
        return EncodeResult(
            codec="toy",
            data=data,
            width=picture.width,
            height=picture.height,
            quality=None,
            picture=picture,
            decode=_pixels,
        )

    def decode(self, data: bytes, options: DecodeOptions, *, name: str) -> Picture:
        if len(data) < 7:
            raise InputError(f"{name}: is cut off")
        return Picture.of_pixels(_pixels(data), Metadata(), name)

    def inspect(self, data: bytes, *, name: str) -> ToyReport:
        height, width = _pixels(data).shape
        return ToyReport(name, len(data), width, height, 8 * len(data) / (width * height))


def _pixels(data: bytes) -> Pixels:
    width, height = struct.unpack("<HH", data[3:7])
    return np.frombuffer(data[7:], np.uint8).reshape(height, width)


CODEC = ToyCodec()
