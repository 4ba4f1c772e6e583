"""JPEG at the seam."""

# ruff: noqa: PLC0415 -- what reads and computes is loaded by the method that does
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from beholder.errors import InputError, UsageError
from beholder.image.picture_formats import JPEG_SUFFIXES
from beholder.jpeg.options import JpegOptions

if TYPE_CHECKING:
    from beholder.codec_options import DecodeOptions
    from beholder.encode_result import EncodeResult
    from beholder.image.picture import Picture
    from beholder.jpeg.inspect import JpegReport


@dataclass(frozen=True)
class JpegCodec:
    """Files that every decoder reads; a `beholder.codecs.codec.Codec`."""

    name: ClassVar[str] = "jpeg"
    suffix: ClassVar[str] = ".jpg"
    suffixes: ClassVar[frozenset[str]] = JPEG_SUFFIXES
    Options: ClassVar[type[JpegOptions]] = JpegOptions

    def recognises(self, data: bytes) -> bool:
        """Return whether a file begins like a JPEG."""
        from beholder.metadata.jpeg_header import is_jpeg

        return is_jpeg(data)

    def check_encode(self, options: JpegOptions) -> tuple[str, ...]:
        """Load the observer's profile and networks, and return what these say of themselves.

        Raises:
            UsageError: One of them is not there or is damaged, or what runs networks is not installed.
        """
        from beholder.jpeg.observer_choice import observer_of
        from beholder.observers import gradient_observers

        try:
            networks = [network for _, network in gradient_observers(observer_of(options))]
        except InputError as error:
            raise UsageError(str(error)) from error
        return tuple(note for network in networks for note in getattr(network, "notes", ()))

    def check_decode(self, options: DecodeOptions) -> None:
        """Do nothing: Pillow is all that decoding needs."""

    def encode(self, picture: Picture, options: JpegOptions) -> EncodeResult:
        """Return the picture as a JPEG file, or the JPEG that came in where that is no larger."""
        from beholder.jpeg.encode import encode_picture

        return encode_picture(picture, options)

    def decode(self, data: bytes, options: DecodeOptions, *, name: str) -> Picture:
        """Return the picture as libjpeg-turbo decodes it."""
        from beholder.image.read import read_picture

        picture = read_picture(data, name=name)
        _ = picture.pixels  # decoded here, where the caller expects errors
        return picture

    def inspect(self, data: bytes, *, name: str) -> JpegReport:
        """Return tables, scans, and where the bytes are."""
        from beholder.jpeg.inspect import inspect_jpeg

        return inspect_jpeg(data, name)


CODEC = JpegCodec()
