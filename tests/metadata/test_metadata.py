"""Metadata from any source to JPEG segments, read back by Pillow."""

import hashlib
import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, TiffImagePlugin
from PIL.PngImagePlugin import PngInfo

from beholder.errors import UnsupportedImageError
from beholder.image.picture import Picture
from beholder.image.read import read_picture
from beholder.metadata.jpeg_header import APP0, APP1, APP2, APP11, APP14, COM, Segment, read_jpeg_header
from beholder.metadata.jpeg_metadata import describe_segment, marker_segments, metadata_of_jpeg, strip_jpeg
from beholder.metadata.metadata import Density, Metadata

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF/></x:xmpmeta>'
XMP_HEADER = b"http://ns.adobe.com/xap/1.0/\0"
EXTENDED_HEADER = b"http://ns.adobe.com/xmp/extension/\0"


def exif_of(orientation: int = 6) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8769)[0x829A] = 0.01  # exposure time
    return exif


def save(kind: str, mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    if kind == "TIFF" and isinstance(exif := options.get("exif"), Image.Exif):
        options["exif"] = exif.tobytes()  # as an object Pillow would write it without its sub-directories
    Image.new(mode, (16, 8), 9 if mode == "L" else (9, 8, 7)).save(file, kind, **options)
    return file.getvalue()


def jpeg_with(*segments: Segment) -> bytes:
    """A JPEG file with these segments after its JFIF header."""
    data = save("JPEG")
    end = 4 + int.from_bytes(data[4:6], "big")
    return data[:end] + b"".join(segment.to_bytes() for segment in segments) + data[end:]


def through_jpeg(metadata: Metadata) -> tuple[Image.Image, Metadata]:
    """What Pillow and we read from a JPEG file with these metadata."""
    data = jpeg_with(*marker_segments(metadata))
    return Image.open(io.BytesIO(data)), read_picture(data).metadata


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_profile_exif_and_xmp_survive(kind: str) -> None:
    options = {"icc_profile": PROFILE, "exif": exif_of(1 if kind == "TIFF" else 6)}
    if kind == "TIFF":
        options["exif"][700] = XMP  # type: ignore[index]
    elif kind != "PNG":
        options["xmp"] = XMP
    picture = read_picture(save(kind, **options))
    assert picture.notes == ()
    image, again = through_jpeg(picture.metadata)
    assert image.info["icc_profile"] == PROFILE
    assert image.getexif()[0x010F] == "Maker"
    assert float(image.getexif().get_ifd(0x8769)[0x829A]) == pytest.approx(0.01)
    assert image.getexif().get(0x0112, 1) == (1 if kind == "TIFF" else 6)
    if kind != "PNG":
        assert image.info["xmp"] == XMP
    assert again.exif == picture.metadata.exif
    assert again.icc_profile == PROFILE


def test_a_tiffs_storage_tags_do_not_become_exif() -> None:
    image, _ = through_jpeg(read_picture(save("TIFF", exif=exif_of(1), dpi=(300, 300))).metadata)
    assert set(image.getexif()) <= {0x010F, 0x0112, 0x8769}
    assert read_picture(save("TIFF")).metadata.exif is None


@pytest.mark.parametrize(
    ("kind", "dpi", "density"),
    [
        ("PNG", (300, 150), Density(1, 300, 150)),
        ("TIFF", (72, 72), Density(1, 72, 72)),
        ("JPEG", (96, 96), Density(1, 96, 96)),
    ],
)
def test_density(kind: str, dpi: tuple[int, int], density: Density) -> None:
    assert read_picture(save(kind, dpi=dpi)).metadata.density == density


def tiff(resolution: tuple[float, float] | None, unit: int | None) -> bytes:
    """A TIFF with these tags, which Pillow else writes on its own account."""
    file = io.BytesIO()
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    if resolution is not None:
        tags[282], tags[283] = resolution
    if unit is not None:
        tags[296] = unit
    Image.new("RGB", (16, 8)).save(file, "TIFF", tiffinfo=tags)
    return file.getvalue()


@pytest.mark.parametrize(
    ("resolution", "unit", "density"),
    [
        (None, None, None),
        (None, 2, None),
        ((300.0, 150.0), None, Density(1, 300, 150)),
        ((1.0, 1.0), 2, Density(1, 1, 1)),
        ((100.0, 50.0), 3, Density(1, 254, 127)),
        ((2.0, 1.0), 1, Density(0, 2, 1)),
        ((72.0, 72.0), 1, None),
        ((0.0, 0.0), 2, None),
    ],
)
def test_density_of_a_tiff(
    resolution: tuple[float, float] | None, unit: int | None, density: Density | None
) -> None:
    assert read_picture(tiff(resolution, unit)).metadata.density == density


@pytest.mark.parametrize(
    ("x", "y", "unit", "density"),
    [
        (11811, 11811, 1, Density(1, 300, 300)),
        (2, 3, 0, Density(0, 2, 3)),
        (7, 7, 0, None),
        (0, 0, 1, None),
        (4_000_000_000, 1, 0, None),
    ],
)
def test_density_of_a_png(x: int, y: int, unit: int, density: Density | None) -> None:
    data = save("PNG")
    chunk = b"pHYs" + struct.pack(">IIB", x, y, unit)
    chunk = struct.pack(">I", 9) + chunk + struct.pack(">I", zlib.crc32(chunk))
    picture = read_picture(data[:33] + chunk + data[33:])  # behind IHDR
    assert picture.metadata.density == density


@settings(max_examples=30)
@given(st.integers(1, 400_000), st.integers(0, 255))
def test_profiles_of_any_size_are_put_together_again(size: int, fill: int) -> None:
    size += 128
    profile = struct.pack(">I", size) + bytes([fill]) * (size - 4)
    image, again = through_jpeg(Metadata(icc_profile=profile))
    assert again.icc_profile == profile
    assert image.info["icc_profile"] == profile


@pytest.mark.parametrize("size", [65502, 65503, 65400 * 3, 65400 * 3 + 1])
def test_large_xmp_becomes_extended_xmp(size: int) -> None:
    start, end = b"<?xpacket begin='' id='x'?><x:xmpmeta>", b"</x:xmpmeta><?xpacket end='w'?>"
    packet = start + b"x" * (size - len(start) - len(end)) + end
    payloads = [segment.payload for segment in marker_segments(Metadata(xmp=packet))]
    assert payloads[0].startswith(XMP_HEADER)
    if size == 65502:
        assert payloads == [XMP_HEADER + packet]
        return
    extended = [payload.removeprefix(EXTENDED_HEADER) for payload in payloads[1:]]
    guid = extended[0][:32]
    whole = b""
    for part in extended:
        total, offset = struct.unpack(">II", part[32:40])
        assert (part[:32], offset) == (guid, len(whole))
        whole += part[40:]
    assert total == len(whole)
    assert whole == packet.partition(b"?>")[2].rpartition(b"<?")[0]
    assert hashlib.md5(whole).hexdigest().upper().encode() == guid
    assert b'xmpNote:HasExtendedXMP="' + guid + b'"' in payloads[0]


def test_other_segments_of_a_jpeg_are_carried_over() -> None:
    iptc = Segment(0xED, b"Photoshop 3.0\x008BIM")
    extended = Segment(APP1, EXTENDED_HEADER + b"0" * 40)
    comment = Segment(COM, b"hello")
    metadata = read_picture(jpeg_with(iptc, extended, comment)).metadata
    assert metadata.other_segments == (iptc, extended, comment)
    assert marker_segments(metadata) == (iptc, extended, comment)


def test_coding_headers_are_not_metadata() -> None:
    metadata = read_picture(jpeg_with(Segment(APP14, b"Adobe\0d\0\0\0\0\1"))).metadata
    assert metadata == Metadata(density=Density(0, 1, 1))


@pytest.mark.parametrize(
    ("segment", "word"),
    [
        (Segment(APP2, b"MPF\0..."), "MPF"),
        (Segment(APP11, b"JP\0\1"), "content credentials"),
        (Segment(APP0, b"JFXX\0\x10"), "thumbnail"),
        (Segment(APP2, b"ICC_PROFILE\0\1\2" + bytes(200)), "ICC profile is incomplete"),
    ],
)
def test_what_would_be_wrong_beside_new_bytes_is_dropped_with_a_note(segment: Segment, word: str) -> None:
    picture = read_picture(jpeg_with(segment))
    assert word in picture.notes[0]
    assert marker_segments(picture.metadata) == ()


def test_metadata_that_do_not_fit_are_dropped_with_a_note() -> None:
    exif = exif_of()
    exif[0x010E] = "x" * 70_000
    picture = read_picture(save("PNG", exif=exif, icc_profile=PROFILE))
    assert picture.metadata.exif is None
    assert picture.metadata.icc_profile == PROFILE
    assert "EXIF of 70" in picture.notes[0]
    assert "65527 at most" in picture.notes[0]
    with pytest.raises(UnsupportedImageError, match="65527 at most"):
        marker_segments(Metadata(exif=b"II*\0" + bytes(70_000)))
    with pytest.raises(UnsupportedImageError, match="ICC profile of"):
        marker_segments(Metadata(icc_profile=bytes(255 * 65519 + 1)))


def test_a_colour_profile_of_a_grey_picture_is_dropped_with_a_note() -> None:
    picture = read_picture(save("PNG", mode="L", icc_profile=PROFILE))
    assert picture.metadata.icc_profile is None
    assert picture.notes == ("the ICC profile is for other colours (RGB) and is dropped",)


def test_damaged_exif_is_dropped_with_a_note() -> None:
    image = Image.new("RGB", (8, 8))
    image.info["exif"] = b"Exif\0\0nonsense"
    picture = read_picture(image)
    assert picture.metadata.exif is None
    assert picture.notes == ("the EXIF data are damaged and are dropped",)


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("orientation", range(10))
def test_orientation(byteorder: str, orientation: int) -> None:
    mark = b"II*\0" if byteorder == "<" else b"MM\0*"
    entries = struct.pack(byteorder + "HHII", 0x010F, 2, 4, 0) + struct.pack(
        byteorder + "HHIHH", 0x0112, 3, 1, orientation, 0
    )
    exif = mark + struct.pack(byteorder + "IH", 8, 2) + entries
    assert Metadata(exif=exif).orientation == (orientation if 1 <= orientation <= 8 else 1)


@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_orientation_as_a_long_is_read_as_most_programs_do(byteorder: str) -> None:
    mark = b"II*\0" if byteorder == "<" else b"MM\0*"
    exif = mark + struct.pack(byteorder + "IHHHII", 8, 1, 0x0112, 4, 1, 6)
    assert Metadata(exif=exif).orientation == 6
    loaded = Image.Exif()
    loaded.load(b"Exif\0\0" + exif + bytes(4))
    assert loaded[0x0112] == 6
    assert Metadata(exif=mark + struct.pack(byteorder + "IHHHII", 8, 1, 0x0112, 4, 1, 9)).orientation == 1


def test_png_text_that_is_not_kept_is_named() -> None:
    text = PngInfo()
    text.add_text("Title", "Evening")
    text.add_itxt("Author", "Zoë")
    text.add_text("Software", "a program")
    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, "PNG", pnginfo=text)
    assert read_picture(stream.getvalue()).notes == ("PNG text is dropped (Author, Title)",)


