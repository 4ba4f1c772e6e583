"""Decoded pictures as files: pixels, and what of the metadata each format holds. Needs no torch."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from beholder.batch.conversion import decoding
from beholder.errors import OutputError, UsageError
from beholder.image.picture_file import FORMATS, picture_file
from beholder.metadata.metadata import EXIF_PREFIX, Metadata

PIXELS = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)
ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = '<x:xmpmeta xmlns:x="adobe:ns:meta/">ünï</x:xmpmeta>'.encode()
MAKER, ORIENTATION, SOFTWARE, EXPOSURE_TIME, EXIF_DIRECTORY = 0x010F, 0x0112, 0x0131, 0x829A, 0x8769


def exif_of(tags: dict[int, object]) -> bytes:
    exif = Image.Exif()
    exif.update(tags)
    return exif.tobytes().removeprefix(EXIF_PREFIX)


def full_exif() -> bytes:
    """With a directory of its own for the exposure."""
    exif = Image.Exif()
    exif[MAKER], exif[ORIENTATION] = "Maker", 1
    exif.get_ifd(EXIF_DIRECTORY)[EXPOSURE_TIME] = 0.25
    return exif.tobytes().removeprefix(EXIF_PREFIX)


METADATA = Metadata(icc_profile=ICC, exif=full_exif(), xmp=XMP)


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("pixels", [PIXELS, PIXELS[..., 1], PIXELS[::2, ::3], PIXELS[:1, :1]])
def test_pixels_come_back_from_every_format(suffix: str, pixels: np.ndarray) -> None:
    data, notes = picture_file(pixels, Metadata(), suffix)
    assert notes == ()
    image = opened(data)
    assert image.format == FORMATS[suffix][0]
    assert (np.asarray(image) == pixels).all()


def test_the_program_plans_no_other_formats() -> None:
    assert decoding().results == FORMATS.keys()


def test_png_holds_all_metadata() -> None:
    data, notes = picture_file(PIXELS, METADATA, ".png")
    assert notes == ()
    image = opened(data)
    assert image.info["icc_profile"] == ICC
    assert image.info["exif"].removeprefix(EXIF_PREFIX) == METADATA.exif
    assert image.getexif()[MAKER] == "Maker"
    xmp = image.info.get("xmp", image.info.get("XML:com.adobe.xmp"))
    assert (xmp if isinstance(xmp, bytes) else xmp.encode()) == XMP


@pytest.mark.parametrize("suffix", [".tif", ".tiff"])
def test_tiff_holds_profile_and_exif(suffix: str) -> None:
    data, notes = picture_file(PIXELS, METADATA, suffix)
    assert notes == (f"XMP is dropped, which {suffix} cannot hold",)
    image = opened(data)
    assert image.info["icc_profile"] == ICC
    assert image.getexif()[MAKER] == "Maker"
    assert image.getexif().get_ifd(EXIF_DIRECTORY)[EXPOSURE_TIME] == 0.25


@pytest.mark.parametrize("suffix", [".bmp", ".ppm"])
def test_other_formats_tell_what_they_drop(suffix: str) -> None:
    data, notes = picture_file(PIXELS, METADATA, suffix)
    assert notes == tuple(
        f"{what} is dropped, which {suffix} cannot hold" for what in ("the colour profile", "EXIF", "XMP")
    )
    assert (np.asarray(opened(data)) == PIXELS).all()
    assert picture_file(PIXELS, Metadata(exif=b"x"), suffix)[1] == (
        f"EXIF is dropped, which {suffix} cannot hold",
    )


# Of the strips of the file that the EXIF came from: its size, its samples, its compression and so on.
@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (0x0100, 5),
        (0x0101, 3),
        (0x0102, 16),
        (0x0103, 5),
        (0x0106, 6),
        (0x010A, 2),
        (0x0115, 1),
        (0x0116, 2),
        (0x011C, 2),
        (0x013D, 2),
        (0x0142, 16),
        (0x0152, 1),
        (0x0153, 3),
    ],
)
def test_exif_says_nothing_of_how_a_tiff_is_stored(tag: int, value: int) -> None:
    exif = exif_of({MAKER: "Maker", tag: value})
    image = opened(picture_file(PIXELS, Metadata(exif=exif), ".tif")[0])
    assert (np.asarray(image) == PIXELS).all()
    assert image.getexif()[MAKER] == "Maker"


def test_orientation_stays_what_it_was() -> None:
    data, _ = picture_file(PIXELS, Metadata(exif=exif_of({ORIENTATION: 6})), ".tif")
    tags = Image.open(io.BytesIO(data)).tag_v2  # type: ignore[attr-defined]  # as Pillow's TIFF reader has it
    assert tags[ORIENTATION] == 6
    assert (tags[0x0100], tags[0x0101]) == (40, 30), "it is not applied to the pixels"


def test_damaged_exif_stops_no_tiff() -> None:
    data, notes = picture_file(PIXELS, Metadata(exif=b"no TIFF stream"), ".tif")
    assert notes == ("EXIF is damaged and is dropped",)
    assert (np.asarray(opened(data)) == PIXELS).all()
    cut = exif_of({MAKER: "Maker", SOFTWARE: "Software" * 10})[:-5]
    data, notes = picture_file(PIXELS, Metadata(exif=cut), ".tif")
    assert notes == ("EXIF is damaged, and what can be read of it is kept",)
    assert opened(data).getexif()[MAKER] == "Maker"


def test_mutated_exif_never_changes_pixels() -> None:
    random = np.random.default_rng(0)
    exif = exif_of({MAKER: "Maker", 0x0132: "2020:01:01 00:00:00", EXIF_DIRECTORY: {EXPOSURE_TIME: 0.25}})
    told = 0
    for _ in range(200):
        mutated = bytearray(exif)
        for _ in range(random.integers(1, 4)):
            mutated[random.integers(4, len(mutated))] = random.integers(256)
        for suffix in (".png", ".tif"):
            data, notes = picture_file(PIXELS, Metadata(exif=bytes(mutated)), suffix)
            told += len(notes)
            with Image.open(io.BytesIO(data)) as image:
                assert image.size == (40, 30)
                assert (np.asarray(image.convert("RGB")) == PIXELS).all() or image.getexif().get(ORIENTATION)
    assert told > 50


@pytest.mark.parametrize("suffix", [".jpg", ".bhd", ".PNG", "png", ""])
def test_unknown_formats_are_refused(suffix: str) -> None:
    with pytest.raises(UsageError) as caught:
        picture_file(PIXELS, Metadata(), suffix)
    assert str(caught.value) == (
        f"{suffix or 'no suffix'} is not a format to decode to; take .png, .tif, .tiff, .ppm, .bmp"
    )


@pytest.mark.parametrize("error", [OSError, ValueError, OverflowError])
def test_what_a_format_cannot_hold_is_told(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def refused(*_: object, **__: object) -> None:
        raise error("side too long")

    monkeypatch.setattr(Image.Image, "save", refused)
    with pytest.raises(OutputError, match=r"^a BMP cannot hold the picture \(side too long\); take another"):
        picture_file(PIXELS, Metadata(), ".bmp")
