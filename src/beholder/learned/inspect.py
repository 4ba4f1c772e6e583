"""How a file of the learned codec is made; needs no torch."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import BinaryIO

from beholder.image.read import read_bytes
from beholder.learned.container import read_container
from beholder.learned.weight_files import find_by_identity


@dataclass(frozen=True, kw_only=True)
class LearnedReport:
    """What `beholder inspect` shows of a ``.bhd`` file.

    Attributes:
        name: Path.
        size_bytes: Of the file.
        width: Pixels.
        height: Pixels.
        rate_bpp: Bits a pixel of the file.
        grey: Whether the picture has one component.
        quality: 0..63.
        observer_dial: 0..255; 0 is least squared error.
        identity: Of the weights, hexadecimal.
        weights: Their name, if they ship with this package.
        tile_bytes: Of symbols, for each tile.
        icc_bytes: Of the colour profile.
        exif_bytes: Of EXIF.
        xmp_bytes: Of XMP.
    """

    name: str
    size_bytes: int
    width: int
    height: int
    rate_bpp: float
    grey: bool
    quality: int
    observer_dial: int
    identity: str
    weights: str | None
    tile_bytes: tuple[int, ...]
    icc_bytes: int
    exif_bytes: int
    xmp_bytes: int


def inspect_learned(
    file: str | os.PathLike[str] | bytes | BinaryIO, *, name: str | None = None
) -> LearnedReport:
    """Returns how a file is made; `name` is what to call it in messages, if not by its path.

    Symbols are not decoded, so damage to them goes unseen.

    Raises:
        InputError: The file cannot be read, is not a .bhd file, or is damaged.
    """
    data, label = read_bytes(file, name=name)
    container = read_container(data, label)
    header = container.header
    return LearnedReport(
        name=label,
        size_bytes=len(data),
        width=header.width,
        height=header.height,
        rate_bpp=8 * len(data) / (header.width * header.height),
        grey=header.grey,
        quality=header.quality,
        observer_dial=header.observer_dial,
        identity=header.identity.hex(),
        weights=find_by_identity(header.identity),
        tile_bytes=tuple(len(stream) for stream in container.streams),
        icc_bytes=len(header.icc_profile or b""),
        exif_bytes=len(header.exif or b""),
        xmp_bytes=len(header.xmp or b""),
    )
