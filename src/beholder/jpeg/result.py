"""What encoding gives."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property

from beholder.image.jpeg_pixels import decode_jpeg
from beholder.image.picture import Picture
from beholder.safe_write import write_file


@dataclass(frozen=True, eq=False, kw_only=True)
class EncodeResult:
    """A JPEG file in memory.

    Attributes:
        data: The whole file.
        width: Pixels.
        height: Pixels.
        quality: The quality used: as asked for, or what the search for a target found. None for kept
            input.
        subsampling: ``4:2:0``, ``4:2:2``, ``4:4:4``, ``grey``, or another that a JPEG input has.
        progressive: Whether the frame is progressive.
        kept_input: Whether the input was a JPEG no larger than any result, so that its own bytes are the
            result.
        losses: What stood in the source and could not be kept, one sentence each; none with metadata
            ``strip``.
        notes: The losses, what else changed or few programs can read, and the source's warnings, one sentence
            each.
        source_warnings: Those of the notes that say what was wrong with a JPEG source: faults that decoders
            forgive, and what is missing of the picture.
        picture: The source, which `psnr_db` compares with.
    """

    data: bytes = field(repr=False)
    width: int
    height: int
    quality: float | None
    subsampling: str
    progressive: bool
    kept_input: bool = False
    losses: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    source_warnings: tuple[str, ...] = ()
    picture: Picture = field(repr=False)

    @property
    def rate_bpp(self) -> float:
        """Bits a pixel of the whole file, metadata included."""
        return 8 * len(self.data) / (self.width * self.height)

    @cached_property
    def psnr_db(self) -> float:
        """PSNR over the RGB samples that libjpeg-turbo decodes, in dB; infinite for equal pictures.

        The first use decodes the file (and a JPEG source), later ones cost nothing.
        """
        from beholder.metrics import psnr_db  # noqa: PLC0415 -- only here: encoding alone needs no metric

        return float(psnr_db(self.picture.pixels, decode_jpeg(self.data, "result")))

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Writes the file whole or not at all.

        Raises:
            OutputError: The file exists and `overwrite` is false, or it cannot be written.
        """
        write_file(path, self.data, overwrite=overwrite)
