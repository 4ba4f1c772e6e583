"""VVC (H.266) intra by Fraunhofer's VVenC.

A file here is the width and height of the picture in two bytes each, and the raw stream.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from beholder.errors import InputError, ProgramError, UnsupportedImageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs.planes import Size, from_planes, to_planes
from beholder.evaluation.codecs.vvc_coders import INSTALL, VvcCoder, find_vvc
from beholder.evaluation.evaluated_codec import Peer
from beholder.image.pixels import Pixels

_HEADER = struct.Struct(">HH")
_MOST_SIDE = 0xFFFF


@dataclass(frozen=True)
class VvcCodec(Peer):
    """VVenC: 10 bits, 4:2:0 (all that it takes), one intra frame. The quality is the quantiser."""

    coder: VvcCoder
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
    """The codec, where there are programs for it."""
    coder = find_vvc()
    if coder is None:
        return Absent("vvc", "neither vvencapp and vvdecapp nor an ffmpeg with libvvenc", INSTALL)
    return VvcCodec(coder)
