"""The seam: what every codec of the package does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from beholder.codec_options import DecodeOptions

if TYPE_CHECKING:  # a codec that only says its name and its options needs neither numpy nor Pillow
    from beholder.encode_result import EncodeResult
    from beholder.image.picture import Picture


class Codec(Protocol):
    """Makes files of pictures and pictures of files; a value that can be sent to another process."""

    @property
    def name(self) -> str:
        """What the command line and Python's `codec` call it."""

    @property
    def suffix(self) -> str:
        """Of its files, in lower case with the dot."""

    @property
    def suffixes(self) -> frozenset[str]:
        """All that its files may have."""

    @property
    def Options(self) -> type[Any]:  # noqa: N802 -- is a class
        """What can be asked of `encode`, a subclass of `beholder.options.Options`.

        `options` below are of this class.
        """

    def recognises(self, data: bytes) -> bool:
        """Return whether a file begins as those of the codec do."""

    def check_encode(self, options: Any) -> tuple[str, ...]:
        """Load what encoding needs beside the picture, and return notes on it (such as which weights).

        Raises:
            UsageError: A network, weights, a device or a package is not there.
        """

    def check_decode(self, options: DecodeOptions) -> None:
        """See to it that files can be decoded.

        Raises:
            UsageError: Weights, a device or a package is not there.
        """

    def encode(self, picture: Picture, options: Any) -> EncodeResult:
        """Return the file of a picture.

        Raises:
            InputError: The picture is a damaged JPEG.
            UnsupportedImageError: The codec does not take such a picture.
            TargetError: No setting reaches the target.
            UsageError: The options ask for what this picture does not allow.
        """

    def decode(self, data: bytes, options: DecodeOptions, *, name: str) -> Picture:
        """Return the picture of a file, with its pixels decoded; `name` is what messages call the file.

        Raises:
            InputError: The file is damaged, or of weights that are not there.
            UnsupportedImageError: More pixels than Pillow's limit against decompression bombs.
            UsageError: What decodes it is not installed.
        """

    def inspect(self, data: bytes, *, name: str) -> Any:
        """Return how a file is made: a `beholder.file_report.FileReport` with the codec's own fields.

        Raises:
            InputError: The file is damaged.
        """
