"""How a file of the learned codec is made; needs no torch."""

from __future__ import annotations

from dataclasses import dataclass

from beholder.file_report import FileReport
from beholder.learned.container import read_container
from beholder.learned.options import observer_name
from beholder.learned.weight_files import find_by_identity


@dataclass(frozen=True, kw_only=True, repr=False)
class LearnedReport(FileReport):
    """What `beholder inspect` shows of a ``.bhd`` file.

    Attributes:
        grey: Whether the picture has one component.
        quality: 0..63.
        observer_dial: 0..255, for whom it was encoded; 0 is least squared error, 255 the machine.
        identity: Of the weights, hexadecimal.
        weights: Their name, if they ship with this package.
        adapter: Identity of the adapter that its pixels are made with, hexadecimal, if any.
        tile_bytes: Of symbols, for each tile.
        icc_bytes: Of the colour profile.
        exif_bytes: Of EXIF.
        xmp_bytes: Of XMP.
    """

    grey: bool
    quality: int
    observer_dial: int
    identity: str
    weights: str | None
    adapter: str | None
    tile_bytes: tuple[int, ...]
    icc_bytes: int
    exif_bytes: int
    xmp_bytes: int

    @property
    def observer(self) -> str:
        """The dial as `LearnedOptions.observer` takes it: human, machine, or a number between 0 and 1."""
        return observer_name(self.observer_dial)

    @property
    def told(self) -> tuple[str, ...]:
        """See `FileReport`."""
        weights = f"weights {self.weights or self.identity}"
        tiles = f"{len(self.tile_bytes)} tiles"
        return (f"quality {self.quality}", f"observer {self.observer}", weights, tiles)


def inspect_learned(data: bytes, name: str) -> LearnedReport:
    """Return how a file is made; `name` is what to call it in messages.

    Symbols are not decoded, so damage to them goes unseen.

    Raises:
        InputError: The file is not a .bhd file, or is damaged.
    """
    container = read_container(data, name)
    header = container.header
    return LearnedReport(
        name=name,
        size_bytes=len(data),
        width=header.width,
        height=header.height,
        rate_bpp=8 * len(data) / (header.width * header.height),
        grey=header.grey,
        quality=header.quality,
        observer_dial=header.observer_dial,
        identity=header.identity.hex(),
        weights=find_by_identity(header.identity),
        adapter=header.adapter.hex() if header.adapter else None,
        tile_bytes=tuple(len(stream) for stream in container.streams),
        icc_bytes=len(header.icc_profile or b""),
        exif_bytes=len(header.exif or b""),
        xmp_bytes=len(header.xmp or b""),
    )
