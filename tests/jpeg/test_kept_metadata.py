"""What stands beside the picture of a JPEG file: kept where it stays true, else told; read back by Pillow."""

import io
import struct
import warnings

import numpy as np
import pytest
from PIL import Image, ImageCms

import beholder
from beholder.encode_result import EncodeResult
from beholder.errors import TargetError
from beholder.image.read import read_picture
from beholder.metadata.jpeg_header import APP0, APP1, APP2, APP11, APP14, COM, Segment, read_jpeg_header
from beholder.metadata.jpeg_metadata import notes_on_dropped
from beholder.metadata.metadata import Density
from tests.jpeg.containers import (
    EOI,
    VIDEO,
    container_xmp,
    gain_map,
    jpeg,
    micro_video_xmp,
    samsung_trailer,
    with_mpf,
    with_segments,
    xmp_segment,
)

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LOSSLESS = pytest.mark.parametrize("lossless", [False, True])


def encode(data: bytes, *, lossless: bool = False, **options: object) -> EncodeResult:
    """Re-encodes, and holds that Pillow shows the picture as it decodes the source."""
    result = beholder.encode(data, lossless=lossless, **options)  # type: ignore[arg-type]
    before, after = (np.asarray(opened(file).convert("RGB"), np.int16) for file in (data, result.data))
    assert not result.kept_input
    assert np.array_equal(before, after) if lossless else np.abs(before - after).mean() < 8
    return result


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def picture_end(data: bytes) -> int:
    return read_jpeg_header(data, "result").end


@LOSSLESS
def test_a_motion_photo_keeps_its_video_where_xmp_says(lossless: bool) -> None:
    source = with_segments(jpeg(), xmp_segment(micro_video_xmp(len(VIDEO)))) + VIDEO
    result = encode(source, lossless=lossless)
    assert len(result.data) < len(source)
    assert result.data[-len(VIDEO) :] == VIDEO
    assert result.data[: -len(VIDEO)].endswith(EOI)
    assert picture_end(result.data) == len(result.data) - len(VIDEO)
    assert opened(result.data).info["xmp"] == micro_video_xmp(len(VIDEO))
    assert result.losses == ()
    assert result.notes == (f"behind the picture {len(VIDEO)} bytes (MP4 video) are kept as they are",)


def test_a_container_of_a_gain_map_and_a_video_stays_true() -> None:
    image = gain_map()
    packet = container_xmp(("GainMap", len(image)), ("MotionPhoto", len(VIDEO)), gain_map=True)
    source = with_segments(jpeg(), xmp_segment(packet)) + image + VIDEO
    result = encode(source)
    end = picture_end(result.data)
    assert result.data[end : end + len(image)] == image
    assert result.data[-len(VIDEO) :] == VIDEO
    assert opened(result.data).info["xmp"] == packet
    assert "JPEG, a gain map, MP4 video" in result.notes[0]


def test_a_length_that_xmp_states_of_the_picture_itself_is_left_open() -> None:
    packet = container_xmp(("MotionPhoto", len(VIDEO)), primary_length=123456)
    source = with_segments(jpeg(), xmp_segment(packet)) + VIDEO
    xmp = opened(encode(source).data).info["xmp"]
    assert xmp == packet.replace(b'"123456"', b'"0"')


@LOSSLESS
@pytest.mark.parametrize("byte_order", ["<", ">"])
@pytest.mark.parametrize("gap", [0, 37])
def test_mpf_names_the_new_places(lossless: bool, byte_order: str, gap: int) -> None:
    further = [jpeg(8, 40, 24), jpeg(9, 32, 16)]
    source = with_mpf(jpeg(), *further, byte_order=byte_order, gap=gap)
    result = encode(source, lossless=lossless)
    image = Image.open(io.BytesIO(result.data))
    assert image.format == "MPO"
    assert image.mpinfo[0xB002][0]["Size"] == picture_end(result.data)  # type: ignore[attr-defined]
    for number, picture in enumerate(further, 1):
        image.seek(number)
        assert np.array_equal(np.asarray(image), np.asarray(opened(picture)))
    assert result.losses == ()


