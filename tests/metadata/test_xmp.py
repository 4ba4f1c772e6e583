"""Entries of XMP that name data outside the packet: found, and cut out of its own bytes."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from beholder.metadata.jpeg_header import APP1, Segment
from beholder.metadata.xmp import DAMAGED_XMP, REMOVED_REFERENCES, references
from beholder.metadata.xmp_segments import EXTENDED_XMP_PREFIX, XMP_PREFIX, read_xmp, xmp_segments
from tests.jpeg.containers import GAIN_MAP_XMP, container_xmp, gain_map, micro_video_xmp

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DEPTH = "http://ns.google.com/photos/dd/1.0"


def wrapped(packet: bytes) -> bytes:
    return b'\xef\xbb\xbf<?xpacket begin="\xef\xbb\xbf" id="x"?>' + packet + b'\n \n<?xpacket end="w"?>\0\0'


@pytest.mark.parametrize("wrap", [bytes, wrapped])
def test_attributes_are_cut_and_the_rest_stays(wrap: type[bytes]) -> None:
    found = references(wrap(micro_video_xmp(4000)))
    assert found is not None
    assert (found.length, found.gain_map, found.damaged) == (4000, False, False)
    assert found.kept == wrap(micro_video_xmp(4000))
    assert found.without is not None
    assert b"GCamera" not in found.without
    assert b"MicroVideo" not in found.without
    assert b'xmlns:dc="http://purl.org/dc/elements/1.1/"' in found.without
    assert b'dc:source="a > b"' in found.without
    ET.fromstring(found.without.strip(b"\xef\xbb\xbf\0"))


def test_lengths_of_items_are_added_up() -> None:
    items = (("GainMap", 500), ("MotionPhoto", 4000))
    found = references(container_xmp(*items, primary_length=77, gain_map=True))
    assert found is not None
    assert (found.length, found.gain_map) == (4500, True)
    assert found.kept == container_xmp(*items, gain_map=True)
    tree = ET.fromstring(found.without or b"")
    assert [element.tag for element in tree.iter()][2:] == [
        RDF + "Description",
        "{http://ns.adobe.com/xap/1.0/}Rating",
    ]


def test_items_written_as_elements() -> None:
    packet = (
        f'<rdf:RDF xmlns:rdf="{RDF[1:-1]}"><rdf:Description xmlns:C="{DEPTH}/container/" '
        f'xmlns:I="{DEPTH}/item/">'
        "<C:Directory><rdf:Seq><rdf:li><C:Item><rdf:Description><I:Semantic>Primary</I:Semantic>"
        "<I:Length>12</I:Length></rdf:Description></C:Item></rdf:li><rdf:li><I:Length> 34 </I:Length>"
        "<I:Empty/></rdf:li></rdf:Seq></C:Directory></rdf:Description></rdf:RDF>"
    ).encode()
    found = references(packet)
    assert found is not None
    assert found.length == 34
    assert found.kept == packet.replace(b">12<", b">0<")
    assert found.without is None, "nothing else is in it"


def test_entries_written_as_empty_elements_and_of_other_makers() -> None:
    packet = (
        f'<rdf:RDF xmlns:rdf="{RDF[1:-1]}">'
        '<rdf:Description xmlns:G="http://ns.google.com/photos/1.0/camera/" G:hdrp_makernote="x" '
        'xmlns:O="http://ns.oplus.com/photos/1.0/camera/" O:VideoLength="9" O:Other="1">'
        "<G:MotionPhoto/><G:MicroVideoOffset>88</G:MicroVideoOffset></rdf:Description></rdf:RDF>"
    ).encode()
    found = references(packet)
    assert found is not None
    assert found.length == 88
    cut = packet.replace(b' O:VideoLength="9"', b"").replace(b"<G:MotionPhoto/>", b"")
    assert found.without == cut.replace(b"<G:MicroVideoOffset>88</G:MicroVideoOffset>", b"")


def test_packets_that_name_nothing() -> None:
    assert references(b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>') is None
    assert references(b"") is None
    unused = b'<x:xmpmeta xmlns:x="adobe:ns:meta/" xmlns:h="http://ns.adobe.com/hdr-gain-map/1.0/"/>'
    assert references(unused) is None


@pytest.mark.parametrize(
    "packet",
    [
        micro_video_xmp(4000)[:-20],
        micro_video_xmp(4000) + b"<more/>",
        micro_video_xmp(4000).decode().encode("utf-8").replace(b"a > b", b"\xff"),
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + micro_video_xmp(4000),
    ],
)
def test_damaged_packets_can_only_be_dropped(packet: bytes) -> None:
    found = references(packet)
    assert found is not None
    assert found.damaged
    assert found.without is None
    xmp = read_xmp([Segment(APP1, XMP_PREFIX + packet)], [], b"")
    assert (xmp.main, xmp.losses) == (None, (DAMAGED_XMP,))


def test_any_damage_gives_an_answer() -> None:
    random = np.random.default_rng(11)
    whole = container_xmp(("GainMap", 500), ("MotionPhoto", 4000), gain_map=True)
    intact = 0
    for _ in range(2000):
        packet = bytearray(whole)
        for place in random.integers(0, len(packet), random.integers(1, 4)):
            packet[place] = random.choice(np.frombuffer(whole + b"<>'\"&\0\xff", np.uint8))
        found = references(bytes(packet))
        if found is not None and not found.damaged and found.without is not None:
            ET.fromstring(found.without)
            intact += 1
    assert intact > 100


def extended(packet: bytes, rest: bytes) -> tuple[list[Segment], list[Segment]]:
    """The segments of a long packet, with another main packet."""
    main, *further = xmp_segments(packet + rest)
    return [main], further


def test_references_in_extended_xmp() -> None:
    filler = b"<!--" + b"x" * 70_000 + b"-->"
    main, further = extended(container_xmp(("MotionPhoto", 4000)), filler)
    kept = read_xmp(main, further, bytes([7]) * 4000)
    assert kept.further is None
    xmp = read_xmp(main, further, b"")
    assert xmp.notes == (REMOVED_REFERENCES,)
    assert xmp.further is not None
    assert len(xmp.further) == 2
    start = len(EXTENDED_XMP_PREFIX)
    guid = xmp.further[0].payload[start : start + 32]
    assert xmp.main == main[0].payload[len(XMP_PREFIX) :].replace(
        further[0].payload[start : start + 32], guid
    )
    whole = b"".join(segment.payload[start + 40 :] for segment in xmp.further)
    assert whole.endswith(filler)
    assert b"Container" not in whole
    assert b"Rating" in whole


def test_extended_xmp_that_is_nothing_else_goes_with_its_name() -> None:
    lone = container_xmp(("MotionPhoto", 4000)).replace(b"<xmp:Rating>4</xmp:Rating>", b"")
    main, further = extended(lone, b"<!--" + b"x" * 70_000 + b"-->")
    xmp = read_xmp(main, further, b"")
    assert xmp.further == ()
    assert xmp.main is not None
    assert b"HasExtendedXMP" not in xmp.main


def test_a_gain_map_needs_a_jpeg() -> None:
    segments = [Segment(APP1, XMP_PREFIX + GAIN_MAP_XMP)]
    assert read_xmp(segments, [], gain_map()).main == GAIN_MAP_XMP
    assert read_xmp(segments, [], b"something else").main is None


def test_further_packets_are_cleaned_too() -> None:
    first = Segment(APP1, XMP_PREFIX + b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
    second = Segment(APP1, XMP_PREFIX + micro_video_xmp(10))
    xmp = read_xmp([first, second], [], b"")
    assert xmp.main == first.payload[len(XMP_PREFIX) :]
    assert xmp.further is not None
    assert b"MicroVideo" not in xmp.further[0].payload


LONG = 1_000_000


@pytest.mark.parametrize(
    ("attributes", "children"),
    [
        (b" " * LONG, b""),
        (b" " + b"a" * LONG + b"='1'", b""),
        (b"".join(b" a%d='>'" % number for number in range(LONG // 30)), b""),
        (b"", b"<a/>" * (LONG // 10)),
        (b"", b"<h:b/>" * (LONG // 10)),
        (b"", b"<?xpacket ?>" * (LONG // 10)),
        (b"", b"<?xpacket " * (LONG // 10)),
    ],
    ids=range(7),
)
def test_long_packets_take_time_in_proportion(attributes: bytes, children: bytes) -> None:
    """Packets that would take hours if the time grew with the square of their length."""
    packet = (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        b'xmlns:h="http://ns.adobe.com/hdr-gain-map/1.0/" h:Version="1"'
        + attributes
        + b" >"
        + children
        + b"</rdf:Description></rdf:RDF>"
    )
    found = references(packet)
    assert found is not None
    assert found.damaged == (children[10:19] == b"<?xpacket")
    assert b"hdr-gain-map" not in (found.without or b"")
    assert xmp_segments(packet)
