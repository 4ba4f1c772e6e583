"""TIFF of every layout: the right values, as tifffile reads them or by construction, or a clear refusal."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageOps

from beholder.errors import InputError, UnsupportedImageError
from beholder.image.read import read_picture
from benchmarks.robustness.mutated_tiff import TiffKind, write_tiff

SHAPE = (21, 37)
WHITE = (255, 255, 255)
# Slowly changing, so that JPEG inside TIFF stays close.
GREY = (np.add.outer(np.arange(48) * 3, np.arange(64) * 2) % 256).astype(np.uint8)
COLOUR = np.dstack((GREY, GREY[::-1], 255 - GREY))
_SHARED = Path(os.environ.get("BEHOLDER_SHARED", Path(__file__).parents[3] / "shared"))


def case(name: str) -> Path:
    path = _SHARED / "cases" / name
    if not path.exists():
        pytest.skip(f"{path} is not there (set BEHOLDER_SHARED)")
    return path


def tiff(samples: NDArray[Any], **options: Any) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, samples, **options)
    return file.getvalue()


def written(channels: int, **layout: Any) -> tuple[NDArray[np.int64], bytes]:
    """Noise of (H, W, C) and the file of it, written by hand."""
    kind = TiffKind(**layout)
    samples = np.random.default_rng(5).integers(0, 1 << kind.bits, (*SHAPE, channels))
    return samples, write_tiff(samples, kind)


def as_8_bit(samples: NDArray[np.int64], bits: int) -> NDArray[np.int64]:
    return np.rint(samples / ((1 << bits) - 1) * 255).astype(np.int64)


def over_white(colour: NDArray[Any], alpha: NDArray[Any], *, premultiplied: bool = False) -> NDArray[Any]:
    share = alpha[..., np.newaxis] / 255
    return (
        np.minimum(colour + 255 * (1 - share), 255) if premultiplied else colour * share + 255 * (1 - share)
    )


STORED: dict[str, dict[str, Any]] = {
    "plain": {},
    "big endian, strips": {"order": ">", "rows": 4},
    "tiles": {"tile": (16, 32)},
    "BigTIFF": {"big": True},
    "deflate": {"compression": 8, "rows": 5},
    "packbits": {"compression": 32773},
    "lowest bit first": {"fill_order": 2},
    "lowest bit first, deflate": {"fill_order": 2, "compression": 8},
}


@pytest.mark.parametrize("bits", [1, 2, 3, 4, 7, 8, 9, 10, 12, 14, 15, 16])
@pytest.mark.parametrize(("photometric", "planar"), [(0, False), (1, False), (2, False), (2, True)], ids=str)
def test_every_depth_and_storage(photometric: int, planar: bool, bits: int) -> None:
    channels = 3 if photometric == 2 else 1
    for name, stored in STORED.items():
        samples, data = written(channels, bits=bits, photometric=photometric, planar=planar, **stored)
        expected = as_8_bit(samples, bits)
        if photometric == 0:
            expected = 255 - expected
        pixels = read_picture(data).pixels
        assert np.array_equal(pixels, expected if channels == 3 else expected[..., 0]), name


@pytest.mark.parametrize("stored", ["plain", "big endian, strips", "tiles", "BigTIFF", "deflate"])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("planar", [False, True])
def test_tifffile_reads_the_same(planar: bool, bits: int, stored: str) -> None:
    _, data = written(3, bits=bits, photometric=2, planar=planar, **STORED[stored])
    samples = tifffile.imread(io.BytesIO(data)).astype(np.int64)
    samples = np.moveaxis(samples, 0, 2) if planar else samples
    assert np.array_equal(read_picture(data).pixels, as_8_bit(samples, bits))


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("planar", [False, True])
def test_differences_of_neighbours_are_summed_up(bits: int, order: str, planar: bool) -> None:
    layout = {"bits": bits, "photometric": 2, "order": order, "planar": planar}
    samples, data = written(3, **layout, compression=8, predictor=2, tile=(16, 16))
    assert np.array_equal(read_picture(data).pixels, as_8_bit(samples, bits))


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("written_as", ["16 bits", "high byte", "8 bits"])
def test_palettes_of_any_depth(bits: int, written_as: str) -> None:
    colours = np.random.default_rng(1).integers(1, 256, (3, 1 << bits))
    stored = colours * {"16 bits": 257, "high byte": 256, "8 bits": 1}[written_as]
    if written_as == "16 bits":
        stored[0, 0] = 1000  # no multiple of 257
        colours[0, 0] = round(1000 / 257)
    samples, data = written(1, bits=bits, photometric=3, color_map=tuple(map(int, stored.ravel())))
    assert np.array_equal(read_picture(data).pixels, colours.T[samples[..., 0]])


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("colours", [1, 3])
@pytest.mark.parametrize("meaning", [1, 2, 999, None])
def test_alpha_is_blended_as_the_file_means_it(bits: int, colours: int, meaning: int | None) -> None:
    layout = {"bits": bits, "photometric": 2 if colours == 3 else 1}
    extra = None if meaning is None else (meaning,)
    samples, data = written(colours + 1, **layout, extra=extra, planar=bits == 8)
    eight = as_8_bit(samples, bits)
    colour, alpha = eight[..., :-1], eight[..., -1]
    if meaning == 1:
        colour = np.minimum(colour, alpha[..., np.newaxis])
    expected = over_white(colour, alpha, premultiplied=meaning == 1)
    pixels = read_picture(data, background=WHITE).pixels.reshape(*SHAPE, colours)
    assert np.abs(pixels - expected).max() <= 0.5 + 1e-9
    with pytest.raises(UnsupportedImageError, match="transparent pixels"):
        read_picture(data)


def test_a_pillow_image_with_associated_alpha() -> None:
    image = Image.fromarray(np.dstack((COLOUR, GREY))).convert("RGBa")
    pixels = read_picture(image, background=WHITE).pixels
    premultiplied = np.asarray(image).astype(int)
    expected = over_white(premultiplied[..., :3], premultiplied[..., 3], premultiplied=True)
    assert np.abs(pixels - expected).max() <= 0.5 + 1e-9


def test_channels_of_no_stated_use_are_dropped_with_a_note() -> None:
    samples, data = written(5, bits=16, photometric=2, extra=(0, 0))
    picture = read_picture(data)
    assert np.array_equal(picture.pixels, as_8_bit(samples[..., :3], 16))
    assert picture.notes == ("2 channels beside the colours, of no stated use, are dropped",)
    samples, data = written(5, photometric=2, extra=(0, 2))
    picture = read_picture(data, background=WHITE)
    assert np.abs(picture.pixels - over_white(samples[..., :3], samples[..., 4])).max() <= 0.5 + 1e-9
    assert picture.notes == ("a channel beside the colours, of no stated use, is dropped",)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("bits", [8, 12])
def test_turned_as_pillow_turns(orientation: int, bits: int) -> None:
    samples, data = written(3, bits=bits, photometric=2, orientation=orientation)
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    Image.fromarray(as_8_bit(samples, bits).astype(np.uint8)).save(file, "PNG", exif=exif)
    picture = read_picture(data)
    assert np.array_equal(picture.pixels, np.asarray(ImageOps.exif_transpose(Image.open(file))))
    assert picture.metadata.orientation == 1


def lzw_of(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "TIFF", compression="tiff_lzw")
    return file.getvalue()


def test_lzw() -> None:
    assert np.array_equal(read_picture(lzw_of(Image.fromarray(COLOUR))).pixels, COLOUR)
    wide = GREY.astype(np.uint16) * 257
    assert np.array_equal(read_picture(lzw_of(Image.fromarray(wide))).pixels, GREY)


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt", "packbits"])
@pytest.mark.parametrize("photometric", [0, 1])
def test_one_bit(compression: str, photometric: int) -> None:
    image = Image.fromarray(GREY).convert("1")
    file = io.BytesIO()
    image.save(file, "TIFF", compression=compression, tiffinfo={262: photometric})
    assert np.array_equal(read_picture(file.getvalue()).pixels, np.asarray(image) * np.uint8(255))


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "jpeg"])
def test_ycbcr_is_converted(compression: str | None) -> None:
    file = io.BytesIO()
    image = Image.fromarray(COLOUR)
    if compression == "jpeg":
        image.save(file, "TIFF", compression=compression, quality=95)
    else:
        image.convert("YCbCr").save(file, "TIFF", compression=compression)
    assert np.abs(read_picture(file.getvalue()).pixels.astype(int) - COLOUR).mean() < 2


def test_metadata_of_a_layout_that_pillow_does_not_open() -> None:
    profile = bytes(16) + b"RGB " + bytes(108)
    description = (270, 2, 0, "a description", True)
    options = {"photometric": "rgb", "planarconfig": "separate", "iccprofile": profile}
    samples = np.moveaxis(COLOUR.astype(np.uint16) * 257, 2, 0).copy()
    data = tiff(
        samples, **options, resolution=(300, 300), resolutionunit=2, extratags=[description], metadata=None
    )
    picture = read_picture(data)
    assert np.array_equal(picture.pixels, COLOUR)
    assert picture.metadata.icc_profile == profile
    assert picture.metadata.density is not None
    assert (picture.metadata.density.x, picture.metadata.density.y) == (300, 300)
    assert b"a description" in (picture.metadata.exif or b"")


def refused_files() -> dict[str, tuple[Callable[[], bytes], str]]:
    wide = np.dstack((COLOUR, GREY)).astype(np.uint16) * 257
    return {
        "16-bit CMYK": (lambda: tiff(wide, photometric="separated"), "16-bit CMYK"),
        "8-bit CMYK": (lambda: tiff(wide.astype(np.uint8), photometric="separated"), "8-bit CMYK"),
        "L*a*b*": (lambda: tiff(COLOUR, photometric="cielab"), r"8-bit L\*a\*b\*"),
        "16-bit L*a*b*": (lambda: tiff(wide[..., :3], photometric="icclab"), r"16-bit L\*a\*b\*"),
        "32-bit": (lambda: tiff(GREY.astype(np.uint32)), "32-bit grey"),
        "floating point": (lambda: tiff(GREY.astype(np.float32)), "32-bit floating-point grey"),
        "half precision": (
            lambda: tiff(COLOUR.astype(np.float16), photometric="rgb"),
            "16-bit floating-point RGB",
        ),
        "signed": (lambda: tiff(GREY.astype(np.int16)), "16-bit signed grey"),
        "signed 8-bit": (lambda: tiff(GREY.astype(np.int8)), "8-bit signed grey"),
        "16-bit YCbCr": (lambda: written(3, bits=16, photometric=6)[1], "16-bit YCbCr"),
        "raw sensor": (lambda: written(1, bits=12, photometric=32803)[1], "raw sensor"),
        "no photometric": (lambda: written(1, photometric=None)[1], "PhotometricInterpretation"),
        "depths differ": (lambda: written(3, photometric=2, more={258: (5, 6, 5)})[1], "5/6/5-bit RGB"),
        "predictor 3": (lambda: written(1, bits=16, compression=8, more={317: (3,)})[1], "predictor 3"),
        "WebP inside": (lambda: written(3, photometric=2, more={259: (50001,)})[1], "WebP compression"),
        "pages": (lambda: tiff(np.stack((GREY, GREY)), photometric="minisblack"), "holds 2 pictures"),
        "big-endian BigTIFF": (lambda: written(1, big=True, order=">")[1], "big-endian BigTIFF"),
        "DNG": (lambda: written(1, bits=16, more={50706: (1, 4, 0, 0)})[1], "raw file"),
        "preview first": (
            lambda: written(3, photometric=2, more={254: (1,)})[1],
            "preview of a larger picture",
        ),
    }


@pytest.mark.parametrize("kind", refused_files())
def test_what_is_refused_says_the_layout_and_the_remedy(kind: str, tmp_path: Path) -> None:
    make, words = refused_files()[kind]
    path = tmp_path / "some.tif"
    path.write_bytes(make())
    with pytest.raises(
        UnsupportedImageError, match=rf"some\.tif: .*{words}.*(convert|extract|develop|export|save)"
    ):
        read_picture(path, background=WHITE)


def test_previews_behind_the_picture_are_dropped_with_a_note() -> None:
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(COLOUR, photometric="rgb")
        writer.write(COLOUR[::2, ::2], photometric="rgb", subfiletype=1)
    picture = read_picture(file.getvalue())
    assert np.array_equal(picture.pixels, COLOUR)
    assert picture.notes == ("a smaller preview in the file is dropped",)


@pytest.mark.parametrize(
    "more",
    [
        {273: (9_000_000,)},
        {278: (0,)},
        {277: (9999,)},
        {258: (0,)},
        {256: (0,)},
        {320: (1, 2, 3), 262: (3,)},
        {279: (1,), 259: (8,)},
        {278: (1,)},
    ],
    ids=str,
)
def test_damaged_tags_name_the_file(more: dict[int, tuple[int, ...]]) -> None:
    with pytest.raises(InputError, match=r"^bytes: "):
        read_picture(written(1, more=more)[1])


def test_few_bytes_do_not_ask_for_much_memory() -> None:
    _, data = written(
        3, bits=16, photometric=2, compression=8, more={256: (12_000,), 257: (12_000,), 278: (12_000,)}
    )
    with pytest.raises(InputError, match=r"damaged or truncated TIFF: .* bytes for 12000 rows"):
        read_picture(data)


def test_the_pixel_limit_holds_for_every_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 50)
    with pytest.raises(UnsupportedImageError, match=r"--max-pixels"):
        read_picture(written(1, bits=12)[1])


@pytest.mark.parametrize(("bits", "photometric"), [(16, 0), (12, 1)])
def test_an_opened_image_that_pillow_gives_wrong_is_refused(bits: int, photometric: int) -> None:
    _, data = written(1, bits=bits, photometric=photometric)
    with (
        Image.open(io.BytesIO(data)) as image,
        pytest.raises(UnsupportedImageError, match="give the file itself"),
    ):
        read_picture(image)


@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_an_opened_image_that_pillow_gives_right_is_taken(photometric: str) -> None:
    with Image.open(io.BytesIO(tiff(GREY, photometric=photometric))) as image:
        expected = GREY if photometric == "minisblack" else 255 - GREY
        assert np.array_equal(read_picture(image).pixels, expected)


def test_the_shared_cases() -> None:
    path = case("tif_miniswhite16.tif")
    assert np.array_equal(
        read_picture(path).pixels, 255 - as_8_bit(tifffile.imread(path).astype(np.int64), 16)
    )
    path = case("tif_grey12.tif")
    packed = np.fromfile(path, np.uint8, 9216, offset=256).astype(np.int64).reshape(-1, 3)
    pairs = packed[:, 0] << 4 | packed[:, 1] >> 4, (packed[:, 1] & 15) << 8 | packed[:, 2]
    values = np.stack(pairs, axis=1).reshape(64, 96)
    assert np.array_equal(read_picture(path).pixels, as_8_bit(values, 12))
    for background in (None, WHITE):
        with pytest.raises(UnsupportedImageError, match=r"tif_16cmyk_bg\.tif: TIFF of 16-bit CMYK"):
            read_picture(case("tif_16cmyk_bg.tif"), background=background)