def test_a_gain_map_named_by_xmp_and_mpf_and_iso() -> None:
    image = gain_map()
    version = Segment(APP2, b"urn:iso:std:iso:ts:21496:-1\0\0\0\0\0")
    packet = container_xmp(("GainMap", len(image)), gain_map=True)
    # Segments put in later stand before MPF, so that its own places are made last.
    source = with_mpf(with_segments(jpeg(), xmp_segment(packet), version), image)
    result = encode(source)
    end = picture_end(result.data)
    assert result.data[end:] == image
    placed = read_jpeg_header(result.data, "a").placed_segments
    index = next(one for one in placed if one.segment.payload.startswith(b"MPF"))
    size, offset = struct.unpack_from(">II", index.segment.payload, 4 + 50 + 16 + 4)
    assert (size, index.offset + 8 + offset) == (len(image), end)
    assert version in read_jpeg_header(result.data, "a").segments


def test_an_mpf_index_that_names_what_is_not_there_is_dropped_with_a_note() -> None:
    whole = with_mpf(jpeg(), jpeg(8, 40, 24))
    source = whole[: picture_end(whole)]
    result = encode(source)
    assert b"MPF\0" not in result.data
    assert result.notes == (
        "the index of further pictures (MPF) names no picture in the file and is dropped",
    )


@pytest.mark.parametrize(
    "packet",
    [
        micro_video_xmp(4000),
        container_xmp(("MotionPhoto", 4000)),
        container_xmp(("GainMap", 500), gain_map=True),
    ],
)
@pytest.mark.parametrize("trailer", [b"", bytes(5000), VIDEO[:300]])
def test_xmp_that_names_what_is_not_there_is_cleaned_with_a_note(packet: bytes, trailer: bytes) -> None:
    source = with_segments(jpeg(), xmp_segment(packet)) + trailer
    result = encode(source)
    xmp = opened(result.data).info["xmp"]
    for word in (b"MicroVideo", b"MotionPhoto", b"Container", b"Item", b"hdrgm", b"GCamera"):
        assert word not in xmp
    assert (b"Rating>4<" in xmp) or (b'dc:source="a > b"' in xmp)
    assert any("are removed" in note for note in result.notes)
    assert result.losses == ()  # it was lost before


def test_a_samsung_trailer_is_kept() -> None:
    trailer = samsung_trailer((b"MotionPhoto_Data", VIDEO), (b"Image_UTC_Data", b"1600000000000"))
    result = encode(jpeg() + trailer)
    assert result.data.endswith(trailer)
    assert "(Samsung trailer with a video)" in result.notes[0]


def test_a_second_jpeg_behind_the_first_is_kept() -> None:
    second = jpeg(8, 40, 24)
    result = encode(jpeg() + second)
    assert result.data.endswith(EOI + second)
    assert "JPEG, a further picture" in result.notes[0]


@pytest.mark.parametrize("padding", [bytes(1), bytes(4096), b"\r\n", b"\xff" * 16])
def test_padding_is_dropped_with_a_note(padding: bytes) -> None:
    result = encode(jpeg() + padding)
    assert result.data.endswith(EOI)
    assert picture_end(result.data) == len(result.data)
    assert result.notes == (f"{len(padding)} bytes of padding behind the picture are dropped",)
    assert result.losses == ()


