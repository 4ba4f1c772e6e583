"""Pixels of every kind of source, and what is refused."""

import io
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from PIL import Image, ImageOps

from beholder.errors import InputError, UnsupportedImageError, UsageError
from beholder.image.picture import upright
from beholder.image.read import MAX_SIDE, read_bytes, read_picture

SIDES = st.integers(1, 40)
COLOR = hnp.arrays(np.uint8, st.tuples(SIDES, SIDES, st.just(3)))
GREY = hnp.arrays(np.uint8, st.tuples(SIDES, SIDES))
WHITE = (255, 255, 255)


def png_of(samples: NDArray[np.unsignedinteger], extra: bytes = b"") -> bytes:
    """A PNG written here, because Pillow writes no 16-bit colour; `extra` chunks stand before the data."""
    height, width = samples.shape[:2]
    channels = 1 if samples.ndim == 2 else samples.shape[2]
    depth = 8 * samples.dtype.itemsize
    header = struct.pack(">IIBBBBB", width, height, depth, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    rows = samples.astype(samples.dtype.newbyteorder(">"))
    data = b"".join(b"\0" + row.tobytes() for row in rows)
    chunks = chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def save(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def ramp(height: int = 9, width: int = 13, channels: int = 3) -> NDArray[np.uint8]:
    values = np.arange(height * width * channels) * 7 % 256
    shape = (height, width) if channels == 1 else (height, width, channels)
    return values.reshape(shape).astype(np.uint8)


def nearest_8_bit(samples: NDArray[np.uint16]) -> NDArray[np.uint8]:
    return np.rint(samples / 65535 * 255).astype(np.uint8)


@settings(max_examples=60)
@given(st.one_of(COLOR, GREY), st.sampled_from(["PNG", "TIFF", "BMP", "WEBP", "PPM"]))
def test_lossless_files_give_back_their_pixels(pixels: NDArray[np.uint8], kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}
    picture = read_picture(save(Image.fromarray(pixels), kind, **options))
    got = picture.pixels
    if kind == "WEBP" and pixels.ndim == 2:
        got = got[:, :, 0]
    assert np.array_equal(got, pixels)
    assert got.dtype == np.uint8
    assert picture.pixels.flags.c_contiguous
    assert (picture.height, picture.width) == pixels.shape[:2]
    assert picture.jpeg is None


@settings(max_examples=60)
@given(st.one_of(COLOR, GREY), st.sampled_from([(1, 1), (2, 3), (-1, 1), (1, -1)]))
def test_arrays_of_any_layout_are_taken_as_they_are(pixels: NDArray[np.uint8], step: tuple[int, int]) -> None:
    view = pixels[:: step[0], :: step[1]]
    picture = read_picture(view)
    assert np.array_equal(picture.pixels, view)
    assert picture.pixels.flags.c_contiguous
    assert picture.components == (1 if pixels.ndim == 2 else 3)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@settings(max_examples=30)
@given(data=st.data())
def test_16_bit_png_is_rounded_not_cut(channels: int, data: st.DataObject) -> None:
    shape = st.tuples(SIDES, SIDES) if channels == 1 else st.tuples(SIDES, SIDES, st.just(channels))
    samples = data.draw(hnp.arrays(np.uint16, shape))
    color = samples
    if channels in (2, 4):
        samples[..., -1] = 65535
        color = samples[..., 0] if channels == 2 else samples[..., :3]
    assert np.array_equal(read_picture(png_of(samples)).pixels, nearest_8_bit(color))


def test_every_16_bit_value_becomes_the_nearest_8_bit_value() -> None:
    samples = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    assert np.array_equal(read_picture(samples).pixels, nearest_8_bit(samples))


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("channels", [1, 3])
def test_16_bit_tiff_is_rounded_not_cut(byteorder: str, compression: str | None, channels: int) -> None:
    shape = (11, 7) if channels == 1 else (11, 7, 3)
    samples = np.random.default_rng(1).integers(0, 65536, shape).astype(np.uint16)
    file = io.BytesIO()
    tifffile.imwrite(
        file,
        samples,
        byteorder=byteorder,  # type: ignore[arg-type]
        compression=compression,
        photometric="rgb" if channels == 3 else "minisblack",
    )
    assert np.array_equal(read_picture(file.getvalue()).pixels, nearest_8_bit(samples))


def test_a_deep_pgm_is_scaled_by_its_own_maximum() -> None:
    values = np.array([[0, 511, 1023]], dtype=">u2")
    picture = read_picture(b"P5 3 1 1023\n" + values.tobytes())
    assert picture.pixels.tolist() == [[0, 127, 255]]


def test_palette_and_bilevel_become_colour_and_grey() -> None:
    palette = Image.fromarray(ramp()).quantize(16)
    assert np.array_equal(read_picture(save(palette, "PNG")).pixels, np.asarray(palette.convert("RGB")))
    bilevel = Image.fromarray(ramp(channels=1)).convert("1")
    pixels = read_picture(save(bilevel, "PNG")).pixels
    assert set(np.unique(pixels)) == {0, 255}
    assert np.array_equal(pixels, np.asarray(bilevel).astype(np.uint8) * 255)
    assert np.array_equal(read_picture(np.asarray(bilevel)).pixels, pixels)


def transparent_sources() -> dict[str, object]:
    half = np.dstack((ramp(), np.full((9, 13), 128, np.uint8)))
    key = chunk(b"tRNS", struct.pack(">HHH", *ramp()[0, 0]))
    wide = ramp().astype(np.uint16) * 257
    palette = Image.fromarray(ramp()).quantize(16)
    return {
        "RGBA": save(Image.fromarray(half), "PNG"),
        "LA": save(Image.fromarray(half).convert("LA"), "PNG"),
        "array": half,
        "array of grey": half[..., 2:],
        "Pillow image": Image.fromarray(half),
        "WebP": save(Image.fromarray(half), "WEBP"),
        "colour key": png_of(ramp(), key),
        "16-bit colour key": png_of(wide, chunk(b"tRNS", struct.pack(">HHH", *wide[0, 0]))),
        "16-bit": png_of(half.astype(np.uint16) * 257),
        "palette": save(palette, "PNG", transparency=3),
        "grey colour key": save(Image.fromarray(ramp(channels=1)), "PNG", transparency=7),
    }


@pytest.mark.parametrize("kind", transparent_sources())
def test_transparency_is_refused_with_the_remedy_or_flattened(kind: str) -> None:
    source = transparent_sources()[kind]
    with pytest.raises(UnsupportedImageError, match=r"transparent pixels.*--background"):
        read_picture(source)  # type: ignore[arg-type]
    assert read_picture(source, background=(9, 8, 7)).components == 3  # type: ignore[arg-type]


@settings(max_examples=40)
@given(hnp.arrays(np.uint8, st.tuples(SIDES, SIDES, st.just(4))), st.tuples(*[st.integers(0, 255)] * 3))
def test_flattening_blends_code_values(pixels: NDArray[np.uint8], background: tuple[int, int, int]) -> None:
    alpha = pixels[..., 3:] / 255
    expected = pixels[..., :3] * alpha + np.array(background) * (1 - alpha)
    got = read_picture(pixels, background=background).pixels
    assert np.abs(got - expected).max() <= 0.5 + 1e-9


def test_a_16_bit_colour_key_is_compared_in_16_bits() -> None:
    samples = np.array(
        [[[256, 256, 256], [257, 257, 257]]], dtype=np.uint16
    )  # one 8-bit value, two 16-bit ones
    key = chunk(b"tRNS", struct.pack(">HHH", 257, 257, 257))
    assert read_picture(png_of(samples, key), background=WHITE).pixels[0].tolist() == [
        [1, 1, 1],
        [255, 255, 255],
    ]


def test_opaque_alpha_is_dropped() -> None:
    opaque = np.dstack((ramp(), np.full((9, 13), 255, np.uint8)))
    assert np.array_equal(read_picture(opaque).pixels, ramp())
    assert read_picture(opaque[..., 2:]).pixels.ndim == 2
    assert (
        read_picture(np.dstack((ramp(channels=1), np.zeros((9, 13), np.uint8))), background=WHITE).components
        == 1
    )


def test_a_jpeg_keeps_its_bytes_and_decodes_when_asked() -> None:
    data = save(Image.fromarray(ramp(16, 24)), "JPEG")
    picture = read_picture(data)
    assert picture.jpeg == data
    assert (picture.width, picture.height, picture.components) == (24, 16, 3)
    assert np.array_equal(picture.pixels, np.asarray(Image.open(io.BytesIO(data))))


def test_a_cmyk_jpeg_is_passed_on_without_pixels() -> None:
    picture = read_picture(save(Image.new("CMYK", (8, 8)), "JPEG"))
    assert picture.components == 4
    with pytest.raises(UnsupportedImageError, match="CMYK"):
        _ = picture.pixels


def test_an_opened_jpeg_is_its_pixels() -> None:
    with Image.open(io.BytesIO(save(Image.fromarray(ramp(16, 24)), "JPEG"))) as image:
        image.paste((1, 2, 3), (0, 0, 24, 16))
        picture = read_picture(image)
    assert picture.jpeg is None
    assert (picture.pixels == (1, 2, 3)).all()


def test_paths_bytes_and_streams_give_the_same(tmp_path: Path) -> None:
    data = save(Image.fromarray(ramp()), "PNG")
    path = tmp_path / "a.png"
    path.write_bytes(data)
    with path.open("rb") as stream:
        sources = [path, str(path), data, bytearray(data), memoryview(data), stream]
        for source in sources:
            assert np.array_equal(read_picture(source).pixels, ramp())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("source", "error", "words"),
    [
        (b"", InputError, "empty"),
        (b"no picture at all", InputError, "not a picture"),
        ("/no/such/file.png", InputError, "/no/such/file.png: No such file"),
        ("/", InputError, "/: Is a directory"),
        (io.StringIO("text"), UsageError, "binary mode"),
        (12, UsageError, "got int"),
        ("nul\0.png", InputError, "embedded null"),
        (np.zeros((4, 4)), UnsupportedImageError, r"float64; .* \(array \* 255\)"),
        (np.zeros((4, 4), np.int32), UnsupportedImageError, r"int32; .* array.astype\('uint8'\)"),
        (np.zeros((3, 8, 8), np.uint8), UnsupportedImageError, r"array.transpose\(1, 2, 0\)"),
        (np.zeros((4, 4, 5), np.uint8), UnsupportedImageError, r"\(4, 4, 5\)"),
        (np.zeros(4, np.uint8), UnsupportedImageError, r"\(4,\)"),
        (np.zeros((0, 4), np.uint8), UnsupportedImageError, "4x0 pixels"),
        (np.zeros((0, 4, 4), np.uint8), UnsupportedImageError, "4x0 pixels"),
        (np.zeros((MAX_SIDE + 1, 1), np.uint8), UnsupportedImageError, "1x65536 pixels"),
        (save(Image.new("F", (4, 4)), "TIFF"), UnsupportedImageError, "floating-point"),
        (save(Image.new("I", (4, 4)), "TIFF"), UnsupportedImageError, "32-bit"),
        (save(Image.new("CMYK", (4, 4)), "TIFF"), UnsupportedImageError, "CMYK"),
        (save(Image.new("LAB", (4, 4)), "TIFF"), UnsupportedImageError, r"L\*a\*b"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_refused_says_why(source: object, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        read_picture(source)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_several_pictures_in_one_file_are_refused(kind: str) -> None:
    frames = [Image.fromarray(ramp()), Image.fromarray(255 - ramp())]
    with pytest.raises(UnsupportedImageError, match="holds 2 pictures"):
        read_picture(save(frames[0], kind, save_all=True, append_images=frames[1:]))


def test_postscript_is_refused_without_running_it() -> None:
    with pytest.raises(UnsupportedImageError, match="PostScript"):
        read_picture(save(Image.new("L", (4, 4)), "EPS"))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP"])
def test_truncated_files_name_the_file(kind: str, tmp_path: Path) -> None:
    noise = np.random.default_rng(2).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    data = save(Image.fromarray(noise), kind)
    path = tmp_path / f"cut.{kind.lower()}"
    for size in (5, len(data) // 4, len(data) // 2, len(data) - 40):
        path.write_bytes(data[:size])
        with pytest.raises(InputError, match=f"cut.{kind.lower()}"):
            _ = read_picture(path).pixels


@settings(max_examples=150)
@given(st.data())
def test_damaged_files_give_an_input_error_or_a_picture(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "PPM", "TGA"]))
    damaged = bytearray(save(Image.fromarray(ramp(16, 16)), kind))
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        picture = read_picture(bytes(damaged), background=WHITE)
        if picture.components != 4:
            assert picture.pixels.shape[:2] == (picture.height, picture.width)
    except InputError as error:
        assert str(error).startswith("bytes: ")


def test_the_pixel_limit_is_pillows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 50)
    small, large = Image.new("L", (10, 10)), Image.new("L", (11, 10))
    for kind in ("PNG", "JPEG"):
        assert read_picture(save(small, kind)).pixels.shape == (10, 10)  # Pillow itself warns from 50 on
        with pytest.raises(UnsupportedImageError, match=r"100 allowed.*--max-pixels"):
            read_picture(save(large, kind))
    assert read_picture(np.zeros((11, 10), np.uint8)).width == 10


def test_100_megapixels_are_read() -> None:
    height, width = 10_000, 10_000
    compressor = zlib.compressobj(1)
    rows = bytes(width + 1)
    data = b"".join(compressor.compress(rows) for _ in range(height)) + compressor.flush()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    picture = read_picture(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", data) + chunk(b"IEND", b""))
    assert picture.pixels.shape == (height, width)


def test_the_longest_side_is_read() -> None:
    assert read_picture(np.zeros((1, MAX_SIDE), np.uint8)).width == MAX_SIDE
    assert read_picture(save(Image.new("L", (MAX_SIDE, 1)), "PNG")).width == MAX_SIDE


@pytest.mark.parametrize("orientation", range(1, 9))
def test_upright_turns_as_pillow_does(orientation: int) -> None:
    image = Image.fromarray(ramp(5, 7))
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = save(image, "PNG", exif=exif)
    picture = read_picture(data)
    assert picture.metadata.orientation == orientation
    assert np.array_equal(picture.pixels, ramp(5, 7)), "pixels are left as they lie"
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    assert np.array_equal(upright(picture.pixels, orientation), expected)


def test_a_tiff_is_turned_by_pillow_and_not_once_more() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = read_picture(save(Image.fromarray(ramp(5, 7)), "TIFF", exif=exif))
    assert (picture.width, picture.height, picture.metadata.orientation) == (5, 7, 1)


def test_the_callers_exif_stays_as_it_is_and_all_of_it_is_taken() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[0x8769] = {0x9003: "2026:01:02 03:04:05"}
    exif[0x8825] = {1: "N"}
    in_file = Image.Exif()
    in_file.load(exif.tobytes())
    built = Image.fromarray(ramp())
    exif[0x8769] = {0x9003: "2026:01:02 03:04:05", 0xA005: {1: "R98"}}
    built.getexif().update(exif)
    with Image.open(io.BytesIO(save(Image.fromarray(ramp()), "TIFF", exif=in_file))) as opened:
        opened.load()
        for image in (opened, built):
            before = dict(image.getexif())
            metadata = read_picture(image).metadata
            assert dict(image.getexif()) == before
            taken = Image.Exif()
            taken.load(metadata.exif or b"")
            assert set(taken) == {0x010F, 0x8769, 0x8825}, "nothing of the strips of the TIFF file"
            assert taken[0x010F] == "Maker"
            assert taken.get_ifd(0x8769)[0x9003] == "2026:01:02 03:04:05"
            if image is built:  # Pillow's writer of TIFF loses it
                assert taken.get_ifd(0xA005) == {1: "R98"}
            assert taken.get_ifd(0x8825) == {1: "N"}


def test_pillows_warnings_become_notes() -> None:
    class OddImage(Image.Image):
        def getexif(self) -> Image.Exif:
            warnings.warn("odd\nEXIF", UserWarning, stacklevel=1)
            return Image.Exif()

    image = OddImage()
    image.im, image._mode, image._size = Image.new("L", (2, 2)).im, "L", (2, 2)
    assert read_picture(image).notes == ("odd EXIF",)


def test_read_bytes_names_what_it_reads(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x")
    with path.open("rb") as stream:
        assert read_bytes(stream) == (b"x", str(path))
    assert read_bytes(b"x") == (b"x", "bytes")
    assert read_bytes(b"x", name="n") == (b"x", "n")


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_a_colour_key_of_few_bits_is_compared_in_these(depth: int) -> None:
    levels = 1 << depth
    width = 8
    samples = np.arange(width) % levels
    row = sum(int(value) << (depth * (width - 1 - place)) for place, value in enumerate(samples))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, 1, depth, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(b"\0" + row.to_bytes(depth * width // 8, "big")))
    key = chunk(b"tRNS", struct.pack(">H", 1))
    file = b"\x89PNG\r\n\x1a\n" + header + key + data + chunk(b"IEND", b"")
    expected = samples * 255 // (levels - 1)
    expected[samples == 1] = 7
    assert read_picture(file, background=(7, 7, 7)).pixels[0].tolist() == expected.tolist()


@pytest.mark.parametrize("maximum", [1023, 65535])
def test_deep_ppm_is_rounded(maximum: int) -> None:
    values = np.random.default_rng(3).integers(0, maximum + 1, (5, 4, 3))
    data = b"P6 4 5 %d\n" % maximum + values.astype(">u2").tobytes()
    assert np.abs(read_picture(data).pixels - values / maximum * 255).max() <= 0.5 + 1e-9


@pytest.mark.parametrize("bits", [1, 4, 8, 10, 12, 16])
@pytest.mark.parametrize("boxes", [True, False])
def test_jpeg_2000_of_every_depth(bits: int, boxes: bool) -> None:
    imagecodecs = pytest.importorskip("imagecodecs")
    samples = (
        np.random.default_rng(3)
        .integers(0, 1 << bits, (32, 48, 3))
        .astype(np.uint16 if bits > 8 else np.uint8)
    )
    samples[0, 0] = (1 << bits) - 1
    options = {"bitspersample": bits, "reversible": True, "codecformat": "jp2" if boxes else "j2k"}
    expected = np.rint(samples / ((1 << bits) - 1) * 255)
    grey = read_picture(imagecodecs.jpeg2k_encode(samples[..., 0].copy(), **options))
    assert np.array_equal(grey.pixels, expected[..., 0])
    colour = imagecodecs.jpeg2k_encode(samples, **options)
    if bits <= 8:
        assert np.array_equal(read_picture(colour).pixels, expected)
    else:
        with pytest.raises(UnsupportedImageError, match=f"JPEG 2000 with {bits} bits a sample.*convert"):
            read_picture(colour)


def test_upright_rgb_is_three_channels_turned() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    grey = ramp(5, 7, 1)
    upright_grey = read_picture(save(Image.fromarray(grey), "PNG", exif=exif)).upright_rgb()
    assert np.array_equal(upright_grey, np.rot90(grey, -1)[..., np.newaxis].repeat(3, axis=2))


def test_warnings_at_opening_become_notes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    data = save(Image.fromarray(ramp(12, 12)), "PNG")
    assert read_picture(data).notes == ()  # Pillow warns of the number of pixels

    def opened_with_a_warning(*arguments: object, **named: object) -> Image.Image:
        warnings.warn("odd header", UserWarning, stacklevel=1)
        return original(*arguments, **named)  # type: ignore[arg-type]

    original = Image.open
    monkeypatch.setattr(Image, "open", opened_with_a_warning)
    assert read_picture(data).notes == ("odd header",)
