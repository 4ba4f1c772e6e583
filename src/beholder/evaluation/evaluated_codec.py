"""What is compared: a codec at the seam of `beholder.codecs`, at its settings, with a curve of qualities.

::

    ours (codecs.registry) ------------+
    Peer (samples to bytes) -> PeerCodec -> EvaluatedCodec
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NoReturn

from beholder.codec_options import DecodeOptions
from beholder.codecs.codec import Codec
from beholder.encode_result import EncodeResult
from beholder.errors import UsageError
from beholder.image.picture import Picture
from beholder.image.pixels import Color, Pixels
from beholder.image.read import read_picture


@dataclass(frozen=True)
class EvaluatedCodec:
    """A codec at its settings; a value that can be sent to another process.

    It computes with one thread. Some run a program, whose CPU time counts as that of a child process.

    Attributes:
        name: What rows and tables call it.
        codec: Makes files of pictures and pictures of files.
        options: Of `codec`; their `quality` is set anew for each file.
        qualities: Those that draw its curve, from few bits to many: about 0.1 to 2.5 bpp on photographs.
        settings: The program or library and its flags, in words.
        fingerprint: Changes whenever the same quality could give other bytes or another picture.
    """

    name: str
    codec: Codec
    options: Any
    qualities: tuple[float, ...]
    settings: str
    fingerprint: str

    def encode(self, picture: Picture, quality: float) -> bytes:
        """Return the whole file.

        Raises:
            UnsupportedImageError: The codec does not take such pictures.
            ProgramError: The program or library failed.
        """
        exact = int(quality) if quality == int(quality) else quality
        return self.codec.encode(picture, replace(self.options, quality=exact)).data

    def decode(self, data: bytes) -> Pixels:
        """Return the samples of a file: (H, W, 3), or (H, W) of a grey picture where the format has such.

        Raises:
            InputError: The file is damaged.
            ProgramError: The program or library failed.
        """
        options = self.options if isinstance(self.options, DecodeOptions) else DecodeOptions()
        return self.codec.decode(data, options, name=f"file of {self.name}").pixels


class Peer(ABC):
    """A codec of others at its settings: samples and a quality to a file, and back.

    Subclasses are frozen dataclasses that can be sent to another process.

    Attributes:
        name: What rows and tables call it.
        qualities: As those of `EvaluatedCodec`, at least eight.
    """

    name: str
    qualities: Sequence[float]

    @property
    @abstractmethod
    def settings(self) -> str:
        """The program or library and its flags, in words."""

    def fingerprint(self) -> str:
        """Return what changes whenever the same quality could give other bytes or another picture."""
        return self.settings

    @abstractmethod
    def encode(self, pixels: Pixels, quality: float) -> bytes:
        """Return the whole file of (H, W, 3) or (H, W) uint8 samples.

        Raises:
            UnsupportedImageError: The codec does not take pictures of this size.
            ProgramError: The program or library failed.
        """

    @abstractmethod
    def decode(self, data: bytes) -> Pixels:
        """Return the samples of a file: (H, W, 3), or (H, W) of a grey picture where the format has such.

        Raises:
            InputError: The file is damaged.
            ProgramError: The program or library failed.
        """


@dataclass(frozen=True)
class PeerOptions:
    """What can be asked of a peer: all else are its settings."""

    quality: float = 0
    background_color: Color | None = None


@dataclass(frozen=True)
class PeerCodec:
    """A peer at the seam of the codecs; a `beholder.codecs.codec.Codec`."""

    peer: Peer

    suffix: ClassVar[str] = ""
    suffixes: ClassVar[frozenset[str]] = frozenset()
    Options: ClassVar[type[PeerOptions]] = PeerOptions

    @property
    def name(self) -> str:
        """That of the peer."""
        return self.peer.name

    def recognises(self, data: bytes) -> bool:
        """Return False: files of peers are read by none but their peer."""
        return False

    def check_encode(self, options: PeerOptions) -> tuple[str, ...]:
        """Do nothing: a peer that was found is there."""
        return ()

    def check_decode(self, options: DecodeOptions) -> None:
        """Do nothing."""

    def encode(self, picture: Picture, options: PeerOptions) -> EncodeResult:
        """Return the file of a picture, without metadata."""
        return EncodeResult(
            codec=self.name,
            data=self.peer.encode(picture.pixels, options.quality),
            width=picture.width,
            height=picture.height,
            quality=options.quality,
            picture=picture,
            decode=self.peer.decode,
        )

    def decode(self, data: bytes, options: DecodeOptions, *, name: str) -> Picture:
        """Return the picture of a file."""
        return read_picture(self.peer.decode(data), name=name)

    def inspect(self, data: bytes, *, name: str) -> NoReturn:
        """Refuse: what their files hold is not known here.

        Raises:
            UsageError: Always.
        """
        raise UsageError(f"{name}: is a file of {self.name}; only files of Beholder's codecs are inspected")


def evaluated(codec: EvaluatedCodec | Peer) -> EvaluatedCodec:
    """Return a peer as a codec to evaluate; what is one already as it is."""
    if isinstance(codec, EvaluatedCodec):
        return codec
    return EvaluatedCodec(
        name=codec.name,
        codec=PeerCodec(codec),
        options=PeerOptions(),
        qualities=tuple(codec.qualities),
        settings=codec.settings,
        fingerprint=codec.fingerprint(),
    )
