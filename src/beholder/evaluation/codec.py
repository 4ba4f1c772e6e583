"""What is compared: anything that makes a file of a picture, and a picture of the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from beholder.image.pixels import Pixels


class Codec(Protocol):
    """A codec at its settings; a value that can be sent to another process.

    It computes with one thread. Some run a program, whose CPU time counts as that of a child process.
    """

    @property
    def name(self) -> str:
        """What rows and tables call it."""

    @property
    def settings(self) -> str:
        """The program or library and its flags, in words."""

    @property
    def qualities(self) -> Sequence[float]:
        """Those that draw its curve, from few bits to many: about 0.1 to 2.5 bpp on photographs."""

    def fingerprint(self) -> str:
        """Returns what changes whenever the same quality could give other bytes or another picture."""

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        """Returns the whole file of (H, W, 3) or (H, W) uint8 samples.

        Raises:
            UnsupportedImageError: The codec does not take pictures of this size.
            ProgramError: The program or library failed.
        """

    def decode(self, data: bytes) -> Pixels:
        """Returns the samples of a file: (H, W, 3), or (H, W) of a grey picture where the format has such.

        Raises:
            InputError: The file is damaged.
            ProgramError: The program or library failed.
        """
