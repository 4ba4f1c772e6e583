"""Bytes that say of a file, a segment or an item what it is, wherever they are looked for."""

from __future__ import annotations

PNG = b"\x89PNG\r\n\x1a\n"
# Names under which Adobe, ISO 21496-1 and Apple keep gain maps for high dynamic range.
ISO_GAIN_MAP = b"urn:iso:std:iso:ts:21496:-1"
GAIN_MAPS = (
    b"http://ns.adobe.com/hdr-gain-map/1.0/",
    ISO_GAIN_MAP,
    b"urn:com:apple:photo:2020:aux:hdrgainmap",
)