@LOSSLESS
@pytest.mark.parametrize("progressive", [False, True])
def test_segments_behind_the_first_scan_stay_there(lossless: bool, progressive: bool) -> None:
    late = (exif_segment(orientation=6), Segment(COM, b"late"), Segment(0xED, b"Photoshop 3.0\0"))
    data = jpeg(progressive=progressive)
    header = read_jpeg_header(data, "a")
    # Between the scans of a progressive file, else behind the only one.
    place = data.index(b"\xff\xda", header.scan_offset + 2) if progressive else len(data) - 2
    place = data.rindex(b"\xff\xc4", 0, place) if progressive else place
    source = data[:place] + b"".join(segment.to_bytes() for segment in late) + data[place:]
    result = encode(source, lossless=lossless)
    assert read_jpeg_header(result.data, "a").late_segments == late
    assert result.data.endswith(b"".join(segment.to_bytes() for segment in late) + EOI)
    assert opened(result.data).getexif() == {}, "it must not turn a picture that it did not turn before"
    assert result.notes == (
        "segments behind the first scan are kept there, where few programs look (EXIF, comment, APP13)",
    )
    stripped = beholder.encode(source, lossless=lossless, metadata="strip")
    assert read_jpeg_header(stripped.data, "a").late_segments == ()


def exif_segment(orientation: int = 1) -> Segment:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Maker"
    return Segment(APP1, exif.tobytes())


@LOSSLESS
@pytest.mark.parametrize("unit", [0, 1, 2])
def test_densities_stay(lossless: bool, unit: int) -> None:
    data = bytearray(jpeg())
    data[13:18] = struct.pack(">BHH", unit, 300, 150)
    info = opened(encode(bytes(data), lossless=lossless).data).info
    assert (info["jfif_unit"], info["jfif_density"]) == (unit, (300, 150))


@LOSSLESS
@pytest.mark.parametrize("transform", [0, 1])
def test_the_density_of_jfif_beside_adobe_stays(lossless: bool, transform: int) -> None:
    data = bytearray(jpeg(subsampling=0))
    data[13:18] = struct.pack(">BHH", 1, 300, 300)
    source = with_segments(bytes(data), Segment(APP14, b"Adobe\0d\0\0\0\0" + bytes([transform])))
    assert opened(encode(source, lossless=lossless).data).info["dpi"] == (300, 300)


def test_the_density_of_cmyk_stays() -> None:
    file = io.BytesIO()
    opened(jpeg()).convert("CMYK").save(file, "JPEG", quality=95, dpi=(300, 300))
    image = opened(encode(file.getvalue(), lossless=True).data)
    assert (image.mode, image.info["dpi"], image.info["adobe_transform"]) == ("CMYK", (300, 300), 0)


def thumbnails() -> dict[str, bytes]:
    plain = jpeg()
    jfif = Segment(APP0, plain[6:18] + bytes((2, 3)) + bytes(18))
    return {
        "JFIF": plain[:2] + jfif.to_bytes() + plain[20:],
        "JFXX": with_segments(plain, Segment(APP0, b"JFXX\0\x13" + bytes((2, 3)) + bytes(18))),
        "late JFXX": plain[:-2] + Segment(APP0, b"JFXX\0\x13\2\3" + bytes(18)).to_bytes() + plain[-2:],
    }


@pytest.mark.parametrize("kind", thumbnails())
def test_a_jfif_thumbnail_is_a_loss_that_is_told(kind: str) -> None:
    result = encode(thumbnails()[kind])
    assert result.losses == ("the JFIF thumbnail is dropped",)
    assert result.notes == result.losses
    stripped = beholder.encode(thumbnails()[kind], metadata="strip")
    assert stripped.losses == ()


@pytest.mark.parametrize(
    ("segment", "words"),
    [
        (Segment(APP11, b"JP\0\1\0\0\0\1\0\0\0\x20jumb"), "content credentials"),
        (Segment(APP11, b"JP\0\1\0\0\0\1\0\0\0\x20RESI"), "JPEG XT"),
    ],
)
def test_boxes_beside_other_bytes_are_a_loss(segment: Segment, words: str) -> None:
    (loss,) = encode(with_segments(jpeg(), segment)).losses
    assert words in loss