@settings(max_examples=200)
@given(st.binary(max_size=60))
def test_any_exif_has_an_orientation(tail: bytes) -> None:
    assert 1 <= Metadata(exif=b"II*\0" + tail).orientation <= 8
    assert 1 <= Metadata(exif=tail).orientation <= 8


def test_stripping_leaves_what_changes_the_look() -> None:
    data = jpeg_with(
        *marker_segments(Metadata(icc_profile=PROFILE, exif=exif_of(6).tobytes()[6:], xmp=XMP)),
        Segment(COM, b"secret"),
    )
    stripped = strip_jpeg(data, read_jpeg_header(data, "a"))
    metadata = read_picture(stripped).metadata
    assert (metadata.icc_profile, metadata.orientation) == (PROFILE, 6)
    assert b"Maker" not in stripped
    assert b"secret" not in stripped
    assert metadata.xmp is None
    before, after = (np.asarray(Image.open(io.BytesIO(file))) for file in (data, stripped))
    assert np.array_equal(before, after)
    assert Image.open(io.BytesIO(stripped)).getexif()[0x0112] == 6
    assert metadata.stripped() == metadata


def test_stripping_an_upright_picture_leaves_no_exif() -> None:
    assert Metadata(exif=exif_of(1).tobytes()[6:]).stripped() == Metadata()


def test_segments_are_described() -> None:
    kinds = {
        "EXIF": Segment(APP1, b"Exif\0\0II*\0"),
        "XMP": Segment(APP1, XMP_HEADER),
        "ICC profile": Segment(APP2, b"ICC_PROFILE\0"),
        "Adobe": Segment(APP14, b"Adobe"),
        "JFIF": Segment(APP0, b"JFIF\0"),
        "comment": Segment(COM, b""),
        "APP13": Segment(0xED, b"Photoshop"),
        None: Segment(0xDB, b""),
    }
    for word, segment in kinds.items():
        assert describe_segment(segment) == word


def test_notes_of_a_jpeg_come_with_its_picture() -> None:
    data = jpeg_with(Segment(APP2, b"MPF\0"), Segment(APP2, b"MPF\0"))
    picture: Picture = read_picture(data)
    assert len(picture.notes) == 1
    assert picture.notes == metadata_of_jpeg(read_jpeg_header(data, "a")).notes
