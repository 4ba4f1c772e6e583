"""JPEG files with the faults of real ones, made of regular files by Pillow."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

from PIL import Image

from tests.jpeg.pictures import photograph

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
SOF0, DHT, SOS, DQT, DRI, DNL = (b"\xff" + bytes([code]) for code in (0xC0, 0xC4, 0xDA, 0xDB, 0xDD, 0xDC))
RGB_IDS, CMYK_IDS = b"RGB", b"CMYK"
_JFIF_SIZE = 18  # of Pillow's own, behind SOI

Fault = Callable[[bytes], bytes]


def regular(mode: str = "RGB", size: tuple[int, int] = (97, 66), **options: object) -> bytes:
    """Returns a JPEG file of a photograph, as Pillow writes it."""
    image = Image.fromarray(photograph(71, *size)).convert(mode)
    file = io.BytesIO()
    image.save(file, "JPEG", **({"quality": 88} | options))  # type: ignore[arg-type]
    return file.getvalue()


def segment(code: int, payload: bytes) -> bytes:
    """Returns a marker segment."""
    return bytes((0xFF, code)) + (len(payload) + 2).to_bytes(2, "big") + payload


def jfif(density: int = 1) -> bytes:
    """Returns a JFIF header."""
    return segment(0xE0, b"JFIF\0\1\1\1" + 2 * density.to_bytes(2, "big") + b"\0\0")


def adobe(transform: int) -> bytes:
    """Returns an Adobe segment."""
    return segment(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes([transform]))


def with_colours(file: bytes, headers: bytes, ids: bytes | None = None) -> bytes:
    """Returns the file with these segments in place of those that tell colours, and component identifiers."""
    bare = SOI + file[file.index(DQT) :]
    if ids is not None:
        data = bytearray(bare)
        frame, scan = data.index(SOF0), data.index(SOS)
        for place, own in enumerate(ids):
            data[frame + 10 + 3 * place] = own
            data[scan + 5 + 2 * place] = own
        bare = bytes(data)
    return SOI + headers + bare[2:]


def insert(file: bytes, place: int, extra: bytes) -> bytes:
    """Returns the file with bytes added at a place."""
    return file[:place] + extra + file[place:]


def behind_jfif(extra: bytes) -> Fault:
    """Returns what adds bytes between the first two segments."""
    return lambda file: insert(file, 2 + _JFIF_SIZE, extra)


def before(marker: bytes, extra: bytes) -> Fault:
    """Returns what adds bytes before the first such segment."""
    return lambda file: insert(file, file.index(marker), extra)


def before_eoi(extra: bytes) -> Fault:
    """Returns what adds bytes behind the last MCU."""
    return lambda file: insert(file, len(file) - 2, extra)


def drop_huffman_tables(file: bytes) -> bytes:
    """Returns a file as the frames of Motion JPEG are: without the tables of the standard."""
    while (place := file.find(DHT)) >= 0:
        length = int.from_bytes(file[place + 2 : place + 4], "big")
        file = file[:place] + file[place + 2 + length :]
    return file


def fill_stuffed_bytes(file: bytes) -> bytes:
    """Returns a file with a fill byte before the first stuffed byte of its data."""
    return insert(file, file.index(b"\xff\0", file.index(SOS)), b"\xff")


def renumber_restarts(file: bytes, number: Callable[[int], int]) -> bytes:
    """Returns a file whose restart marker n of its only scan has the number `number(n)`."""
    data, place = bytearray(file), file.index(SOS)
    count = 0
    while (place := data.find(b"\xff", place + 1)) >= 0:
        if 0xD0 <= data[place + 1] <= 0xD7:
            data[place + 1] = 0xD0 + number(count) % 8
            count += 1
    return bytes(data)


def scans(file: bytes) -> tuple[bytes, list[bytes]]:
    """Returns what stands before the scans of a progressive file, and each scan with its tables."""
    starts, place = [], file.index(SOS)
    while place >= 0:
        starts.append(place)
        place = file.find(SOS, place + 2)
    tables = [file.rindex(DHT, 0, start) for start in starts]
    ends = [*tables[1:], len(file) - 2]
    return file[: tables[0]], [file[a:b] for a, b in zip(tables, ends, strict=True)]


def take_scans(file: bytes, numbers: Sequence[int]) -> bytes:
    """Returns a progressive file of some of its scans in another order."""
    head, parts = scans(file)
    return head + b"".join(parts[number] for number in numbers) + EOI