PADDED = PROFILE + bytes(-len(PROFILE) % 4 + 8)
LONGER = struct.pack(">I", len(PROFILE) + 2) + PROFILE[4:]


def icc(number: int, count: int, chunk: bytes) -> Segment:
    return Segment(APP2, b"ICC_PROFILE\0" + bytes((number, count)) + chunk)


@pytest.mark.parametrize(
    ("segments", "profile"),
    [
        ([icc(1, 1, PADDED)], PADDED),
        ([icc(1, 1, LONGER)], LONGER),
        ([icc(3, 3, PROFILE[400:]), icc(1, 3, PROFILE[:100]), icc(2, 3, PROFILE[100:400])], PROFILE),
        ([icc(1, 1, PROFILE), icc(1, 1, PROFILE)], PROFILE),
        ([icc(0, 2, PROFILE[:300]), icc(1, 2, PROFILE[300:])], PROFILE),
    ],
)
def test_profiles_that_other_readers_take_are_kept(segments: list[Segment], profile: bytes) -> None:
    result = encode(with_segments(jpeg(), *segments))
    assert opened(result.data).info["icc_profile"] == profile
    assert ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile.profile_description
    assert (result.losses, result.notes) == ((), ())


@pytest.mark.parametrize(
    ("segments", "kept", "words"),
    [
        ([icc(1, 2, PROFILE[:300])], None, "incomplete"),
        ([icc(1, 1, PROFILE[:-50])], None, "incomplete"),
        ([icc(1, 1, PROFILE), icc(1, 1, PADDED)], PROFILE, "second ICC profile"),
    ],
)
def test_what_is_lost_of_profiles_is_told(segments: list[Segment], kept: bytes | None, words: str) -> None:
    result = encode(with_segments(jpeg(), *segments))
    assert opened(result.data).info.get("icc_profile") == kept
    assert words in result.losses[0]


