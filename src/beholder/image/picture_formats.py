"""Which picture formats this installation reads, and what to install for the others.

Pillow reads most of them. HEIC and JPEG XL are read by plug-ins of Pillow, which are imported when the first
such file comes. Nothing heavy is imported here.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from beholder.errors import UnsupportedImageError
from beholder.image.iso_boxes import file_brands

JPEG_SUFFIXES = frozenset((".jpg", ".jpeg", ".jpe", ".jfif"))
# Of formats that every Pillow reads.
_ALWAYS = JPEG_SUFFIXES.union(
    (".bmp", ".dib", ".gif", ".mpo", ".pbm", ".pcx", ".pgm", ".png"),
    (".pnm", ".ppm", ".qoi", ".sgi", ".tga", ".tif", ".tiff"),
)
# Brands of ISO base media files (ISO/IEC 23008-12, B.4.1; AV1 Image File Format, 5).
_HEIC_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"))
_AVIF_BRANDS = frozenset((b"avif", b"avis"))


@dataclass(frozen=True)
class OptionalFormat:
    """A format that not every installation reads.

    Attributes:
        name: Of the format.
        suffixes: Of its files, in lower case with the dot.
        module: The one that reads it.
        install: What brings that module.
        opener: A function of the module that registers its reader with Pillow; None where the import does.
    """

    name: str
    suffixes: frozenset[str]
    module: str
    install: str
    opener: str | None = None

    @property
    def is_there(self) -> bool:
        """Whether this installation reads it."""
        return find_spec(self.module) is not None

    @property
    def remedy(self) -> str:
        """What is missing and how to get it."""
        return f"reading {self.name} needs {self.install}"

    def load(self, name: str) -> None:
        """Import the reader.

        Args:
            name: Of the picture, for the message.

        Raises:
            UnsupportedImageError: It is not installed, or is broken.
        """
        if not self.is_there:
            raise UnsupportedImageError(f"{name}: {self.remedy}")
        try:
            module = import_module(self.module)
            if self.opener is not None:
                getattr(module, self.opener)()
        except (ImportError, AttributeError, OSError) as error:
            raise UnsupportedImageError(
                f"{name}: {self.remedy}; what is installed does not work ({error})"
            ) from error


_EXTRA = "pip install 'beholder[formats]'"
AVIF = OptionalFormat("AVIF", frozenset((".avif",)), "PIL._avif", f"Pillow 11.3 or later ({_EXTRA})")
HEIC = OptionalFormat(
    "HEIC",
    frozenset((".heic", ".heif", ".hif")),
    "pillow_heif",
    f"pillow-heif ({_EXTRA})",
    "register_heif_opener",
)
JPEG_2000 = OptionalFormat(
    "JPEG 2000",
    frozenset((".j2k", ".jp2", ".jpf", ".jpx")),
    "PIL._imaging",  # part of Pillow's core, whose wheels all have it
    "a Pillow built with OpenJPEG (its wheels are)",
)
JPEG_XL = OptionalFormat("JPEG XL", frozenset((".jxl",)), "pillow_jxl", f"pillow-jxl-plugin ({_EXTRA})")
WEBP = OptionalFormat(
    "WebP", frozenset((".webp",)), "PIL._webp", "a Pillow built with libwebp (its wheels are)"
)
_OPTIONAL = (AVIF, HEIC, JPEG_2000, JPEG_XL, WEBP)


def known_suffixes() -> frozenset[str]:
    """Return the suffixes of all formats that can be read where everything is installed."""
    return _ALWAYS.union(*(each.suffixes for each in _OPTIONAL))


def readable_suffixes() -> frozenset[str]:
    """Return the suffixes, in lower case with the dot, of the pictures that this installation reads.

    They decide what is taken from folders; a file that is named is read whatever its suffix.
    """
    return _ALWAYS.union(*(each.suffixes for each in _OPTIONAL if each.is_there))


def missing_reader(suffix: str) -> str | None:
    """Return what to install for pictures of this suffix, such as "reading HEIC needs pillow-heif (...)".

    None where nothing is missing, or the suffix is of no format that could be read.
    """
    for each in _OPTIONAL:
        if suffix.lower() in each.suffixes:
            return None if each.is_there else each.remedy
    return None


def optional_format_of(head: bytes) -> OptionalFormat | None:
    """Return the format that not every installation reads, told by a file's first bytes (4096 are enough)."""
    if head[:2] == b"\xff\x0a" or head[:12] == b"\0\0\0\x0cJXL \r\n\x87\n":
        return JPEG_XL
    brands = file_brands(head)
    if brands & _AVIF_BRANDS:
        return AVIF
    if brands & _HEIC_BRANDS:
        return HEIC
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    return None
