"""JPEG files with data behind EOI, as telephones and cameras write them."""

import io
import struct

import numpy as np
from PIL import Image

from beholder.metadata.jpeg_header import APP1, APP2, Segment
from tests.jpeg.pictures import photograph

XMP_HEADER = b"http://ns.adobe.com/xap/1.0/\0"
EOI = b"\xff\xd9"
VIDEO = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + np.random.default_rng(5).bytes(3000)
GAIN_MAP_XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0" '
    b'hdrgm:GainMapMax="2.3"/></rdf:RDF></x:xmpmeta>'
)


def jpeg(seed: int = 7, width: int = 96, height: int = 64, **options: object) -> bytes:
    """A JPEG of high quality, so that re-encoding makes it smaller."""
    file = io.BytesIO()
    Image.fromarray(photograph(seed, width, height)).save(
        file, "JPEG", **({"quality": 95, "subsampling": 2} | options)
    )
    return file.getvalue()


def with_segments(data: bytes, *segments: Segment) -> bytes:
    """The file with these segments behind its JFIF header."""
    end = 4 + int.from_bytes(data[4:6], "big")
    return data[:end] + b"".join(segment.to_bytes() for segment in segments) + data[end:]


def xmp_segment(packet: bytes) -> Segment:
    return Segment(APP1, XMP_HEADER + packet)


def micro_video_xmp(length: int) -> bytes:
    """Motion photos of the first version: the length from the end of the file, and another entry."""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 5.1.0-jc003">\n'
        '  <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        '    <rdf:Description rdf:about="" xmlns:GCamera="http://ns.google.com/photos/1.0/camera/"\n'
        '      xmlns:dc="http://purl.org/dc/elements/1.1/"\n'
        f'      GCamera:MicroVideo="1" GCamera:MicroVideoVersion="1" GCamera:MicroVideoOffset="{length}"\n'
        "      GCamera:MicroVideoPresentationTimestampUs='966280' dc:source=\"a > b\"/>\n"
        "  </rdf:RDF>\n</x:xmpmeta>"
    ).encode()


def container_xmp(*items: tuple[str, int], primary_length: int = 0, gain_map: bool = False) -> bytes:
    """A directory of items (semantic, length) behind the primary one, as telephones write it."""
    listed = "".join(
        f'<rdf:li rdf:parseType="Resource"><Container:Item Item:Mime="image/jpeg" Item:Semantic="{semantic}" '
        f'Item:Length="{length}"/></rdf:li>'
        for semantic, length in [("Primary", primary_length), *items]
    )
    version = ' hdrgm:Version="1.0"' if gain_map else ""
    motion = ' GCamera:MotionPhoto="1" GCamera:MotionPhotoVersion="1"' if not gain_map else ""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" '
        'xmlns:Container="http://ns.google.com/photos/1.0/container/" '
        'xmlns:Item="http://ns.google.com/photos/1.0/container/item/" '
        'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        f"{version}{motion}><xmp:Rating>4</xmp:Rating>"
        f"<Container:Directory><rdf:Seq>{listed}</rdf:Seq></Container:Directory>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def gain_map() -> bytes:
    """A small grey JPEG with a gain map's XMP."""
    file = io.BytesIO()
    Image.fromarray(photograph(9, 24, 16)).convert("L").save(file, "JPEG", quality=80)
    return with_segments(file.getvalue(), xmp_segment(GAIN_MAP_XMP))


def with_mpf(data: bytes, *further: bytes, byte_order: str = ">", gap: int = 0) -> bytes:
    """The file with an MPF index (CIPA DC-007, 5.2) and further JPEG files, `gap` zero bytes before each."""
    entries = 1 + len(further)
    size = 8 + 2 + 3 * 12 + 4 + 16 * entries
    length = len(data) + 4 + 4 + size  # of the first picture with the segment
    base = 2 + 4 + int.from_bytes(data[4:6], "big") - 2 + 4 + 4  # behind SOI, JFIF, marker, length, "MPF\0"
    mark = b"MM\0*" if byte_order == ">" else b"II*\0"
    index = mark + struct.pack(byte_order + "IH", 8, 3)
    index += struct.pack(byte_order + "HHI4s", 0xB000, 7, 4, b"0100")
    index += struct.pack(byte_order + "HHII", 0xB001, 4, 1, entries)
    index += struct.pack(byte_order + "HHIII", 0xB002, 7, 16 * entries, 50, 0)
    index += struct.pack(byte_order + "IIIHH", 0x20030000, length, 0, 0, 0)
    place = length
    for picture in further:
        place += gap
        index += struct.pack(byte_order + "IIIHH", 0x00020002, len(picture), place - base, 0, 0)
        place += len(picture)
    result = with_segments(data, Segment(APP2, b"MPF\0" + index))
    assert len(result) == length
    assert result[base : base + 4] == mark
    return result + b"".join(bytes(gap) + picture for picture in further)


def samsung_trailer(*blocks: tuple[bytes, bytes]) -> bytes:
    """Blocks (name, data), the directory SEFH with their distances back from itself, its length, SEFT."""
    body, directory, starts = b"", b"", []
    for name, data in blocks:
        starts.append(len(body))
        body += struct.pack("<HHI", 0, 0x0A30, len(name)) + name + data
    for start, (name, data) in zip(starts, blocks, strict=True):
        directory += struct.pack("<HHII", 0, 0x0A30, len(body) - start, 8 + len(name) + len(data))
    directory = b"SEFH" + struct.pack("<II", 106, len(blocks)) + directory
    return body + directory + struct.pack("<I", len(directory)) + b"SEFT"