def test_exif_that_goes_on_in_a_second_segment_stays_in_one_piece() -> None:
    exif = Image.Exif()
    exif[0x010E] = "x" * 90_000
    stream = exif.tobytes()[6:]
    halves = [Segment(APP1, b"Exif\0\0" + stream[start : start + 65_527]) for start in (0, 65_527)]
    xmp = xmp_segment(b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    source = with_segments(jpeg(), halves[0], halves[1], xmp)
    result = encode(source)
    assert result.losses == ()
    assert opened(result.data).getexif()[0x010E] == "x" * 90_000
    assert read_jpeg_header(result.data, "a").segments[1:3] == tuple(halves)


@LOSSLESS
@pytest.mark.parametrize("trailer", [VIDEO, jpeg(8, 40, 24), samsung_trailer((b"Name", b"secret"))])
def test_strip_leaves_nothing_behind_the_picture(lossless: bool, trailer: bytes) -> None:
    packet = container_xmp(("MotionPhoto", len(trailer)))
    source = with_segments(jpeg(), xmp_segment(packet)) + trailer
    result = encode(source, lossless=lossless, metadata="strip")
    assert result.data.endswith(EOI)
    assert picture_end(result.data) == len(result.data)
    assert b"Container" not in result.data
    assert (result.losses, result.notes) == ((), ())


def test_strip_where_the_input_is_kept_leaves_nothing_either() -> None:
    """A file that nothing is smaller than, with all that can hide beside its picture."""
    smallest = beholder.encode(jpeg(), quality=20, scans="progressive").data
    secret = b"secret"
    header = read_jpeg_header(smallest, "a")
    scan = smallest.index(b"\xff\xda", header.scan_offset + 2)
    place = smallest.rindex(b"\xff\xc4", 0, scan)
    jfif = Segment(APP0, smallest[6:18] + bytes((1, 2)) + secret)
    source = (
        smallest[:2]
        + jfif.to_bytes()
        + Segment(COM, secret).to_bytes()
        + smallest[20:place]
        + Segment(COM, secret).to_bytes()
        + smallest[place:-2]
        + exif_segment().to_bytes()
        + EOI
        + secret
    )
    result = beholder.encode(source, metadata="strip", quality=100, scans="progressive")
    assert result.kept_input
    assert secret not in result.data
    assert b"Maker" not in result.data
    assert result.data == smallest


def test_a_size_counts_what_stands_behind_the_picture() -> None:
    source = jpeg(width=160, height=120, quality=98) + VIDEO
    result = beholder.encode(source, size_bytes=len(VIDEO) + 3000)
    assert len(VIDEO) + 2000 < len(result.data) <= len(VIDEO) + 3000
    for size in (1000, len(VIDEO) + 10):
        with pytest.raises(TargetError, match=f"{len(VIDEO)} of them behind the picture"):
            beholder.encode(source, size_bytes=size)
    assert len(beholder.encode(source, size_bytes=3000, metadata="strip").data) <= 3000


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_pictures_of_other_formats_name_no_video(kind: str) -> None:
    file = io.BytesIO()
    options: dict[str, object] = {"exif": exif_segment().payload, "icc_profile": PROFILE}
    packet = container_xmp(("MotionPhoto", 4000))
    if kind == "PNG":
        from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415

        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", packet.decode())  # type: ignore[attr-defined]
    else:
        options["xmp"] = packet
    opened(jpeg()).save(file, kind, **options)
    result = beholder.encode(file.getvalue())
    image = opened(result.data)
    assert b"MotionPhoto" not in image.info["xmp"]
    assert b"Rating>4<" in image.info["xmp"]
    assert image.info["icc_profile"] == PROFILE
    assert image.getexif()[0x010F] == "Maker"
    assert any("are removed" in note for note in result.notes)


def test_what_the_learned_codec_cannot_hold_is_told() -> None:
    source = with_segments(jpeg(), xmp_segment(micro_video_xmp(len(VIDEO))), Segment(COM, b"hello")) + VIDEO
    metadata = read_picture(source).metadata
    assert notes_on_dropped(metadata) == (
        "further metadata segments are dropped (comment)",
        f"behind the picture {len(VIDEO)} bytes (MP4 video) are dropped",
    )
    assert b"MicroVideo" not in (metadata.beside_pixels().xmp or b"")
    assert notes_on_dropped(read_picture(jpeg()).metadata) == ()


def test_the_notes_of_a_damaged_trailer_do_not_fail() -> None:
    random = np.random.default_rng(3)
    for number in range(200):
        trailer = bytearray(gain_map() + VIDEO + samsung_trailer((b"Name", b"x" * 50)))
        for place in random.integers(0, len(trailer), 40):
            trailer[place] = random.integers(256)
        source = jpeg(8, 24, 16) + bytes(trailer[random.integers(0, 400) :])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            result = beholder.encode(source, lossless=True)
        assert number >= 0
        assert result.data.endswith(source[picture_end(source) :])


@pytest.mark.parametrize("metadata", ["keep", "strip"])
def test_the_last_whole_jfif_segment_counts(metadata: str) -> None:
    last = Segment(APP0, b"JFIF\0\1\1" + struct.pack(">BHH2x", 1, 300, 150))
    cut_off = Segment(APP0, b"JFIF\0\1\1" + struct.pack(">BHH", 1, 72, 72))
    source = with_segments(jpeg(), last, cut_off)
    result = encode(source, lossless=True, metadata=metadata)
    assert opened(result.data).info["jfif_density"] == (300, 150)


def test_the_density_of_a_jpeg_without_one_is_unknown() -> None:
    data = jpeg()
    bare = data[:2] + data[20:]
    assert read_picture(bare).metadata.density is None
    assert opened(encode(bare).data).info["jfif_density"] == (1, 1)
    assert read_picture(data).metadata.density == Density(0, 1, 1)
    assert APP14 not in {s.marker for s in read_jpeg_header(encode(data).data, "a").segments}
