"""How a TIFF file stores its first picture: tags, their check, and what is refused.

Pillow takes a file by the tags it knows and passes over the others: 16-bit grey where white is 0 comes out as
a negative, 12-bit grey nearly black. So the tags are read here, before Pillow decodes anything.

Sources: TIFF 6.0 (sections 2, 4 to 7, 14 to 16, 18, 19); Adobe Photoshop TIFF technical notes (2002);
BigTIFF.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from beholder.errors import InputError, UnsupportedImageError

Tags = Mapping[int, tuple[int, ...]]

SUBFILE_TYPE, WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 254, 256, 257, 258, 259, 262, 266
STRIP_OFFSETS, ORIENTATION, SAMPLES, ROWS_PER_STRIP, STRIP_COUNTS, PLANAR = 273, 274, 277, 278, 279, 284
PREDICTOR, COLOR_MAP, TILE_WIDTH, TILE_LENGTH, TILE_OFFSETS, TILE_COUNTS = 317, 320, 322, 323, 324, 325
EXTRA_SAMPLES, SAMPLE_FORMAT, WHITE_POINT, PRIMARIES, DNG_VERSION = 338, 339, 318, 319, 50706

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, YCBCR = 0, 1, 2, 3, 6
_COLOURS = {0: "grey", 1: "grey", 2: "RGB", 3: "palette", 4: "mask", 5: "CMYK", 6: "YCbCr", 8: "L*a*b*"} | {
    9: "L*a*b* (ICC)",
    10: "L*a*b* (ITU)",
    32803: "raw sensor (CFA)",
    32844: "LogL",
    32845: "LogLuv",
    34892: "linear raw sensor",
}
_FORMATS = {1: "", 2: "signed ", 3: "floating-point ", 4: "", 5: "complex signed ", 6: "complex "}
UNCOMPRESSED, PACKBITS, OLD_JPEG, JPEG = 1, 32773, 6, 7
_COMPRESSIONS = {6: "old JPEG", 7: "JPEG", 34712: "JPEG 2000", 34887: "LERC", 34933: "PNG"} | {
    50001: "WebP",
    50002: "JPEG XL",
    52546: "JPEG XL",
}
# Those that a predictor may go with; libtiff passes over the tag elsewhere.
PREDICTED = frozenset((5, 8, 32946, 34925, 50000))  # LZW, Deflate (both numbers), LZMA, Zstandard
PACKED = PREDICTED | {UNCOMPRESSED, PACKBITS}  # whose result is packed samples
FAX = frozenset((2, 3, 4))  # CCITT, one bit a sample
UNSPECIFIED, ASSOCIATED_ALPHA, UNASSOCIATED_ALPHA = 0, 1, 2
_COREL_ALPHA = 999
_REDUCED, _MASK = 1, 4  # bits of NewSubfileType
_INTEGERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}  # BYTE, SHORT, LONG, IFD, LONG8, IFD8
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4} | dict.fromkeys(
    (16, 17, 18), 8
)
_MAX_PAGES = 100_000
_REMEDY = "convert it to 8- or 16-bit RGB or grey first"


@dataclass(frozen=True)
class Directory:
    """One image file directory.

    Attributes:
        tags: Integers by tag; those of other types (text, fractions) are empty.
        entries: Where each tag's entry stands in the file.
        next: Where the next directory stands; 0 behind the last.
    """

    tags: Tags
    entries: Mapping[int, int]
    next: int


@dataclass(frozen=True)
class Stream:
    """A TIFF stream.

    Attributes:
        data: Of the whole file.
        order: ``<`` or ``>``, as `struct` and numpy name byte orders.
        big: Whether it is BigTIFF.
    """

    data: bytes
    order: str
    big: bool

    def first(self) -> int:
        """Return where the first directory stands."""
        (at,) = struct.unpack_from(
            *((self.order + "Q", self.data, 8) if self.big else (self.order + "I", self.data, 4))
        )
        return int(at)

    def directory(self, at: int) -> Directory:
        """Return the directory at a place in the file.

        Raises:
            struct.error: The file ends before it does.
        """
        counter, entry, place = ("Q", 20, "Q") if self.big else ("H", 12, "I")
        (count,) = struct.unpack_from(self.order + counter, self.data, at)
        start = at + struct.calcsize(counter)
        if count * entry > len(self.data):
            raise struct.error("a directory is longer than the file")
        tags, entries = {}, {}
        for position in range(start, start + count * entry, entry):
            tag, values = self._entry(position)
            if tag not in tags:  # of two, readers take the first
                tags[tag], entries[tag] = values, position
        (following,) = struct.unpack_from(self.order + place, self.data, start + count * entry)
        return Directory(tags, entries, int(following))

    def _entry(self, at: int) -> tuple[int, tuple[int, ...]]:
        place = "Q" if self.big else "I"
        tag, kind, count = struct.unpack_from(f"{self.order}HH{place}", self.data, at)
        if kind not in _INTEGERS:
            return tag, ()
        at += 4 + struct.calcsize(place)
        if count * _SIZES[kind] > struct.calcsize(place):
            (at,) = struct.unpack_from(self.order + place, self.data, at)
        if count * _SIZES[kind] > len(self.data):
            raise struct.error(f"tag {tag} is longer than the file")
        return tag, struct.unpack_from(f"{self.order}{count}{_INTEGERS[kind]}", self.data, at)

    def pages(self) -> Iterator[Directory]:
        """Yield the directories in turn; a chain that comes back to an earlier one ends there."""
        seen: set[int] = set()
        at = self.first()
        while at != 0 and at not in seen and len(seen) < _MAX_PAGES:
            seen.add(at)
            found = self.directory(at)
            yield found
            at = found.next


def tiff_stream(data: bytes) -> Stream | None:
    """Return the stream of a TIFF file, None for other files."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or len(data) < 8:
        return None
    (version,) = struct.unpack_from(order + "H", data, 2)
    if version == 42:
        return Stream(data, order, big=False)
    return Stream(data, order, big=True) if version == 43 and len(data) >= 16 else None


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How the samples of a picture are stored.

    Attributes:
        width: Pixels.
        height: Pixels.
        bits: Of each sample of a pixel.
        compression: Tag 259.
        photometric: Tag 262; None where the file does not say.
        planar: Whether each channel is stored apart.
        fill_order: 2 where the lowest bit of a byte comes first.
        sample_format: 1 unsigned, 2 signed, 3 floating point.
        extra_samples: Meaning of the channels behind the colours; empty where the file does not say.
        predictor: 2 for differences of neighbours.
        orientation: 1..8 as in EXIF.
    """

    width: int
    height: int
    bits: tuple[int, ...]
    compression: int
    photometric: int | None
    planar: bool
    fill_order: int
    sample_format: int
    extra_samples: tuple[int, ...]
    predictor: int
    orientation: int

    @property
    def colours(self) -> int:
        """Number of channels that are no extra ones."""
        return 3 if self.photometric in (RGB, YCBCR) else 1

    @property
    def alpha(self) -> tuple[int, bool] | None:
        """The channel that is alpha and whether the colours are multiplied by it already; None without one.

        A single extra channel that the file says nothing about is taken as alpha, as other readers do.
        """
        extra = self.extra_samples
        if not extra and len(self.bits) == self.colours + 1:
            return self.colours, False
        for number, meaning in enumerate(extra[: len(self.bits) - self.colours], self.colours):
            if meaning in (ASSOCIATED_ALPHA, UNASSOCIATED_ALPHA, _COREL_ALPHA):
                return number, meaning == ASSOCIATED_ALPHA
        return None

    @property
    def words(self) -> str:
        """The layout as a message names it, such as "16-bit CMYK"."""
        bits = "/".join(str(each) for each in (self.bits if len(set(self.bits)) > 1 else self.bits[:1]))
        kind = _FORMATS.get(self.sample_format, f"format {self.sample_format} ")
        colours = _COLOURS.get(self.photometric or 0, f"PhotometricInterpretation {self.photometric}")
        return f"{bits}-bit {kind}{colours}{' in separate planes' if self.planar else ''}"

    @property
    def is_decoded_by_pillow(self) -> bool:
        """Whether it is one of the compressed layouts that Pillow decodes to the right 8-bit samples."""
        one_bit = self.bits == (1,) and self.photometric in (WHITE_IS_ZERO, BLACK_IS_ZERO)
        if self.compression in FAX:
            return one_bit
        eight_bits = set(self.bits) == {8} and not self.planar and self.sample_format in (1, 4)
        if self.compression in (JPEG, OLD_JPEG):
            return eight_bits and (self.photometric, len(self.bits)) in (
                (BLACK_IS_ZERO, 1),
                (RGB, 3),
                (YCBCR, 3),
            )
        return eight_bits and self.photometric == YCBCR and len(self.bits) == 3 and self.compression in PACKED

    @property
    def is_read_right_by_pillow(self) -> bool:
        """Whether what Pillow gives for the opened file are its samples, if perhaps cut to 8 bits."""
        plain = self.photometric in (WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE) and self.sample_format in (
            1,
            4,
        )
        deep = set(self.bits) == {16} and self.photometric in (BLACK_IS_ZERO, RGB) and not self.planar
        return self.is_decoded_by_pillow or (plain and (set(self.bits) <= {1, 2, 4, 8} or deep))

    def check(self, name: str) -> None:
        """Refuse what has no certain 8-bit meaning.

        Raises:
            UnsupportedImageError: With the layout and what to do.
        """
        problem = self._problem()
        if problem is not None:
            raise UnsupportedImageError(f"{name}: TIFF of {self.words}{problem}; {_REMEDY}")

    def _problem(self) -> str | None:
        """What the words of the layout need to say why it is refused; None where it is not."""
        if self.is_decoded_by_pillow:
            return None
        plain = self.photometric in (WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE)
        known = self.compression in _COMPRESSIONS
        compression = (
            f"{_COMPRESSIONS[self.compression]} compression" if known else f"compression {self.compression}"
        )
        predicted = self.compression in PREDICTED and self.predictor != 1
        problems = (
            (
                self.photometric is None,
                " or other samples: the file does not say which (PhotometricInterpretation)",
            ),
            (self.photometric == YCBCR, " of a kind which is not read"),
            (not plain, ", which is not converted to RGB here"),
            (self.sample_format not in (1, 4), " samples, whose range the file does not say"),
            (len(set(self.bits)) > 1, ", samples of different depths"),
            (self.bits[0] > 16, " samples, whose range the file does not say"),
            (self.compression not in PACKED, f" under {compression}, which is not read"),
            (len(self.bits) < self.colours, f" with {len(self.bits)} samples a pixel"),
            (
                predicted and (self.predictor != 2 or self.bits[0] not in (8, 16)),
                f" under predictor {self.predictor}, which is not read",
            ),
        )
        return next((words for is_so, words in problems if is_so), None)

    def notes(self) -> tuple[str, ...]:
        """Return what is said of the channels that are not used."""
        unused = len(self.bits) - self.colours - (self.alpha is not None)
        if unused <= 0:
            return ()
        channels = "a channel" if unused == 1 else f"{unused} channels"
        return (f"{channels} beside the colours, of no stated use, {'is' if unused == 1 else 'are'} dropped",)


def layout_of_tags(tags: Tags, name: str) -> Layout:
    """Return the layout that a directory tells.

    Raises:
        InputError: Width or height are missing, or there are too many samples a pixel.
    """

    def one(tag: int, otherwise: int) -> int:
        values = tags.get(tag, ())
        return values[0] if values else otherwise

    width, height = one(WIDTH, 0), one(LENGTH, 0)
    if not (width and height):
        raise InputError(f"{name}: damaged TIFF: it does not say its width and height")
    compression = one(COMPRESSION, UNCOMPRESSED)
    photometric = tags.get(PHOTOMETRIC, ())
    colour_jpeg = compression == OLD_JPEG and photometric != (BLACK_IS_ZERO,)
    bits = tags.get(BITS, ()) or (8 if colour_jpeg else 1,)
    samples = one(SAMPLES, 3 if colour_jpeg else len(bits))
    if not 1 <= samples <= 64:
        raise InputError(f"{name}: damaged TIFF: {samples} samples a pixel; expected 1 to 64")
    if len(bits) == 1:
        bits *= samples
    if len(bits) < samples or not all(1 <= each <= 64 for each in bits):
        raise InputError(f"{name}: damaged TIFF: bits of {samples} samples are given as {bits[:8]}")
    formats = set(tags.get(SAMPLE_FORMAT, ())[:samples]) or {1}
    orientation = one(ORIENTATION, 1)
    return Layout(
        width=width,
        height=height,
        bits=bits[:samples],
        compression=compression,
        photometric=photometric[0] if photometric else None,
        planar=one(PLANAR, 1) == 2 and samples > 1,
        fill_order=one(FILL_ORDER, 1),
        sample_format=max(formats),
        extra_samples=tags.get(EXTRA_SAMPLES, ()),
        predictor=one(PREDICTOR, 1),
        orientation=orientation if 1 <= orientation <= 8 else 1,
    )


def check_pages(stream: Stream, name: str) -> tuple[Directory, tuple[str, ...]]:
    """Return the first page, and notes on previews behind it, which are dropped.

    Raises:
        InputError: A directory is damaged.
        UnsupportedImageError: There are further pages or a mask, or the first page is a preview of another.
    """
    if stream.big and stream.order == ">":  # Pillow, which reads the metadata, takes it for classic TIFF
        raise UnsupportedImageError(f"{name}: big-endian BigTIFF; save it as little-endian or classic TIFF")
    try:
        pages = list(stream.pages())
    except (struct.error, OverflowError) as error:  # of places beyond 64 bits
        raise InputError(f"{name}: damaged or truncated TIFF ({error})") from error
    if not pages:
        raise InputError(f"{name}: damaged TIFF: it holds no picture")
    kinds = [(page.tags.get(SUBFILE_TYPE) or (0,))[0] for page in pages]
    if DNG_VERSION in pages[0].tags:
        raise UnsupportedImageError(
            f"{name}: a camera's raw file (DNG); develop it to a 16-bit TIFF or PNG first"
        )
    if kinds[0] & _REDUCED:
        raise UnsupportedImageError(
            f"{name}: its first page is a preview of a larger picture elsewhere in the file (a camera's raw "
            "file?); export that picture as a TIFF or PNG of its own"
        )
    if any(kind & _MASK for kind in kinds[1:]):
        raise UnsupportedImageError(
            f"{name}: a transparency mask lies on a page of its own; save it as a PNG with transparency"
        )
    further = sum(not kind & _REDUCED for kind in kinds)
    if further > 1:
        raise UnsupportedImageError(
            f"{name}: holds {further} pictures (an animation or pages), and one is encoded; extract one first"
        )
    previews = len(pages) - 1
    if previews:
        words = (
            "a smaller preview in the file is"
            if previews == 1
            else f"{previews} smaller previews in the file are"
        )
        return pages[0], (f"{words} dropped",)
    return pages[0], ()


def as_plain_grey(stream: Stream, directory: Directory) -> bytes:
    """Return the file with tags that say 8-bit grey, so that Pillow opens it for its metadata.

    Pillow refuses to open layouts that it does not decode. Samples and places of all other data stay.
    """
    plain = {BITS: 8, COMPRESSION: 1, PHOTOMETRIC: 1, FILL_ORDER: 1, SAMPLES: 1, PLANAR: 1, SAMPLE_FORMAT: 1}
    changed = bytearray(stream.data)
    form = stream.order + ("HHQHHI" if stream.big else "HHIHH")
    empty = (0,) if stream.big else ()
    for tag, at in directory.entries.items():
        if tag in plain:
            struct.pack_into(form, changed, at, tag, 3, 1, plain[tag], 0, *empty)
        elif tag == EXTRA_SAMPLES:
            struct.pack_into(stream.order + "H", changed, at, 65000)  # a number for private use
    return bytes(changed)
