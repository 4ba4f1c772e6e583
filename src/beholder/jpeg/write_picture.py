"""The JPEG file of levels: scans, metadata, and what stands behind the picture; the result that holds it."""

from __future__ import annotations

from beholder import _core
from beholder.encode_result import EncodeResult
from beholder.image.jpeg_pixels import decode_jpeg
from beholder.image.picture import Picture, notes_on_sides
from beholder.jpeg.options import JpegOptions
from beholder.metadata.jpeg_header import subsampling_name
from beholder.metadata.jpeg_metadata import complete_jpeg, marker_segments
from beholder.observers import Sampling

SCAN_MODES: dict[str, _core.ScanMode] = {
    "auto": "smallest",
    "sequential": "sequential",
    "progressive": "progressive",
}


def write_picture(
    picture: Picture,
    image: _core.LevelImage,
    script: list[_core.Scan],
    options: JpegOptions,
    source: _core.JpegContents | None = None,
) -> bytes:
    """Return the file of an image in YCbCr or grey, or in the colours of the `source` whose levels it has."""
    metadata = picture.metadata if options.metadata == "keep" else picture.metadata.stripped()
    density = (0, 1, 1)
    if metadata.density is not None:
        density = (metadata.density.unit, metadata.density.x, metadata.density.y)
    jpeg = _core.write_jpeg(
        image,
        script=script,
        partial_script=source is not None and not source.complete,
        segments=[_core.MarkerSegment(s.marker, s.payload) for s in marker_segments(metadata)],
        density=density if source is None or source.writes_jfif else None,
        adobe_transform=None if source is None else source.written_adobe_transform,
    )
    return complete_jpeg(jpeg, metadata)


def is_progressive(script: list[_core.Scan]) -> bool:
    """Return whether scans are those of a progressive file."""
    return any(scan.se < 63 or scan.al > 0 for scan in script)


def jpeg_result(
    picture: Picture, data: bytes, sampling: Sampling, *, progressive: bool, quality: float | None
) -> EncodeResult:
    """Return the result of encoding a picture; `quality` is None for a JPEG's own levels."""
    return EncodeResult(
        codec="jpeg",
        data=data,
        width=picture.width,
        height=picture.height,
        quality=quality,
        subsampling=subsampling_name(sampling),
        progressive=progressive,
        notes=picture.notes + notes_on_sides(picture),
        picture=picture,
        decode=decode_jpeg,
    )
