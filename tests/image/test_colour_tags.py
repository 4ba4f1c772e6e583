"""Colours that files tell without an ICC profile: the profile made of them, by LittleCMS, or a refusal."""

import io
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms, features

from beholder.errors import UnsupportedImageError
from beholder.image.code_points import CURVES, PRIMARIES, CodePoints
from beholder.image.icc_profile import Curve, Primaries, grey_profile, rgb_profile
from beholder.image.picture import Picture
from beholder.image.read import read_picture

_SHARED = Path(os.environ.get("BEHOLDER_SHARED", Path(__file__).parents[3] / "shared"))
PATCHES = np.random.default_rng(4).integers(0, 256, (16, 16, 3)).astype(np.uint8)
# Inside sRGB in all spaces tried, so that nothing is clipped.
MUTED = np.random.default_rng(4).integers(90, 170, (16, 16, 3)).astype(np.uint8)
GREY = np.arange(256, dtype=np.uint8).reshape(16, 16)
XYZ_OF_SRGB = np.array(  # IEC 61966-2-1
    [[0.4123908, 0.3575843, 0.1804808], [0.2126390, 0.7151687, 0.0721923], [0.0193308, 0.1191948, 0.9505322]]
)
XYZ_OF_P3 = np.array(  # SMPTE EG 432-1 with D65
    [[0.4865709, 0.2656677, 0.1982173], [0.2289746, 0.6917385, 0.0792869], [0.0, 0.0451134, 1.0439444]]
)
XYZ_OF_BT2020 = np.array(  # ITU-R BT.2020-2
    [[0.6369580, 0.1446169, 0.1688810], [0.2627002, 0.6779981, 0.0593017], [0.0, 0.0280727, 1.0609851]]
)


def case(name: str) -> Path:
    path = _SHARED / "cases" / name
    if not path.exists():
        pytest.skip(f"{path} is not there (set BEHOLDER_SHARED)")
    return path


def png(pixels: NDArray[np.uint8], *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG with chunks behind its header."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    parts = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    return file.getvalue()[:33] + parts + file.getvalue()[33:]


def cicp(primaries: int, transfer: int, matrix: int = 0, full: int = 1) -> tuple[bytes, bytes]:
    return b"cICP", bytes((primaries, transfer, matrix, full))


def gamma(exponent: float) -> tuple[bytes, bytes]:
    return b"gAMA", struct.pack(">I", round(exponent * 100_000))


def chromaticities(primaries: Primaries) -> tuple[bytes, bytes]:
    points = (primaries.white, primaries.red, primaries.green, primaries.blue)
    return b"cHRM", struct.pack(">8I", *(round(value * 100_000) for point in points for value in point))


def avif(pixels: NDArray[np.uint8], primaries: int, transfer: int, **options: Any) -> bytes:
    if not features.check("avif"):
        pytest.skip("this Pillow reads no AVIF")
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "AVIF", quality=100, subsampling="4:4:4", speed=9, **options)
    data = file.getvalue()
    at = data.index(b"colrnclx") + 8
    return data[:at] + struct.pack(">HH", primaries, transfer) + data[at + 4 :]


def srgb_of(picture: Picture) -> NDArray[np.int64]:
    """What LittleCMS makes of pixels and profile in sRGB."""
    assert picture.metadata.icc_profile is not None
    profile = ImageCms.ImageCmsProfile(io.BytesIO(picture.metadata.icc_profile))
    image = Image.fromarray(picture.pixels)
    shown = ImageCms.profileToProfile(
        image,
        profile,
        ImageCms.createProfile("sRGB"),
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.NOOPTIMIZE,  # which for grey would put a coarse table in place of the curves
    )
    return np.asarray(shown).astype(np.int64)


