"""What an XMP packet says of data outside it: videos and gain maps behind the picture of a JPEG file.

Entries are cut out of the packet's own bytes, so that everything else stays as its author wrote it.

Sources: Adobe XMP specification part 1 (7, serialisation); Motion Photo format 1.0 and Ultra HDR image format
1.1 (developer.android.com/media/platform: GCamera, Container, Item, hdrgm).
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.parsers import expat

_CAMERA = "http://ns.google.com/photos/1.0/camera/"
_OPLUS_CAMERA = "http://ns.oplus.com/photos/1.0/camera/"
_GAIN_MAP = "http://ns.adobe.com/hdr-gain-map/1.0/"
_APPLE_GAIN_MAP = "http://ns.apple.com/HDRGainMap/1.0/"
# The second of each is of dynamic depth files, which list their items in the same way.
_CONTAINERS = frozenset(
    ("http://ns.google.com/photos/1.0/container/", "http://ns.google.com/photos/dd/1.0/container/")
)
_ITEMS = frozenset(
    ("http://ns.google.com/photos/1.0/container/item/", "http://ns.google.com/photos/dd/1.0/item/")
)
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_GAIN_MAPS = frozenset((_GAIN_MAP, _APPLE_GAIN_MAP))
_NAMESPACES = _GAIN_MAPS | _CONTAINERS | _ITEMS | {_CAMERA, _OPLUS_CAMERA}
_CAMERA_NAMES = frozenset(
    f"{kind}{suffix}"
    for kind in ("MotionPhoto", "MicroVideo")
    for suffix in ("", "Version", "Offset", "PresentationTimestampUs")
)
_OPLUS_NAMES = frozenset(
    ("MotionPhotoPrimaryPresentationTimestampUs", "MotionPhotoOwner", "OLivePhotoVersion", "VideoLength")
)
# Elements of the serialisation itself, which are no properties.
_FRAME = frozenset(((_RDF, "RDF"), (_RDF, "Description"), ("adobe:ns:meta/", "xmpmeta")))

REMOVED_REFERENCES = "XMP entries that name a video or a gain map which is not in the file are removed"
DAMAGED_XMP = "XMP that is damaged and names a video or a gain map which is not in the file is dropped"

# Possessive, so that no packet takes more than time in proportion to its length.
_ATTRIBUTE = re.compile(rb"""(?<!\s)\s++([^\s=<>"'/]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
_START_TAG = re.compile(rb"""<[^\s<>"'/]++(?:[^<>"']|"[^"]*+"|'[^']*+')*+>""")

_Range = tuple[int, int]
_Name = tuple[str, str]


@dataclass(frozen=True)
class References:
    """What a packet says of data behind the picture.

    Attributes:
        length: How many bytes its entries need there, at least.
        gain_map: Whether a gain map is among the data.
        kept: The packet for a file that has the data. A length that it states of the picture itself, which
            may be left open, is set to 0.
        without: The packet less these entries; None when nothing else is in it, or when it is damaged.
        damaged: Whether the packet is no XML that entries could be taken out of.
    """

    length: int
    gain_map: bool
    kept: bytes
    without: bytes | None
    damaged: bool = False


def references(packet: bytes) -> References | None:
    """Return what the packet says of data outside it; None when it says nothing of any."""
    if not any(namespace.encode() in packet for namespace in _NAMESPACES):
        return None
    reader = _PacketReader(packet.rstrip(b"\0"))
    try:
        reader.read()
    except (expat.ExpatError, ValueError):
        return References(0, gain_map=False, kept=packet, without=None, damaged=True)
    if not reader.cuts:
        return None
    secondary = [item.length for item in reader.items if item.semantic != "Primary"]
    return References(
        length=max(reader.video_offset, sum(secondary)),
        gain_map=reader.gain_map or any(item.semantic == "GainMap" for item in reader.items),
        kept=_replace(packet, ((place, b"0") for item in reader.items if (place := item.open_length()))),
        without=_replace(packet, ((place, b"") for place in reader.all_cuts()))
        if reader.kept_names
        else None,
    )


@dataclass
class _Item:
    """An entry of a container's directory; `length_places` are where the packet states its length."""

    semantic: str = ""
    length: int = 0
    length_place: _Range | None = None

    def open_length(self) -> _Range | None:
        return self.length_place if self.semantic == "Primary" and self.length else None


@dataclass
class _Open:
    """An element that has begun; `text` is its content where that is a value of an item."""

    name: _Name
    start: int
    content: int
    is_cut: bool
    text: list[str] = field(default_factory=list)


class _PacketReader:
    """Finds the entries of a packet and their places in its bytes."""

    def __init__(self, packet: bytes) -> None:
        self._packet = packet
        self._open: list[_Open] = []
        self._prefixes: dict[str, list[str]] = defaultdict(list)
        self._declarations: list[tuple[str, _Range]] = []
        self._used: set[str] = set()  # namespaces of names that stay
        self.cuts: list[_Range] = []
        self.items: list[_Item] = []
        self.video_offset = 0
        self.gain_map = False
        self.kept_names = 0

    def read(self) -> None:
        """Read the packet.

        Raises:
            ExpatError: It is no well-formed XML.
            ValueError: It declares a document type, which XMP has none of and which could make it grow
                without bound.
        """
        parser = self._parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
        parser.StartNamespaceDeclHandler = self._declare
        parser.EndNamespaceDeclHandler = lambda prefix: self._prefixes[prefix or ""].pop()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.Parse(self._packet, True)

    def all_cuts(self) -> list[_Range]:
        """Return the places of the entries and of the declarations of namespaces that only they use."""
        unused = [
            place
            for uri, place in self._declarations
            if uri in _NAMESPACES and uri not in self._used and not self._is_in_cut(place)
        ]
        return sorted(self.cuts + unused)

    def _is_in_cut(self, place: _Range) -> bool:
        number = bisect_right(self.cuts, (place[0], sys.maxsize))  # they are in order and do not overlap
        return number > 0 and place[0] < self.cuts[number - 1][1]

    def _refuse_doctype(self, *_: object) -> None:
        raise ValueError("a document type in XMP")

    def _declare(self, prefix: str | None, uri: str) -> None:
        self._prefixes[prefix or ""].append(uri)

    def _start(self, full_name: str, attributes: dict[str, str]) -> None:
        start = self._parser.CurrentByteIndex
        tag = _START_TAG.match(self._packet, start)
        if tag is None:
            raise ValueError("a tag that cannot be found again")
        uri, _, local = full_name.rpartition(" ")
        name = (uri, local)
        inside = bool(self._open) and self._open[-1].is_cut
        is_entry = self._is_entry(name)
        if inside and name == (_RDF, "li"):
            self.items.append(_Item())
        self._open.append(_Open(name, start, tag.end(), inside or is_entry))
        if not inside and not is_entry:
            self._keep(name, is_property=name not in _FRAME)
        for attribute in _ATTRIBUTE.finditer(self._packet, start, tag.end()):
            self._attribute(attribute, is_inside=inside or is_entry)

    def _attribute(self, attribute: re.Match[bytes], *, is_inside: bool) -> None:
        prefix, _, local = attribute[1].decode().rpartition(":")
        group = 2 if attribute[2] is not None else 3
        if prefix == "xmlns":
            self._declarations.append((attribute[group].decode(), attribute.span()))
            return
        uris = self._prefixes.get(prefix) if prefix else None
        name = (uris[-1] if uris else "", local)
        if is_inside:
            self._item_value(name, attribute[group].decode(), attribute.span(group))
        elif self._is_entry(name):
            self._entry_value(name, attribute[group].decode())
            self.cuts.append(attribute.span())
        else:
            self._keep(name, is_property=bool(name[0]) and name[0] not in (_RDF, "adobe:ns:meta/"))

    def _keep(self, name: _Name, *, is_property: bool) -> None:
        self._used.add(name[0])
        self.kept_names += is_property

    def _characters(self, text: str) -> None:
        if self._open and self._open[-1].is_cut:
            self._open[-1].text.append(text)

    def _end(self, _: str) -> None:
        place = self._parser.CurrentByteIndex
        element = self._open.pop()
        if not element.is_cut:
            return
        text = "".join(element.text)
        self._item_value(element.name, text, (element.content, place))
        if self._is_entry(element.name):
            self._entry_value(element.name, text)
        if not self._open or not self._open[-1].is_cut:
            # An empty element's end is reported at its start.
            end = element.content if place == element.start else self._packet.index(b">", place) + 1
            self.cuts.append((element.start, end))

    def _is_entry(self, name: _Name) -> bool:
        uri, local = name
        return (
            uri in _GAIN_MAPS
            or (uri in _CONTAINERS and local == "Directory")
            or (uri == _CAMERA and local in _CAMERA_NAMES)
            or (uri == _OPLUS_CAMERA and local in _OPLUS_NAMES)
        )

    def _entry_value(self, name: _Name, value: str) -> None:
        self.gain_map |= name[0] in _GAIN_MAPS
        if name[1] == "MicroVideoOffset":
            self.video_offset = _whole(value)

    def _item_value(self, name: _Name, value: str, place: _Range) -> None:
        if name[0] not in _ITEMS or not self.items:
            return
        if name[1] == "Semantic":
            self.items[-1].semantic = value.strip()
        elif name[1] == "Length":
            self.items[-1].length = _whole(value)
            self.items[-1].length_place = place


def _whole(text: str) -> int:
    """Return the number, 0 where the text is no number of a size that files have."""
    text = text.strip()
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0


def _replace(packet: bytes, places: Iterable[tuple[_Range, bytes]]) -> bytes:
    """Return the packet with other bytes at these places, which do not overlap."""
    parts, position = [], 0
    for (start, end), new in sorted(places):
        parts += [packet[position:start], new]
        position = end
    return b"".join([*parts, packet[position:]])
