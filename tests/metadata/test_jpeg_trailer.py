"""What stands behind EOI, told apart."""

import pytest

from beholder.metadata.jpeg_trailer import TrailerPart, describe_trailer, is_padding, trailer_parts
from tests.jpeg.containers import VIDEO, gain_map, jpeg, samsung_trailer, with_segments

SECOND = jpeg(8, 40, 24)
GAIN_MAP = gain_map()
SAMSUNG = samsung_trailer((b"Image_UTC_Data", b"1600000000000"), (b"Other", bytes(20)))


@pytest.mark.parametrize(
    ("trailer", "parts"),
    [
        (b"", []),
        (bytes(9), [("padding", 9)]),
        (VIDEO, [("MP4 video", len(VIDEO))]),
        (b"\0\0\0\x18ftypheic" + bytes([1]) * 20, [("HEIF picture", 32)]),
        (SECOND, [("JPEG, a further picture", len(SECOND))]),
        (GAIN_MAP + VIDEO, [("JPEG, a gain map", len(GAIN_MAP)), ("MP4 video", len(VIDEO))]),
        (bytes(7) + GAIN_MAP, [("padding", 7), ("JPEG, a gain map", len(GAIN_MAP))]),
        (SECOND + bytes(5), [("JPEG, a further picture", len(SECOND)), ("padding", 5)]),
        (SAMSUNG, [("Samsung trailer", len(SAMSUNG))]),
        (SECOND + SAMSUNG, [("JPEG, a further picture", len(SECOND)), ("Samsung trailer", len(SAMSUNG))]),
        (b"\xff\xd8\xff\xe0", [("damaged JPEG", 4)]),
        (b"secret", [("unknown data", 6)]),
        (b"xSEFT", [("unknown data", 5)]),
        (b"PK\3\4zip", [("ZIP archive", 7)]),
    ],
)
def test_kinds(trailer: bytes, parts: list[tuple[str, int]]) -> None:
    assert trailer_parts(trailer) == tuple(TrailerPart(*part) for part in parts)


def test_in_words() -> None:
    assert describe_trailer(SECOND + SECOND) == f"{2 * len(SECOND)} bytes (JPEG, a further picture)"


def test_padding() -> None:
    assert is_padding(b"\0\xff\r\n \0")
    assert not is_padding(b"\0\0x")


def test_only_the_first_of_many_parts_are_told_apart() -> None:
    small = with_segments(jpeg(8, 8, 8))
    parts = trailer_parts(small * 20_000)
    assert parts[-1].kind == "further data"
    assert sum(part.size_bytes for part in parts) == 20_000 * len(small)