def encoded_as_srgb(light: NDArray[np.float64]) -> NDArray[np.float64]:
    light = np.clip(light, 0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def light_of_srgb(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    values = pixels / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def light_of_bt2020(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    values = pixels / 255
    return np.where(
        values < 4.5 * 0.01805397, values / 4.5, ((values + 0.09929683) / 1.09929683) ** (1 / 0.45)
    )


def through(matrix: NDArray[np.float64], light: NDArray[np.float64]) -> NDArray[np.float64]:
    return encoded_as_srgb(light @ (np.linalg.inv(XYZ_OF_SRGB) @ matrix).T)


@pytest.mark.parametrize("transfer", [13, 2])
def test_display_p3_in_png(transfer: int) -> None:
    picture = read_picture(png(MUTED, cicp(12, transfer)))
    assert np.array_equal(picture.pixels, MUTED), "the profile is written, the pixels stay"
    assert np.abs(srgb_of(picture) - through(XYZ_OF_P3, light_of_srgb(MUTED))).max() < 1.5
    profile = ImageCms.ImageCmsProfile(io.BytesIO(picture.metadata.icc_profile or b""))
    assert ImageCms.getProfileDescription(profile).strip() == "Display P3"


@pytest.mark.parametrize("transfer", [1, 6, 14, 15])
def test_bt2020_of_standard_range_in_png(transfer: int) -> None:
    picture = read_picture(png(MUTED, cicp(9, transfer)))
    assert np.abs(srgb_of(picture) - through(XYZ_OF_BT2020, light_of_bt2020(MUTED))).max() < 1.5


def test_display_p3_and_bt2020_in_avif() -> None:
    for (primaries, transfer), matrix, light in (
        ((12, 13), XYZ_OF_P3, light_of_srgb),
        ((9, 14), XYZ_OF_BT2020, light_of_bt2020),
    ):
        picture = read_picture(avif(MUTED, primaries, transfer))
        expected = through(matrix, light(picture.pixels))
        assert np.abs(srgb_of(picture) - expected).max() < 1.5


def test_a_profile_in_avif_counts_more_than_numbers() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    file = io.BytesIO()
    Image.fromarray(MUTED).save(file, "AVIF", speed=9, icc_profile=profile)
    assert read_picture(file.getvalue()).metadata.icc_profile == profile


@pytest.mark.parametrize("points", [(1, 13), (1, 1), (1, 6), (2, 2), (2, 13)])
def test_srgb_needs_no_profile(points: tuple[int, int]) -> None:
    for data in (png(MUTED, cicp(*points)), avif(MUTED, *points)):
        picture = read_picture(data)
        assert picture.metadata.icc_profile is None
        assert picture.notes == ()


@pytest.mark.parametrize("transfer", [16, 18])
def test_high_dynamic_range_is_refused(transfer: int, tmp_path: Path) -> None:
    path = tmp_path / "bright.png"
    for data in (png(PATCHES, cicp(9, transfer)), avif(PATCHES, 9, transfer), png(GREY, cicp(9, transfer))):
        path.write_bytes(data)
        with pytest.raises(
            UnsupportedImageError, match=r"bright\.png: high dynamic range \((PQ|HLG).*export it"
        ):
            read_picture(path)


def test_high_dynamic_range_told_in_a_profile_is_refused() -> None:
    profile = bytearray(rgb_profile("PQ", PRIMARIES[9][1], CURVES[13]))
    profile[128 + 4 : 128 + 4 + 12] = struct.pack(">4sII", b"cicp", len(profile), 12)
    profile += b"cicp" + bytes(4) + bytes((9, 16, 0, 1))
    file = io.BytesIO()
    Image.fromarray(PATCHES).save(file, "PNG", icc_profile=bytes(profile))
    with pytest.raises(UnsupportedImageError, match="high dynamic range"):
        read_picture(file.getvalue())


@pytest.mark.parametrize("loaded", [False, True])
def test_opened_images_tell_their_colours_too(loaded: bool, tmp_path: Path) -> None:
    path = tmp_path / "p3"
    for data in (png(MUTED, cicp(12, 13)), avif(MUTED, 12, 13)):
        path.write_bytes(data)
        with Image.open(path) as image:
            if loaded:
                image.load()
            picture = read_picture(image)
        assert np.abs(srgb_of(picture) - through(XYZ_OF_P3, light_of_srgb(picture.pixels))).max() < 1.5
        with Image.open(io.BytesIO(data)) as image:
            assert np.array_equal(read_picture(image).pixels, picture.pixels)
    path.write_bytes(png(PATCHES, cicp(9, 16)))
    with Image.open(path) as image, pytest.raises(UnsupportedImageError, match="high dynamic range"):
        read_picture(image)


@pytest.mark.parametrize("transfer", [9, 10, 17])
def test_logarithmic_curves_are_refused(transfer: int) -> None:
    with pytest.raises(UnsupportedImageError, match=f"transfer characteristics {transfer}"):
        read_picture(png(PATCHES, cicp(1, transfer)))


def test_unknown_numbers_are_noted() -> None:
    picture = read_picture(png(PATCHES, cicp(77, 13)))
    assert picture.metadata.icc_profile is None
    assert "CICP 77/13" in picture.notes[0]
    assert "cICP chunk is damaged" in read_picture(png(PATCHES, cicp(12, 13, matrix=9))).notes[0]


def test_video_range_is_refused() -> None:
    with pytest.raises(UnsupportedImageError, match="video range"):
        read_picture(png(PATCHES, cicp(12, 13, full=0)))


def test_numbers_in_png_count_more_than_a_profile_and_gamma() -> None:
    file = io.BytesIO()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(MUTED).save(file, "PNG", icc_profile=srgb)
    data = file.getvalue()[:33] + png(MUTED, gamma(1.0), cicp(12, 13))[33:][: 16 + 16] + file.getvalue()[33:]
    assert np.abs(srgb_of(read_picture(data)) - through(XYZ_OF_P3, light_of_srgb(MUTED))).max() < 1.5


@pytest.mark.parametrize("exponent", [1.0, 1 / 1.8, 1 / 1.5])
def test_gamma_in_png(exponent: float) -> None:
    picture = read_picture(png(PATCHES, gamma(exponent)))
    expected = encoded_as_srgb((PATCHES / 255) ** (1 / exponent))
    assert np.abs(srgb_of(picture) - expected).max() < 1.6
    picture = read_picture(png(GREY, gamma(exponent)))
    expected = encoded_as_srgb((GREY / 255) ** (1 / exponent))
    assert picture.components == 1
    assert np.abs(srgb_of(picture) - expected[..., np.newaxis]).max() < 1.6


def test_gamma_of_16_bit_png() -> None:
    wide = Image.fromarray(GREY.astype(np.uint16) * 257)
    file = io.BytesIO()
    wide.save(file, "PNG")
    part = png(GREY, gamma(1.0))[33:49]
    picture = read_picture(file.getvalue()[:33] + part + file.getvalue()[33:])
    assert np.array_equal(picture.pixels, GREY)
    assert picture.metadata.icc_profile is not None


@pytest.mark.parametrize(
    "chunks",
    [
        [gamma(1 / 2.2)],
        [gamma(0.45)],
        [gamma(1 / 2.2), chromaticities(PRIMARIES[1][1])],
        [(b"sRGB", b"\0"), gamma(1.0)],
    ],
    ids=["2.2", "0.45", "2.2 and cHRM", "sRGB wins"],
)
def test_gamma_of_srgb_needs_no_profile(chunks: list[tuple[bytes, bytes]]) -> None:
    assert read_picture(png(PATCHES, *chunks)).metadata.icc_profile is None


def test_chromaticities_in_png() -> None:
    adobe = Primaries((0.3127, 0.3290), (0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
    picture = read_picture(png(MUTED, gamma(1 / 2.2), chromaticities(adobe)))
    matrix = np.array(  # Adobe RGB (1998), 4.3.5.3
        [[0.57667, 0.18556, 0.18823], [0.29734, 0.62736, 0.07529], [0.02703, 0.07069, 0.99134]]
    )
    assert np.abs(srgb_of(picture) - through(matrix, (MUTED / 255) ** 2.2)).max() < 1.6


@pytest.mark.parametrize("chunk", [(b"cHRM", bytes(32)), (b"cHRM", b"\xff" * 32), gamma(0.0)])
def test_damaged_chunks_are_noted(chunk: tuple[bytes, bytes]) -> None:
    picture = read_picture(png(PATCHES, chunk))
    assert picture.metadata.icc_profile is None
    assert "damaged" in picture.notes[0]


def test_primaries_in_tiff() -> None:
    p3 = PRIMARIES[12][1]
    options = {318: p3.white, 319: (*p3.red, *p3.green, *p3.blue)}
    file = io.BytesIO()
    Image.fromarray(MUTED).save(file, "TIFF", tiffinfo=options)
    picture = read_picture(file.getvalue())
    assert np.abs(srgb_of(picture) - through(XYZ_OF_P3, light_of_srgb(MUTED))).max() < 1.5
    srgb = PRIMARIES[1][1]
    file = io.BytesIO()
    Image.fromarray(MUTED).save(
        file, "TIFF", tiffinfo={318: srgb.white, 319: (*srgb.red, *srgb.green, *srgb.blue)}
    )
    assert read_picture(file.getvalue()).metadata.icc_profile is None


def jpeg2000(colr: bytes) -> bytes:
    """A JP2 file whose colour specification is replaced."""
    file = io.BytesIO()
    Image.fromarray(MUTED).save(file, "JPEG2000", irreversible=False)
    data = file.getvalue()
    at = data.index(b"colr") - 4
    size = int.from_bytes(data[at : at + 4], "big")
    header = data.index(b"jp2h") - 4
    new = struct.pack(">I", 8 + len(colr)) + b"colr" + colr
    grown = int.from_bytes(data[header : header + 4], "big") + len(new) - size
    return data[:header] + struct.pack(">I", grown) + data[header + 4 : at] + new + data[at + size :]


def test_colours_of_jpeg_2000() -> None:
    profile = rgb_profile("Display P3", PRIMARIES[12][1], CURVES[13])
    picture = read_picture(jpeg2000(b"\2\0\0" + profile))
    assert np.array_equal(picture.pixels, MUTED)
    assert picture.metadata.icc_profile == profile
    picture = read_picture(jpeg2000(b"\5\0\0" + struct.pack(">HHHB", 12, 13, 0, 128)))
    assert np.abs(srgb_of(picture) - through(XYZ_OF_P3, light_of_srgb(MUTED))).max() < 1.5
    with pytest.raises(UnsupportedImageError, match=r"JPEG 2000 of L\*a\*b\*"):
        read_picture(jpeg2000(b"\1\0\0" + struct.pack(">I", 14)))


def test_colours_of_heic() -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    file = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(MUTED)).save(file, quality=95, chroma="444")
    data = file.getvalue()
    assert read_picture(data).metadata.icc_profile is None
    at = data.index(b"colrnclx") + 8
    shown = read_picture(data[:at] + struct.pack(">HH", 12, 13) + data[at + 4 :])
    assert np.abs(srgb_of(shown) - through(XYZ_OF_P3, light_of_srgb(shown.pixels))).max() < 1.5
    with pytest.raises(UnsupportedImageError, match="HLG"):
        read_picture(data[:at] + struct.pack(">HH", 9, 18) + data[at + 4 :])


@pytest.mark.parametrize("primaries", PRIMARIES)
@pytest.mark.parametrize("transfer", CURVES)
def test_littlecms_takes_every_profile(primaries: int, transfer: int) -> None:
    for grey in (False, True):
        profile, notes = CodePoints(primaries, transfer).icc_profile(grey=grey, name="x")
        assert notes == ()
        if profile is None:
            continue
        read = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        assert read.profile.xcolor_space.strip() == ("GRAY" if grey else "RGB")
        assert read.profile.version == pytest.approx(4.3)
        if not grey:  # white stays white
            image = Image.new("RGB", (1, 1), (255, 255, 255))
            shown = ImageCms.profileToProfile(image, read, ImageCms.createProfile("sRGB"))
            assert min(shown.getpixel((0, 0))) >= 254


def test_profiles_are_small_and_the_same_each_time() -> None:
    first, second = (rgb_profile("Display P3", PRIMARIES[12][1], CURVES[13]) for _ in range(2))
    assert first == second
    assert len(first) < 600
    assert int.from_bytes(first[:4], "big") == len(first)
    assert len(grey_profile("grey", Curve(1.0))) < 400


def test_the_shared_cases() -> None:
    picture = read_picture(case("avif_p3.avif"))
    assert np.abs(srgb_of(picture) - through(XYZ_OF_P3, light_of_srgb(picture.pixels))).max() < 1.5
    with pytest.raises(UnsupportedImageError, match=r"cicp_pq\.png: high dynamic range \(PQ"):
        read_picture(case("cicp_pq.png"))


def test_a_damaged_icc_profile_of_a_png_is_told() -> None:
    damaged = (b"iCCP", b"name\x00\x00" + b"no deflate stream")
    picture = read_picture(png(MUTED, damaged))
    assert picture.metadata.icc_profile is None
    assert picture.notes == ("the ICC profile is damaged and is dropped",)
    linear = read_picture(png(MUTED, damaged, gamma(1.0)))
    assert linear.metadata.icc_profile is not None, "gAMA counts where the profile cannot be used"
    assert linear.notes == picture.notes
    whole = rgb_profile("sRGB", PRIMARIES[1][1], CURVES[13])
    assert read_picture(png(MUTED, (b"iCCP", b"name\x00\x00" + zlib.compress(whole)))).notes == ()


def test_a_cut_off_icc_profile_is_dropped_with_a_note() -> None:
    whole = rgb_profile("sRGB", PRIMARIES[1][1], CURVES[13])
    for length in (100, len(whole) - 8):
        picture = read_picture(png(MUTED, (b"iCCP", b"name\x00\x00" + zlib.compress(whole[:length]))))
        assert picture.metadata.icc_profile is None
        assert picture.losses == ("the ICC profile is incomplete and is dropped",)
        assert picture.notes == picture.losses


def test_a_cicp_chunk_of_a_wrong_length_is_told() -> None:
    picture = read_picture(png(MUTED, (b"cICP", bytes((9, 16, 0)))))
    assert picture.notes == ("the cICP chunk is damaged and is not used",)
